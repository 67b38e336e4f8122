"""The registered models as a list."""

from __future__ import annotations

from collections.abc import Sequence

from components import record_table, wording
from components.language import N_, _
from components.record_table import Heading, cell
from pipelines.tracking import RegisteredModel

HEADINGS = [
    Heading(N_("Model"), wide=True),
    Heading(N_("Latest"), right=True),
    Heading(N_("Aliases"), "badges", sortable=False),
    Heading(N_("Updated"), right=True, quiet=True),
]


def show(models: Sequence[RegisteredModel], *, selected: str | None, key: str) -> str | None:
    """Draw the models; the name of the one just opened."""
    rows = {
        m.name: [
            cell(m.name, hint=m.description),
            cell("–" if m.latest_version is None else f"v{m.latest_version}", m.latest_version),
            cell("", items=[{"text": f"{a} → v{v}", "colour": "blue"} for a, v in m.aliases.items()]),
            cell(
                wording.ago(m.updated_at),
                m.updated_at.timestamp() if m.updated_at else None,
                hint=wording.when(m.updated_at),
            ),
        ]
        for m in models
    }
    none = _("No models yet. Open a run and press Publish model.")
    return record_table.show(
        HEADINGS, rows, label=_("Models"), selected=selected, key=key, height=640, empty=none
    ).opened
