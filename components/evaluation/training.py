"""What a model has learned: importances or coefficients as bars, its loss as a line."""

from __future__ import annotations

import altair as alt
import pandas as pd
import streamlit as st

from components import charts, theme
from components.evaluation import pictures
from components.language import N_, _, said
from pipelines.steps.base import Report

SHOWN = 20


def show(report: Report, *, key: str) -> None:
    """Draw the features that count most, and every curve."""
    found = weights(report)
    if found is not None:
        title, frame = found
        number = _("the first {count}", count=len(frame)) if len(frame) == SHOWN else len(frame)
        st.markdown(f"**{said(title)}**  :gray[{number}]")
        charts.draw(_bars(frame), key=f"{key}_weights", alt_text=said(title))
    pictures.grid([(c.name, c) for c in report.curves], key=key)


def weights(report: Report) -> tuple[str, pd.DataFrame] | None:
    """``feature`` and ``weight`` of the features that count most; None where the model has no such thing to show."""
    if table := report.tables.get("feature_importances"):
        return N_("Feature importances"), pd.DataFrame({"feature": table["feature"], "weight": table["importance"]})[
            :SHOWN
        ]
    table = report.tables.get("coefficients")
    if table and "coefficient" in table:
        frame = pd.DataFrame({"feature": table["feature"], "weight": table["coefficient"]})
        return N_("Coefficients"), frame[frame["feature"] != "(intercept)"][:SHOWN]
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
            tooltip=[alt.Tooltip("feature:N", title=_("feature")), alt.Tooltip("weight:Q", title=_("weight"))],
        )
    )


def example() -> Report:
    """Three coefficients, for tests."""
    return Report(tables={"coefficients": {"feature": ["(intercept)", "age", "plan"], "coefficient": [9.0, 2.0, -1.0]}})
