"""When each step of a run ran, as bars over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import altair as alt
import pandas as pd

from components import charts, status, theme
from components.language import _
from components.wording import duration, steps
from pipelines.jobs import JobEvent

ROW, AXIS = 17, 48  # pixels of height for a step, and for the axis below


def show(events: Sequence[JobEvent], titles: Mapping[str, str], *, key: str) -> bool:
    """Draw the bars; False when there is nothing to draw yet."""
    spans = spans_of(events)
    if spans.empty:
        return False
    spans["Step"] = [titles.get(s, s) for s in spans["id"]]
    spans["Word"] = [status.word(s) for s in spans["State"]]
    spans["Took"] = [duration(s) for s in spans["to"] - spans["from"]]
    palette = theme.palette()
    states = list(dict.fromkeys(spans["State"]))
    chart = (
        alt.Chart(spans)
        .mark_bar(cornerRadius=2, height=ROW - 6)
        .encode(
            x=alt.X("from:Q", title=_("seconds since the start")),
            x2="to:Q",
            y=alt.Y(
                "place:O",
                title=None,
                sort=None,
                axis=alt.Axis(labelExpr=_labels(spans), labelLimit=220, labelOverlap=False),
            ),
            color=alt.Color(
                "State:N", scale=alt.Scale(domain=states, range=[palette.status(s) for s in states]), legend=None
            ),
            tooltip=[
                alt.Tooltip("Step:N", title=_("Step")),
                alt.Tooltip("Word:N", title=_("State")),
                alt.Tooltip("Took:N", title=_("Took")),
            ],
        )
        .properties(height=ROW * len(spans) + AXIS)
    )
    longest = spans.iloc[int((spans["to"] - spans["from"]).to_numpy().argmax())]
    text = _(
        "{steps} over time; {step} took longest, {time}",
        steps=steps(len(spans)),
        step=longest["Step"],
        time=longest["Took"],
    )
    charts.draw(chart, key=key, alt_text=text)
    return True


def spans_of(events: Sequence[JobEvent]) -> pd.DataFrame:
    """Every step that began: ``place``, ``id``, ``State`` and the seconds ``from`` and ``to`` since the first of them.

    A reused step, which took no time, is as wide as a line; one that still runs goes on to the last event.
    """
    begun: dict[str, datetime] = {}
    ended: dict[str, tuple[datetime, str]] = {}
    for event in events:
        if event.kind != "step" or event.step is None:
            continue
        state = str(event.data.get("status", ""))
        if state == "running":
            begun.setdefault(event.step, event.at)
        elif state in ("done", "reused", "failed", "cancelled"):
            begun.setdefault(event.step, event.at - timedelta(seconds=float(event.data.get("seconds") or 0)))
            ended[event.step] = (event.at, state)
    if not begun:
        return pd.DataFrame(columns=["place", "id", "State", "from", "to"])
    start, last = min(begun.values()), max(e.at for e in events)
    width = max((last - start).total_seconds(), 0.001) / 300
    rows = []
    for place, (step, at) in enumerate(sorted(begun.items(), key=lambda item: item[1]), 1):
        until, state = ended.get(step, (last, "running"))
        begin = (at - start).total_seconds()
        rows.append((place, step, state, begin, max((until - start).total_seconds(), begin + width)))
    return pd.DataFrame(rows, columns=["place", "id", "State", "from", "to"])


def _labels(spans: pd.DataFrame) -> str:
    """A Vega expression that gives a place its step's title; titles may be alike, places are not."""
    names = ", ".join(repr(str(t)) for t in spans["Step"])
    return f"[{names}][datum.value - 1]"
