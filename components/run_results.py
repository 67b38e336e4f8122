"""What came of a run: its metrics, and the report of every step that has one."""

from __future__ import annotations

import streamlit as st

from components import metric_cards, page_header
from components.evaluation import report as report_view
from components.language import _, said
from pipelines.tracking import RunDetail


def show(detail: RunDetail, *, key: str) -> None:
    """Draw the metrics, then the evaluations, then what training learned."""
    if not detail.reports:
        page_header.empty(_("This run measured nothing: it has no step that evaluates or trains."), icon="monitoring")
        return
    titles = {s.id: said(s.title) or s.id for s in detail.steps}
    evaluated = sorted(detail.reports.items(), key=lambda pair: not pair[1].curves)
    measured = {k: r for k, r in evaluated if r.metrics}
    learned = {k: r for k, r in detail.reports.items() if not r.metrics and (r.curves or r.tables or r.is_finding)}
    if len(measured) > 1:
        columns = {
            f"{titles.get(k, k)}{f', {m}' if m else ''}": v
            for k, r in measured.items()
            for m, v in metric_cards.groups(r.metrics).items()
        }
        page_header.section(_("Metrics"), _("the best of each line is marked"))
        metric_cards.table(columns, key=f"{key}_all")
    ordered = [*measured.items(), *learned.items()]
    names = [titles.get(k, k) for k, _ in ordered]
    labels = [n if names.count(n) == 1 else f"{n} ({k})" for n, (k, _) in zip(names, ordered, strict=True)]
    for (step, report), tab in zip(ordered, st.tabs(labels, key=f"{key}_tabs", on_change="rerun"), strict=True):
        if tab.open:
            with tab:
                report_view.show(report, key=f"{key}_{step}")
