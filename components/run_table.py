"""Runs as a list: one line each, with its main metrics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from components import metric_cards, record_table, status, wording
from components.language import N_, _
from components.record_table import Clicked, Heading, cell
from pipelines.tracking import RunSummary

METRICS = 4


def show(
    runs: Sequence[RunSummary],
    *,
    key: str,
    multiple: bool = True,
    height: int | None = 640,
    brief: bool = False,
    marks: Sequence[str] = (),
    empty: str = N_("No runs yet."),
) -> Clicked:
    """Draw ``runs``. Runs of one pipeline have a column for each main metric, others theirs in words.

    ``brief`` leaves out what the run's name tells already; ``marks`` are put before the names, one each.
    """
    columns: list[str] = []
    if len({r.pipeline for r in runs}) == 1 and not brief:
        names = dict.fromkeys(n for r in runs for n in metric_cards.main_metrics(r.metrics, METRICS))
        columns = list(names)[:METRICS]
    headings = [
        Heading(_("Run"), wide=True),
        *([] if brief else [Heading(_("Pipeline"))]),
        Heading(_("Status"), "status"),
        Heading(_("Started"), quiet=True),
        Heading(_("Took"), right=True, quiet=True),
        *(Heading(wording.metric(c), right=True, hint=_("The best, where a run has several models")) for c in columns),
        *([] if columns else [Heading(_("Metrics"), sortable=False)]),
        *([] if brief else [Heading(_("Revision"), right=True, quiet=True)]),
    ]
    named = zip(runs, marks or [""] * len(runs), strict=True)
    rows = {r.run_id: _cells(r, columns, brief, mark) for r, mark in named}
    return record_table.show(headings, rows, label=_("Runs"), multiple=multiple, key=key, height=height, empty=empty)


def _cells(run: RunSummary, columns: Sequence[str], brief: bool, mark: str) -> list[dict[str, Any]]:
    values = metric_cards.main_metrics(run.metrics, METRICS if columns else 2 if brief else 3)
    words = " · ".join(f"{wording.metric(n)} {wording.number(v)}" for n, v in values.items())
    started = run.started_at.timestamp() if run.started_at else None
    return [
        cell(f"{mark}  {run.name}" if mark else run.name, hint=run.run_id),
        *([] if brief else [cell(run.pipeline)]),
        cell(status.word(run.status), colour=status.colour(run.status), pulse=run.status == "running"),
        cell(wording.ago(run.started_at), started, hint=wording.when(run.started_at)),
        cell(wording.duration(run.seconds), run.seconds),
        *(cell(wording.number(values.get(c)), values.get(c)) for c in columns),
        *([] if columns else [cell(words, hint=words)]),
        *([] if brief else [cell("–" if run.revision is None else f"r{run.revision}", run.revision)]),
    ]
