"""One picture for each kind of curve, of one model or of several on top of each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from components import charts, theme
from components.language import N_, _, said
from pipelines.steps.base import Curve


@dataclass(frozen=True)
class Look:
    """How a kind of curve is drawn. ``unit``: both axes go from 0 to 1; the diagonal is chance, or perfection."""

    title: str
    mark: str = "line"
    unit: bool = False
    reference: str = ""


LOOKS = {
    "roc": Look(N_("ROC curve"), unit=True, reference="diagonal"),
    "precision_recall": Look(N_("Precision and recall"), unit=True),
    "calibration": Look(N_("Calibration"), mark="both", unit=True, reference="diagonal"),
    "gain": Look(N_("Cumulative gain"), unit=True, reference="diagonal"),
    "lift": Look(N_("Lift")),
    "predicted_vs_true": Look(N_("Predicted and actual values"), mark="point", reference="diagonal"),
    "anomaly_scores": Look(N_("Scores of the rows, anomalies above 0.5"), mark="bar"),
    "residuals": Look(N_("Residuals"), mark="bar"),
    "quantiles": Look(N_("Quantiles and those of a normal distribution"), mark="point", reference="diagonal"),
    "best_so_far": Look(N_("Best so far"), mark="both"),
    "loss": Look(N_("Loss while training")),
}


def look_of(kind: str) -> Look:
    """The look of a kind; one not known here is a line under its own name."""
    return LOOKS.get(kind) or Look(kind.replace("_", " ").capitalize())


def show(kind: str, curves: Sequence[tuple[str, Curve]], *, key: str) -> None:
    """Draw ``curves`` (each with the name it goes by) in one picture with its title."""
    look = look_of(kind)
    title = said(look.title)
    st.markdown(f"**{title}**")
    names = ", ".join(dict.fromkeys(name for name, _ in curves))
    charts.draw(picture(kind, curves), key=key, alt_text=f"{title}: {names}")


def picture(kind: str, curves: Sequence[tuple[str, Curve]], height: int = charts.HEIGHT) -> alt.LayerChart:
    """The chart of ``curves``, which are all of one kind."""
    look, first = look_of(kind), curves[0][1]
    names = list(dict.fromkeys(name for name, _ in curves))
    frame = pd.concat([_points(name, curve, look) for name, curve in curves], ignore_index=True)
    x, y = _axis("x", said(first.x_label), look, frame), _axis("y", said(first.y_label), look, frame)
    colour = alt.Color(
        "line:N",
        scale=alt.Scale(domain=names, range=[charts.series_colours()[i % 6] for i in range(len(names))]),
        legend=charts.legend_below(names) if len(names) > 1 else None,
    )
    layers = [*_reference(look, frame), *_marks(look, frame, x, y, colour)]
    return alt.layer(*layers).properties(height=height)


def _axis(name: str, title: str, look: Look, frame: pd.DataFrame) -> Any:
    scale = alt.Scale(domain=[0, 1]) if look.unit else alt.Scale(zero=look.mark == "bar" and name == "y", nice=True)
    if look.reference == "diagonal" and not look.unit:
        both = frame[["x", "y"]].to_numpy()
        scale = alt.Scale(domain=[float(both.min()), float(both.max())], nice=True)
    axis = alt.Axis(tickCount=6, grid=name == "y" or look.unit)
    if name == "x" and look.mark == "bar":
        return alt.X("from:Q", bin="binned", title=title, scale=scale, axis=axis)
    return (alt.X if name == "x" else alt.Y)(f"{name}:Q", title=title, scale=scale, axis=axis)


def _marks(look: Look, frame: pd.DataFrame, x: Any, y: Any, colour: Any) -> list[alt.Chart]:
    base = alt.Chart(frame).encode(
        x=x, y=y, color=colour, tooltip=[alt.Tooltip("line:N", title=_("Model")), "x:Q", "y:Q"]
    )
    if look.mark == "point":
        return [base.mark_circle(size=26, opacity=0.55)]
    if look.mark == "bar":
        return [base.mark_bar(opacity=0.85, binSpacing=1).encode(x2="to:Q")]
    line = base.mark_line(strokeWidth=2, interpolate="linear").encode(order="order:O")
    return [line, base.mark_circle(size=44, opacity=1)] if look.mark == "both" else [line]


def _points(name: str, curve: Curve, look: Look) -> pd.DataFrame:
    """The curve's points in their order; of bars, x is the middle, and it is told where they begin and end."""
    points = pd.DataFrame({"x": curve.x, "y": curve.y, "line": name, "order": range(len(curve.x))})
    if look.mark != "bar":
        return points
    half = (points["x"].diff().min() if len(points) > 1 else 1.0) / 2
    return points.assign(**{"from": points["x"] - half, "to": points["x"] + half})


def _reference(look: Look, frame: pd.DataFrame) -> list[alt.Chart]:
    if not look.reference:
        return []
    style = {"strokeDash": [4, 4], "color": theme.palette().gray, "strokeWidth": 1.2}
    both = frame[["x", "y"]].to_numpy()
    low, high = (0.0, 1.0) if look.unit else (float(both.min()), float(both.max()))
    return [alt.Chart(pd.DataFrame({"x": [low, high], "y": [low, high]})).mark_line(**style).encode(x="x:Q", y="y:Q")]


def grid(curves: Sequence[tuple[str, Curve]], *, key: str, order: Sequence[str] = ()) -> None:
    """Draw every kind of curve among ``curves``, two pictures a line, the kinds in ``order`` first."""
    kinds = dict.fromkeys([*(k for k in order if any(c.kind == k for _, c in curves)), *(c.kind for _, c in curves)])
    drawn = [k for k in kinds if any(c.kind == k and c.x for _, c in curves)]
    for start in range(0, len(drawn), 2):
        columns = st.columns(2, gap="medium")
        for column, kind in zip(columns, drawn[start : start + 2], strict=False):
            with column:
                show(kind, [(n, c) for n, c in curves if c.kind == kind and c.x], key=f"{key}_{kind}")
