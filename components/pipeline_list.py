"""Pipelines as a list, the last changed first."""

from __future__ import annotations

from collections.abc import Sequence

from components import record_table, wording
from components.language import N_, _
from components.record_table import Heading, cell
from pipelines.document.store import PipelineInfo

HEADINGS = [
    Heading(N_("Pipeline"), wide=True),
    Heading(N_("Revision"), right=True),
    Heading(N_("Changed"), right=True, quiet=True),
]


def show(pipelines: Sequence[PipelineInfo], *, key: str, height: int | None = 300) -> str | None:
    """Draw the pipelines; the id of the one just opened."""
    rows = {
        p.id: [
            cell(p.name, note=_("unsaved changes") if p.changed else ""),
            cell(f"r{p.revision}", p.revision),
            cell(wording.ago(p.updated_at), p.updated_at.timestamp(), hint=wording.when(p.updated_at)),
        ]
        for p in pipelines
    }
    return record_table.show(
        HEADINGS, rows, label=_("Pipelines"), key=key, height=height, empty=_("No pipelines yet.")
    ).opened
