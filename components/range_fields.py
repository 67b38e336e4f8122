"""Where tuning looks, as a form: the parameters to tune, and for each its range or the values to try."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st
import yaml

from components.language import N_, _, said
from components.markdown import escaped
from components.parameters import Parameter, choice, parameters
from components.widget_state import keep
from components.wording import yes_no
from pipelines.algorithms.base import Algorithm
from pipelines.errors import SekkeiError
from pipelines.parameters import Search
from pipelines.steps.training import ranges as reading

AUTO, RANGE, VALUES = "auto", "range", "values"
WAYS = {AUTO: N_("As offered"), RANGE: N_("From, to"), VALUES: N_("Values")}
TUNABLE = ("integer", "number", "boolean", "choice", "other")
NOT_TUNED = ("random_state", "n_jobs")
NOTHING = "none"  # how no value is written among others

Change = Callable[[dict[str, Any]], None]


def is_showable(value: Any) -> bool:
    """Whether the form can show it: a range as text, or a list of values, for each parameter."""
    return isinstance(value, Mapping) and all(isinstance(v, str | list) for v in value.values())


def show(
    parameter: Parameter,
    value: Mapping[str, Any],
    algorithm: type[Algorithm] | None,
    *,
    key: str,
    on_change: Change,
) -> None:
    """Draw the ranges of ``algorithm``; a change gives ``on_change`` all of them, as the document has them."""
    known = tunable(algorithm)
    offered = algorithm.searches() if algorithm is not None else {}
    names = [*known, *(n for n in value if n not in known)]
    keep(key, list(value))

    def chosen() -> None:
        if key in st.session_state:
            picked = st.session_state[key]
            on_change({n: value[n] if n in value else first(known[n], offered.get(n)) for n in picked})

    st.multiselect(
        said(parameter.label),
        names,
        key=key,
        help=said(parameter.help) or None,
        placeholder=_("All that the algorithm offers"),
        format_func=lambda n: said(known[n].label) if n in known else n,
        on_change=chosen,
    )
    if not value:
        if offered:
            told = [f"{said(known[n].label) if n in known else n}: {in_words(s)}" for n, s in offered.items()]
            st.caption("  \n".join(escaped(t) for t in told))
        return
    for name, given in value.items():
        with st.container(border=True, gap="xsmall", key=f"{key}.{name}.row"):
            if name not in known:
                st.caption(_("The algorithm has no parameter {name!r}. Take it out of the list.", name=name))
                continue

            def changed(new: Any, name: str = name) -> None:
                on_change({n: new if n == name else v for n, v in value.items()})

            _row(known[name], given, offered.get(name), f"{key}.{name}", changed)


def tunable(algorithm: type[Algorithm] | None) -> dict[str, Parameter]:
    """The parameters that can be tuned, those first for which the algorithm says where to look."""
    if algorithm is None:
        return {}
    found = [p for p in parameters(algorithm) if p.kind in TUNABLE and p.name not in NOT_TUNED]
    offered = algorithm.searches()
    return {p.name: p for p in sorted(found, key=lambda p: p.name not in offered)}


def first(parameter: Parameter, offered: Search | None) -> Any:
    """What a parameter begins with, as the document has it: where the algorithm says, or around its default."""
    if offered is not None:
        return reading.AUTO
    if parameter.kind == "boolean":
        return [True, False]
    if parameter.kind == "choice":
        return list(parameter.choices)
    default = parameter.default
    if parameter.kind == "other" or isinstance(default, bool) or not isinstance(default, int | float) or default <= 0:
        return [default]
    most = default * 10 if default >= 1 else min(default * 5, (default + 1) / 2)  # a share stays one
    low, high = (_within(parameter, f) for f in (default / 10, most))
    if parameter.kind == "integer":
        low, high = max(1, math.floor(low)), math.ceil(high)
    return reading.written(Search(low, high, log=True)) if low < high else [default]


def in_words(search: Search) -> str:
    """A range as an analyst reads it."""
    if search.choices:
        return ", ".join(_shown(v) for v in search.choices)
    text = _("{low:g} to {high:g}", low=search.low, high=search.high)
    return _("{range}, by the logarithm", range=text) if search.log else text


def _within(parameter: Parameter, value: float) -> float:
    low = -math.inf if parameter.low is None else parameter.low
    return min(max(value, low), math.inf if parameter.high is None else parameter.high)


def _row(parameter: Parameter, given: Any, offered: Search | None, key: str, on_change: Callable[[Any], None]) -> None:
    numbers = parameter.kind in ("integer", "number")
    ways = [*([AUTO] if offered is not None else []), *([RANGE] if numbers else []), VALUES]
    search = _read(parameter.name, given)
    way = VALUES if isinstance(given, list) else AUTO if given == reading.AUTO else RANGE
    ways += [] if way in ways else [way]
    keep(f"{key}.way", way)

    def turned() -> None:
        wanted = st.session_state.get(f"{key}.way")
        if wanted and wanted != way:
            on_change(_turned(parameter, offered, wanted))

    st.segmented_control(
        said(parameter.label),
        ways,
        key=f"{key}.way",
        format_func=lambda w: said(WAYS[w]),
        help=said(parameter.help) or None,
        required=True,
        on_change=turned,
    )
    if way == AUTO and offered is not None:
        st.caption(escaped(in_words(offered)))
    elif way == VALUES:
        _values(parameter, given, f"{key}.values", on_change)
    elif search is None:
        _as_text(given, f"{key}.text", on_change)
    else:
        _range(parameter, search, key, on_change)


def _turned(parameter: Parameter, offered: Search | None, way: str) -> Any:
    """What a row holds when it is turned to another way of saying where to look."""
    if way == AUTO:
        return reading.AUTO
    begun = first(parameter, None)
    if way == RANGE:
        if offered is not None and not offered.choices:
            return reading.written(offered)
        return begun if isinstance(begun, str) else "1 to 10"
    if offered is not None:
        return list(reading.points(offered))
    return begun if isinstance(begun, list) else list(reading.points(reading.read(parameter.name, begun)))


def _read(name: str, given: Any) -> Search | None:
    if not isinstance(given, str) or given == reading.AUTO:
        return None
    try:
        return reading.read(name, given)
    except SekkeiError:  # the step's diagnostic tells
        return None


def _range(parameter: Parameter, search: Search, key: str, on_change: Callable[[Any], None]) -> None:
    whole = parameter.kind == "integer"
    kind = int if whole else float
    assert search.low is not None
    assert search.high is not None
    for end, value in (("low", search.low), ("high", search.high), ("log", search.log)):
        keep(f"{key}.{end}", value if end == "log" else kind(value))

    def typed() -> None:
        low, high, log = (st.session_state.get(f"{key}.{n}") for n in ("low", "high", "log"))
        if low is not None and high is not None:
            on_change(reading.written(Search(kind(low), kind(high), log=bool(log))))

    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        for end, label in (("low", _("From")), ("high", _("To"))):
            st.number_input(
                label, key=f"{key}.{end}", step=1 if whole else None, format="%d" if whole else "%.6g", on_change=typed
            )
    st.checkbox(
        _("By the logarithm"),
        key=f"{key}.log",
        help=_("As many trials from 0.01 to 0.1 as from 1 to 10."),
        on_change=typed,
    )


def _values(parameter: Parameter, given: list[Any], key: str, on_change: Callable[[Any], None]) -> None:
    closed = [True, False] if parameter.kind == "boolean" else list(parameter.choices)
    if parameter.kind in ("boolean", "choice") and all(v in [*closed, None] for v in given):
        keep(key, given)
        st.multiselect(
            _("Values to try"),
            [*closed, *([None] if parameter.optional else [])],
            key=key,
            format_func=_shown,
            label_visibility="collapsed",
            placeholder=_("Choose values"),
            on_change=lambda: on_change(list(st.session_state[key])) if key in st.session_state else None,
        )
        return
    key = f"{key}.text"
    keep(key, ", ".join(_typed(v) for v in given))
    st.text_input(
        _("Values to try"),
        key=key,
        label_visibility="collapsed",
        placeholder=_("Values, with commas between"),
        on_change=lambda: on_change(_parts(st.session_state[key])) if key in st.session_state else None,
    )


def _as_text(given: str, key: str, on_change: Callable[[Any], None]) -> None:
    keep(key, given)
    st.text_input(
        _("Range"),
        key=key,
        label_visibility="collapsed",
        on_change=lambda: on_change(st.session_state[key]) if key in st.session_state else None,
    )


def _shown(value: Any) -> str:
    if value is None:
        return _("none")
    if isinstance(value, bool):
        return yes_no(value)
    return f"{value:g}" if isinstance(value, float) else choice(str(value))


def _typed(value: Any) -> str:
    return NOTHING if value is None else str(value)


def _parts(text: str) -> list[Any]:
    """The values between the commas, as YAML reads them."""
    found: list[Any] = []
    for part in next(csv.reader([text], skipinitialspace=True), []):
        if not part.strip():
            continue
        try:
            value = None if part.strip() == NOTHING else yaml.safe_load(part)
        except yaml.YAMLError:
            value = part
        found.append(value if isinstance(value, str | int | float | bool) or value is None else part)
    return found
