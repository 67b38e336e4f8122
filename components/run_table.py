"""Runs as a list: one line each, with its main metrics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from components import metric_cards, record_table, status, wording
from components.record_table import Clicked, Heading, cell
from pipelines.tracking import RunSummary

METRICS = 4


def show(
    runs: Sequence[RunSummary],
    *,
    key: str,
    multiple: bool = True,
    height: int | None = 640,
    empty: str = "No runs yet.",
) -> Clicked:
    """Draw ``runs``. Runs of one pipeline have a column for each main metric, others theirs in words."""
    same = len({r.pipeline for r in runs}) == 1
    columns = (
        list(dict.fromkeys(n for r in runs for n in metric_cards.main_metrics(r.metrics, METRICS)))[:METRICS]
        if same
        else []
    )
    headings = [
        Heading("Run", wide=True),
        Heading("Pipeline"),
        Heading("Status", "status"),
        Heading("Started", quiet=True),
        Heading("Took", right=True, quiet=True),
        *(Heading(wording.metric(c), right=True, hint=c) for c in columns),
        *([] if columns else [Heading("Metrics", sortable=False)]),
        Heading("Revision", right=True, quiet=True),
    ]
    rows = {r.run_id: _cells(r, columns) for r in runs}
    return record_table.show(headings, rows, label="Runs", multiple=multiple, key=key, height=height, empty=empty)


def _cells(run: RunSummary, columns: Sequence[str]) -> list[dict[str, Any]]:
    values = metric_cards.main_metrics(run.metrics, 3)
    words = " · ".join(f"{wording.metric(n)} {wording.number(v)}" for n, v in values.items())
    return [
        cell(run.name, hint=run.run_id),
        cell(run.pipeline),
        cell(run.status.capitalize(), colour=status.colour(run.status), pulse=run.status == "running"),
        cell(
            wording.ago(run.started_at),
            run.started_at.timestamp() if run.started_at else None,
            hint=wording.when(run.started_at),
        ),
        cell(wording.duration(run.seconds), run.seconds),
        *(cell(wording.number(run.metrics.get(c)), run.metrics.get(c)) for c in columns),
        *([] if columns else [cell(words, hint=words)]),
        cell("–" if run.revision is None else f"r{run.revision}", run.revision),
    ]
