"""Vega charts in the colours and type of the theme, light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from components import theme
from components.language import _

HEIGHT = 280
EDGE = 20  # pixels: a label so near to an end of its axis is drawn inside it, where nothing cuts it off
MARGIN = {"left": 4, "top": 6, "right": 4, "bottom": 6}  # pixels: letters reach a little over the boxes Vega gives them
NARROWEST = 340  # pixels of a picture's width that are there for the title of its axis, or its legend
SYMBOL = 24  # pixels that a name in a legend takes beside itself


def series_colours() -> list[str]:
    """Colours that tell lines apart on the visitor's background, the first for the first."""
    p = theme.palette()
    return [p.blue, p.orange, p.green, p.violet, p.red, p.gray]


def draw(chart: Any, *, key: str, alt_text: str) -> None:
    """Draw a chart across its container. ``alt_text`` says in words what it shows."""
    palette = theme.palette()
    styled = (
        chart.properties(padding=MARGIN)
        .configure_axis(
            labelFontSize=11,
            titleFontSize=12,
            titleFontWeight="normal",
            titleColor=palette.text,
            labelColor=palette.text,
            labelOpacity=0.75,
            gridColor=palette.line,
            gridOpacity=0.6,
            domain=False,
            ticks=False,
            labelPadding=6,
        )
        .configure_axisX(titleLimit=NARROWEST)
        .configure_axisY(titleLimit=_room_beside(chart))
        .configure_axisXQuantitative(labelFlush=EDGE)
        .configure_axisXTemporal(labelFlush=EDGE)
        .configure_view(strokeWidth=0)
        .configure_legend(labelFontSize=12, labelColor=palette.text, labelLimit=320)
        .configure(background="transparent")
    )
    st.altair_chart(styled, width="stretch", key=key, alt=alt_text)


def legend_below(names: Sequence[str]) -> alt.Legend:
    """A legend under a picture that takes half a page: as many names abreast as fit, longer ones end in "…"."""
    longest = max(map(len, names), default=0)
    abreast = 3 if longest <= 16 else 2 if longest <= 28 else 1
    return alt.Legend(orient="bottom", title=None, columns=abreast, labelLimit=NARROWEST // abreast - SYMBOL)


def _room_beside(chart: Any) -> int:
    """Pixels along a chart's y axis; a longer title ends in "…"."""
    height = chart.height if isinstance(chart.height, int) else HEIGHT
    return max(60, height - 70)


def histogram(
    edges: tuple[Any, ...], counts: tuple[int, ...], label: str, *, is_time: bool = False, height: int = 200
) -> alt.Chart:
    """Counts over bins of equal width."""
    frame = pd.DataFrame({"from": list(edges[:-1]), "to": list(edges[1:]), "rows": list(counts)})
    kind = "T" if is_time else "Q"
    if is_time:
        frame["from"], frame["to"] = pd.to_datetime(frame["from"]), pd.to_datetime(frame["to"])
    return (
        alt.Chart(frame, height=height)
        .mark_bar(color=theme.palette().blue, opacity=0.85, binSpacing=1)
        .encode(
            x=alt.X(f"from:{kind}", title=label, bin=None if is_time else "binned", axis=alt.Axis(grid=False)),
            x2="to",
            y=alt.Y("rows:Q", title=_("Rows")),
            tooltip=[
                alt.Tooltip(f"from:{kind}", title=_("from")),
                alt.Tooltip(f"to:{kind}", title=_("to")),
                alt.Tooltip("rows:Q", title=_("rows")),
            ],
        )
    )


def bars(labels: list[str], values: list[float], title: str, *, height: int = 200, limit: int = 160) -> alt.Chart:
    """Horizontal bars in the order given."""
    frame = pd.DataFrame({"label": labels, "value": values})
    return (
        alt.Chart(frame, height=height)
        .mark_bar(color=theme.palette().blue, opacity=0.85)
        .encode(
            y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=limit, grid=False, labelOverlap=False)),
            x=alt.X("value:Q", title=title),
            tooltip=[alt.Tooltip("label:N", title=_("value")), alt.Tooltip("value:Q", title=title)],
        )
    )
