"""What clusters were found: how many rows each has, and how well they stand apart."""

from __future__ import annotations

import streamlit as st

from components import charts
from components.evaluation import pictures
from components.language import _
from pipelines.chain.clusters import NOISE
from pipelines.steps.base import Report


def show(report: Report, *, key: str) -> None:
    """Draw the sizes of the clusters, where the report tells them, and every curve."""
    sizes = cluster_sizes(report)
    if sizes:
        st.markdown("**" + _("Rows of each cluster") + "**")
        chart = charts.bars([*sizes], [*sizes.values()], _("Rows"), height=60 + 26 * len(sizes))
        charts.draw(chart, key=f"{key}_sizes", alt_text=_("Rows of each cluster"))
    pictures.grid([(c.name, c) for c in report.curves], key=key)


def cluster_sizes(report: Report) -> dict[str, float]:
    """Rows by cluster, as evaluation and training tell them."""
    for table in report.tables.values():
        if {"cluster", "rows"} <= table.keys():
            return {
                _("Cluster {number}", number=c) if c != NOISE else _("In no cluster"): float(n)
                for c, n in zip(table["cluster"], table["rows"], strict=True)
            }
    return {}


def example() -> Report:
    """Two clusters, for tests."""
    return Report({"silhouette": 0.41}, tables={"clusters": {"cluster": [0, 1], "rows": [60, 40]}})
