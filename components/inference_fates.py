"""What became of each step of the training pipeline in an inference pipeline, and why."""

from __future__ import annotations

from collections.abc import Sequence

from components import record_table
from components.language import N_, _, said
from components.record_table import Heading, cell
from pipelines.inference.derive import Fate

HEADINGS = [
    Heading(N_("Training step"), sortable=False),
    Heading(N_("What became of it"), "badges", sortable=False),
    Heading(N_("Why"), wide=True, sortable=False),
]
CHANGES = {
    "kept": (N_("kept"), "green"),
    "replaced": (N_("replaced"), "blue"),
    "removed": (N_("removed"), "orange"),
    "added": (N_("added"), "violet"),
}


def show(fates: Sequence[Fate], *, key: str, height: int = 360) -> None:
    """Draw one line a step."""
    rows = {}
    for number, fate in enumerate(fates):
        word, colour = CHANGES[fate.change]
        badge = cell("", items=[{"text": _(word), "colour": colour}])
        rows[str(number)] = [cell(said(fate.title)), badge, cell(said(fate.reason), hint=said(fate.reason))]
    record_table.show(HEADINGS, rows, label=_("Steps of the training pipeline"), opens=False, key=key, height=height)
