"""Everything a step found out: metrics, pictures fit for the task, tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from components import metric_cards, row_columns
from components.evaluation import anomaly, classification, clustering, findings, regression, training
from components.language import said
from pipelines.steps.base import Report

_DRAWN = ("classes", "comparison")  # tables that a picture above shows already


def show(report: Report, *, key: str) -> None:
    """Draw ``report`` as its task asks for."""
    metric_cards.show(report.metrics, key=f"{key}_metrics", limit=8)
    piece_of(report)(report, key=f"{key}_pictures")
    for name, table in report.tables.items():
        if name.rpartition(".")[2] not in _DRAWN:
            st.markdown(f"**{said(name.replace('_', ' ').capitalize())}**")
            _table(table, name, f"{key}_table_{name}")


def piece_of(report: Report) -> Callable[..., None]:
    """The function that draws reports of this kind."""
    if report.is_finding:
        return findings.show
    if training.weights(report) is not None:
        return training.show
    if anomaly.is_of(report):
        return anomaly.show
    if clustering.cluster_sizes(report) or "davies_bouldin" in report.metrics:
        return clustering.show
    if report.confusion or {c.kind for c in report.curves} & {"roc", "precision_recall"}:
        return classification.show
    return regression.show


def _table(table: dict[str, list[object]], name: str, key: str) -> None:
    frame = pd.DataFrame(table)
    shown: dict[str, Any] = {str(c): st.column_config.Column(said(str(c))) for c in frame.columns}
    shown |= {
        str(c): st.column_config.NumberColumn(said(str(c)), format="%.4g") for c in frame.select_dtypes("float").columns
    }
    height = "auto" if len(frame) <= 10 else 360
    st.dataframe(
        frame,
        hide_index=True,
        height=height,
        placeholder=row_columns.MISSING,
        column_config=shown,
        key=key,
        alt=said(name),
    )
