"""What each column holds: type, missing and distinct values, range, and a picture of how its values are spread."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from components import charts, facts, record_table, wording
from components.language import N_, _, ngettext, said
from components.record_table import Heading, cell
from pipelines.datasets import ColumnProfile
from pipelines.datasets.profile import Scalar

HEADINGS = [
    Heading(N_("Column"), wide=True),
    Heading(N_("Type"), quiet=True),
    Heading(N_("Missing"), "share", right=True),
    Heading(N_("Distinct"), right=True),
    Heading(N_("Range, or the most frequent")),
    Heading(N_("Distribution"), "bars", sortable=False),
]


def show(profiles: Sequence[ColumnProfile], *, key: str, height: int = 360) -> None:
    """Draw one line a column; opening one shows it in full below."""
    state = f"{key}_column"
    names = [p.name for p in profiles]
    if st.session_state.get(state) not in names:
        st.session_state[state] = names[0] if names else None
    record_table.show(
        HEADINGS,
        {p.name: _cells(p) for p in profiles},
        label=_("Columns"),
        selected=st.session_state[state],
        key=f"{key}_table",
        height=height,
        on_open=lambda name: st.session_state.update({state: name}),
    )
    chosen = next((p for p in profiles if p.name == st.session_state[state]), None)
    if chosen is not None:
        _column(chosen, key)


def _cells(p: ColumnProfile) -> list[dict[str, object]]:
    share = p.missing / p.rows if p.rows else 0.0
    return [
        cell(p.name),
        cell(said(p.type)),
        cell(
            _("none") if not p.missing else f"{share:.1%}" if share >= 0.001 else "<0.1%",
            share,
            hint=ngettext("{count} value", "{count:,} values", p.missing),
        ),
        cell(f"{p.distinct:,}", p.distinct),
        cell(_range(p)),
        cell("", values=list(p.counts) or [n for _, n in p.top]),
    ]


def _range(p: ColumnProfile) -> str:
    if p.min is not None:
        return _("{low} to {high}", low=_text(p.min), high=_text(p.max))
    return ", ".join(_text(v) for v, _ in p.top[:3]) + (", …" if p.distinct > 3 else "")


def _text(value: Scalar) -> str:
    if isinstance(value, bool | str) or value is None:
        text = str(value)
        return text.removesuffix("T00:00:00")[:40]
    return wording.number(value)


def _column(p: ColumnProfile, key: str) -> None:
    with st.container(border=True, gap="small", key=f"{key}_one"):
        text, picture = st.columns([1, 1], gap="medium")
        with text:
            st.markdown(f"**{_escaped(p.name)}**")
            facts.show(_facts(p), min_width=150)
        with picture:
            _picture(p, key)


def _facts(p: ColumnProfile) -> dict[str, str]:
    found = {
        _("Type"): said(p.type),
        _("Rows"): f"{p.rows:,}",
        _("Missing"): f"{p.missing:,}",
        _("Distinct"): f"{p.distinct:,}",
    }
    if p.min is not None:
        found |= (
            {_("Minimum"): _text(p.min)}
            | {_quantile(q): _text(v) for q, v in p.quantiles}
            | {_("Maximum"): _text(p.max)}
        )
    if p.mean is not None:
        found[_("Mean")] = _text(p.mean)
    if p.std is not None and not isinstance(p.mean, str):
        found[_("Std. deviation")] = wording.number(p.std)
    return found


def _quantile(share: float) -> str:
    return _("Median") if share == 0.5 else _("{share:.0%} below", share=share)


def _picture(p: ColumnProfile, key: str) -> None:
    few = p.top and (not p.counts or p.distinct <= 10)
    if few:
        labels = [_text(v) for v, _ in p.top]
        values = [float(n) for _, n in p.top]
        rest = p.rows - p.missing - sum(n for _, n in p.top)
        if rest > 0:
            labels, values = [*labels, _("{count:,} others", count=p.distinct - len(p.top))], [*values, float(rest)]
        chart = charts.bars(labels, values, _("Rows"), height=70 + 28 * len(labels))
    elif p.counts:
        chart = charts.histogram(p.edges, p.counts, p.name, is_time=p.type == "datetime", height=260)
    else:
        st.caption(_("Every value is missing."))
        return
    charts.draw(chart, key=f"{key}_picture", alt_text=_("How often each value of {name} occurs", name=p.name))


def _escaped(text: str) -> str:
    return "".join("\\" + c if c in "\\`*_{}[]()#+-.!|$:~<>" else c for c in text)


def example() -> list[ColumnProfile]:
    """A number, a category and an empty column, for tests."""
    return [
        ColumnProfile("age", "integer", 100, 3, 40, 18, 80, 41.5, 12.0, 40, ((0.5, 40),), (), (18, 49, 80), (60, 37)),
        ColumnProfile("plan", "text", 100, 0, 2, top=(("basic", 70), ("pro", 30))),
        ColumnProfile("gone", "text", 100, 100, 0),
    ]
