"""What was found in the data: conclusions in sentences, bars, heat maps, curves."""

from __future__ import annotations

import altair as alt
import pandas as pd
import streamlit as st

from components import charts, theme
from components.evaluation import pictures
from components.language import N_, _, said
from components.markdown import escaped
from pipelines.steps.base import Bars, HeatMap, Report

SHOWN = 30
MOST_WRITTEN = 324  # cells up to which each has its number written in it
NAMES = (  # what steps call their pictures and tables, for the catalogues
    N_("Commonest n-grams"),
    N_("Vocabulary"),
    N_("Topics"),
    N_("Nearest words"),
    N_("Folds"),
    N_("Best values"),
    N_("Trials"),
    N_("Best so far"),
    N_("Tests"),
    N_("Test"),
    N_("Samples"),
    N_("Summary"),
    N_("Counts"),
    N_("Pairs"),
    N_("Cross table"),
    N_("Components"),
    N_("Weights"),
    N_("Explained variance"),
    N_("Scores"),
    N_("Groups"),
    N_("Loss"),
    N_("Pass"),
    N_("Trial"),
    N_("Share"),
    N_("Moments ahead"),
    N_("Training rows"),
    N_("Correlation pearson"),
    N_("Correlation spearman"),
    N_("Correlation kendall"),
    N_("Rows"),
    N_("Importances"),
    N_("Horizons"),
)


def show(report: Report, *, key: str) -> None:
    """Draw the conclusions, then every picture."""
    if report.conclusions:
        with st.container(border=True, gap="xsmall", key=f"{key}_conclusions"):
            for sentence in report.conclusions:
                st.markdown(escaped(said(sentence)))
    for number, bars in enumerate(report.bars):
        more = len(bars.labels) > SHOWN
        st.markdown(
            f"**{said(_title(bars.name))}**" + ("  :gray[" + _("the first {count}", count=SHOWN) + "]" if more else "")
        )
        charts.draw(bars_chart(bars), key=f"{key}_bars_{number}", alt_text=said(_title(bars.name)))
    for number, heat_map in enumerate(report.heat_maps):
        st.markdown(f"**{said(_title(heat_map.name))}**")
        charts.draw(heat_map_chart(heat_map), key=f"{key}_heat_{number}", alt_text=said(_title(heat_map.name)))
    pictures.grid([(c.name, c) for c in report.curves], key=key)


def bars_chart(bars: Bars) -> alt.LayerChart:
    """Bars from the top down, with a line from one standard deviation below to one above where it is known."""
    palette = theme.palette()
    frame = pd.DataFrame({"label": bars.labels, "value": bars.values})[:SHOWN]
    y = alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=240, grid=False, labelOverlap=False))
    base = alt.Chart(frame, height=60 + 22 * len(frame))
    drawn = base.mark_bar(opacity=0.85).encode(
        y=y,
        x=alt.X("value:Q", title=said(bars.value_label) or None),
        color=alt.condition(alt.datum.value < 0, alt.value(palette.orange), alt.value(palette.blue)),
        tooltip=[alt.Tooltip("label:N", title=_("Name")), alt.Tooltip("value:Q", title=_("Value"), format=".4g")],
    )
    if not bars.spread:
        return alt.layer(drawn)
    spread = pd.Series(bars.spread)[:SHOWN]
    frame["low"], frame["high"] = frame["value"] - spread, frame["value"] + spread
    lines = base.mark_rule(color=palette.text, strokeWidth=1.4).encode(y=y, x="low:Q", x2="high:Q")
    return alt.layer(drawn, lines)


def heat_map_chart(found: HeatMap) -> alt.LayerChart:
    """A coloured cell for each pair, the number in it where there is room."""
    palette = theme.palette()
    frame = pd.DataFrame(
        [
            {"row": row, "column": column, "value": value, "size": None if value is None else abs(value)}
            for row, values in zip(found.rows, found.values, strict=True)
            for column, value in zip(found.columns, values, strict=True)
        ],
        columns=["row", "column", "value", "size"],
    ).astype({"value": "float64", "size": "float64"})
    two_sided = found.low < 0 < found.high
    scale = (
        alt.Scale(
            domain=[found.low, 0, found.high], range=[palette.orange, palette.raised, palette.blue], interpolate="rgb"
        )
        if two_sided
        else alt.Scale(domain=[found.low, found.high], range=[palette.raised, palette.blue], interpolate="rgb")
    )
    x = alt.X(
        "column:N",
        sort=found.columns,
        title=None,
        axis=alt.Axis(labelAngle=-45, labelLimit=130, grid=False, labelOverlap=False),
    )
    y = alt.Y("row:N", sort=found.rows, title=None, axis=alt.Axis(labelLimit=200, grid=False, labelOverlap=False))
    base = alt.Chart(frame).encode(x=x, y=y)
    cells = base.mark_rect(stroke=palette.background, strokeWidth=1.5, cornerRadius=2).encode(
        color=alt.Color("value:Q", scale=scale, legend=alt.Legend(title=None, gradientLength=160)),
        tooltip=[
            alt.Tooltip("row:N", title=_("Row")),
            alt.Tooltip("column:N", title=_("Column")),
            alt.Tooltip("value:Q", title=_("Value"), format=".4g"),
        ],
    )
    height = max(charts.HEIGHT, 26 * len(found.rows) + 60)
    if len(frame) > MOST_WRITTEN:
        return alt.layer(cells).properties(height=height)
    on_colour = "#0e1218" if theme.is_dark() else "#ffffff"
    strong = 0.65 * max(abs(found.low), abs(found.high))
    colour = alt.condition(alt.datum.size > strong, alt.value(on_colour), alt.value(palette.text))
    numbers = base.mark_text(fontSize=11).encode(text=alt.Text("value:Q", format=".2~f"), color=colour)
    return alt.layer(cells, numbers.transform_filter("isValid(datum.value)")).properties(height=height)


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def example() -> Report:
    """A conclusion, two importances and a correlation, for tests."""
    return Report(
        conclusions=("Cars with diesel engines cost more.",),
        bars=(Bars("importance", ["engine-size", "height"], [0.4, -0.01], "Fall of r2", [0.02, 0.01]),),
        heat_maps=(HeatMap("correlation", ["a", "b"], ["a", "b"], [[1.0, -0.5], [-0.5, None]], -1.0, 1.0),),
    )
