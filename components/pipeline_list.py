"""Pipelines as a list, the last changed first."""

from __future__ import annotations

from collections.abc import Sequence

from components import record_table, wording
from components.record_table import Heading, cell
from pipelines.document.store import PipelineInfo

HEADINGS = [
    Heading("Pipeline", wide=True),
    Heading("Revision", right=True),
    Heading("Changed", right=True, quiet=True),
]


def show(pipelines: Sequence[PipelineInfo], *, key: str, height: int | None = 300) -> str | None:
    """Draw the pipelines; the id of the one just opened."""
    rows = {
        p.id: [
            cell(p.name, note="unsaved changes" if p.changed else ""),
            cell(f"r{p.revision}", p.revision),
            cell(wording.ago(p.updated_at), p.updated_at.timestamp(), hint=wording.when(p.updated_at)),
        ]
        for p in pipelines
    }
    return record_table.show(
        HEADINGS, rows, label="Pipelines", key=key, height=height, empty="No pipelines yet."
    ).opened
