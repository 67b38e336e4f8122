"""Why a row got its answer: a bar for each column, to the right where its value raises it, else to the left."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from components import charts, theme, wording
from components.language import _
from components.markdown import escaped
from pipelines.serving.explanation import Effect, Explanation
from pipelines.serving.measure import Measure

MOST = 8


def show(found: Explanation, *, key: str) -> None:
    """Draw the strongest effects, the first in a sentence."""
    st.markdown("**" + _("Why this answer") + "**")
    if found.measure is None or found.value is None:
        st.caption(_("The answer holds no number or probability, so it cannot be told how far a column moves it."))
        return
    if not found.effects:
        st.caption(_("Every column has its typical value, or none moves the answer."))
        return
    st.markdown(_sentence(found.effects[0], found.measure))
    shown = found.effects[:MOST]
    text = "; ".join(f"{_named(e)}: {signed(e.effect, found.measure)}" for e in shown)
    charts.draw(_bars(shown, found.measure), key=f"{key}_effects", alt_text=text)
    rest = len(found.effects) - len(shown)
    told = _("Each column is compared with its typical value alone, so the effects need not add up.")
    st.caption(told if rest <= 0 else f"{told} " + _("Columns with smaller effects: {count}.", count=rest))


def measured(measure: Measure) -> str:
    """What the effects are of, in words."""
    if measure.kind == "score":
        return _("score")
    if measure.kind == "prediction":
        return _("prediction")
    return _("probability of {label}", label=measure.of) if measure.of else _("probability")


def value(found: Any) -> str:
    """A value of a column as a person reads it."""
    if found is None:
        return _("missing")
    if isinstance(found, bool):
        return _("true") if found else _("false")
    return f"{found:g}" if isinstance(found, float) and abs(found) < 1e6 else str(found)


def signed(effect: float, measure: Measure | None = None) -> str:
    """A number with its sign in front; of a probability or a score three digits."""
    return f"{'+' if effect > 0 else '−'}{_size(effect, measure)}"


def _size(effect: float, measure: Measure | None) -> str:
    if measure is None or measure.kind == "prediction":
        return wording.number(abs(effect))
    return f"{abs(effect):.3f}" if abs(effect) >= 0.001 else f"{abs(effect):.1g}"


def _named(effect: Effect) -> str:
    return f"{effect.column} = {value(effect.value)}"


def _sentence(effect: Effect, measure: Measure) -> str:
    parts = {
        "column": f"**{escaped(_named(effect))}**",
        "typical": escaped(value(effect.typical)),
        "measure": escaped(measured(measure)),
        "by": _size(effect.effect, measure),
    }
    if effect.effect > 0:
        return _("Most of all, {column} (typical: {typical}) raises the {measure} by {by}.", **parts)
    return _("Most of all, {column} (typical: {typical}) lowers the {measure} by {by}.", **parts)


def _bars(effects: tuple[Effect, ...], measure: Measure) -> Any:
    palette = theme.palette()
    frame = pd.DataFrame(
        {
            "column": [_named(e) for e in effects],
            "effect": [e.effect for e in effects],
            "text": [signed(e.effect, measure) for e in effects],
            "typical": [value(e.typical) for e in effects],
        }
    )
    most = max(abs(e.effect) for e in effects) * 1.3
    base = alt.Chart(frame, height=60 + 28 * len(effects)).encode(
        y=alt.Y("column:N", sort=None, title=None, axis=alt.Axis(labelLimit=260, grid=False, labelOverlap=False)),
        x=alt.X(
            "effect:Q",
            title=_("Effect on the {measure}", measure=measured(measure)),
            scale=alt.Scale(domain=[-most, most]),
            axis=alt.Axis(tickCount=5),
        ),
        tooltip=[
            alt.Tooltip("column:N", title=_("column")),
            alt.Tooltip("typical:N", title=_("typical")),
            alt.Tooltip("text:N", title=_("effect")),
        ],
    )
    raised = alt.datum.effect > 0
    colour = alt.condition(raised, alt.value(palette.blue), alt.value(palette.orange))
    bars = base.mark_bar(opacity=0.85).encode(color=colour)
    style = {"baseline": "middle", "fontSize": 11, "color": palette.text}
    up = base.transform_filter(raised).mark_text(align="left", dx=5, **style).encode(text="text:N")
    down = base.transform_filter(alt.datum.effect <= 0).mark_text(align="right", dx=-5, **style).encode(text="text:N")
    zero = alt.Chart(pd.DataFrame({"zero": [0]})).mark_rule(color=palette.text, opacity=0.4).encode(x="zero:Q")
    return bars + zero + up + down
