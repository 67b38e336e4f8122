"""What a model has learned: importances or coefficients as bars, its loss as a line."""

from __future__ import annotations

import altair as alt
import pandas as pd
import streamlit as st

from components import charts, theme
from components.evaluation import pictures
from pipelines.steps.base import Report

SHOWN = 20


def show(report: Report, *, key: str) -> None:
    """Draw the features that count most, and every curve."""
    found = weights(report)
    if found is not None:
        title, frame = found
        st.markdown(f"**{title}**  :gray[{'the first ' if len(frame) == SHOWN else ''}{len(frame)}]")
        charts.draw(_bars(frame), key=f"{key}_weights", alt_text=title)
    pictures.grid([(c.name, c) for c in report.curves], key=key)


def weights(report: Report) -> tuple[str, pd.DataFrame] | None:
    """``feature`` and ``weight`` of the features that count most; None where the model has no such thing to show."""
    if table := report.tables.get("feature_importances"):
        return "Feature importances", pd.DataFrame({"feature": table["feature"], "weight": table["importance"]})[:SHOWN]
    table = report.tables.get("coefficients")
    if table and "coefficient" in table:
        frame = pd.DataFrame({"feature": table["feature"], "weight": table["coefficient"]})
        return "Coefficients", frame[frame["feature"] != "(intercept)"][:SHOWN]
    return None


def _bars(frame: pd.DataFrame) -> alt.Chart:
    palette = theme.palette()
    return (
        alt.Chart(frame, height=60 + 22 * len(frame))
        .mark_bar(opacity=0.85)
        .encode(
            y=alt.Y("feature:N", sort=None, title=None, axis=alt.Axis(labelLimit=240, grid=False, labelOverlap=False)),
            x=alt.X("weight:Q", title=None),
            color=alt.condition(alt.datum.weight < 0, alt.value(palette.orange), alt.value(palette.blue)),
            tooltip=["feature:N", "weight:Q"],
        )
    )


def example() -> Report:
    """Three coefficients, for tests."""
    return Report(tables={"coefficients": {"feature": ["(intercept)", "age", "plan"], "coefficient": [9.0, 2.0, -1.0]}})
