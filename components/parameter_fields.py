"""One widget for each kind of parameter: the only place that maps parameters to widgets.

A widget's value is always the document's: it is put into the session's state where the two differ, and a change goes
to the document before anything is drawn again. A value that its widget cannot show is shown as text.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st
import yaml

from components import column_chips, column_picker, data_grid
from components.language import N_, _, said
from components.parameters import Parameter, choice
from components.widget_state import keep
from components.wording import yes_no
from pipelines import connections
from pipelines.columns import Columns
from pipelines.errors import SekkeiError
from pipelines.schema import TableSchema

LARGEST = 2**53 - 1  # the largest whole number a browser keeps exactly
EMPTY = N_("none")
EMPTIES = {"version": N_("newest")}  # kinds of parameters whose empty field has a name of its own


@dataclass(frozen=True)
class Surroundings:
    """What fields may offer: the columns at each input, and the datasets, each with the number of its newest version.

    ``of``: the value of the sibling that the field goes by.
    """

    columns: Callable[[str], TableSchema | None] = lambda port: None
    datasets: Mapping[str, int] = field(default_factory=dict)
    of: Any = None


def show(
    parameter: Parameter, value: Any, surroundings: Surroundings, *, key: str, on_change: Callable[[Any], None]
) -> None:
    """Draw the parameter with its value as the document has it; a change gives ``on_change`` the new plain value."""
    draw = _FIELDS.get(parameter.kind, _other)
    if not _is_showable(parameter, value):
        draw = _other
    draw(parameter, value, surroundings, key, on_change)


def _common(
    parameter: Parameter, key: str, on_change: Callable[[Any], None], read: Callable[[Any], Any] = lambda v: v
) -> dict[str, Any]:
    def heard() -> None:
        if key in st.session_state:  # a late event of a widget that is gone has no value
            on_change(read(st.session_state[key]))

    return {"label": said(parameter.label), "key": key, "help": _help(parameter), "on_change": heard}


def _help(parameter: Parameter) -> str | None:
    parts = [said(parameter.help)] if parameter.help else []
    if not parameter.required and parameter.kind not in ("variant", "code"):
        parts.append(_("Default: {value}.", value=shown(parameter.default, parameter.kind)))
    return " ".join(parts) or None


def shown(value: Any, kind: str = "") -> str:
    """A plain value in words; ``kind`` is its parameter's."""
    if value is None:
        return said(EMPTIES.get(kind, EMPTY))
    if isinstance(value, bool):
        return yes_no(value)
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return ", ".join(shown(v) for v in value) or _("nothing")
    if isinstance(value, Mapping):
        if "kind" in value:
            return column_picker.in_words(Columns.model_validate(value))
        return shown(value.get("type", "…"))
    return choice(str(value)) or _("empty")


def _is_showable(parameter: Parameter, value: Any) -> bool:
    match parameter.kind:
        case "integer" | "version":
            return value is None or (isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST)
        case "number":
            return value is None or (
                isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
            )
        case "boolean":
            return isinstance(value, bool)
        case "choice":
            return value in parameter.choices or (value is None)
        case "choices":
            return isinstance(value, list) and all(v in parameter.choices for v in value)
        case "columns":
            return column_picker.parsed(value) is not None
        case "column":
            return value is None or isinstance(value, str) or value in parameter.choices
        case "string" | "code" | "new_column" | "dataset" | "database" | "store" | "grid":
            return value is None or isinstance(value, str)
        case "list":
            return value is None or (isinstance(value, list) and all(isinstance(v, str | int | float) for v in value))
    return True


def _boolean(
    parameter: Parameter, value: Any, around: Surroundings, key: str, on_change: Callable[[Any], None]
) -> None:
    keep(key, value)
    st.checkbox(**_common(parameter, key, on_change))


def _choice(parameter: Parameter, value: Any, around: Surroundings, key: str, on_change: Callable[[Any], None]) -> None:
    options = [*([None] if parameter.optional or value is None else []), *parameter.choices]
    if value is None and not parameter.optional:
        options.remove(None)
    short = len(options) <= 3 and sum(len(shown(o)) for o in options) <= 24 and None not in options
    keep(key, value)
    if short and value is not None:
        st.segmented_control(
            options=options, format_func=shown, width="stretch", required=True, **_common(parameter, key, on_change)
        )
    else:
        st.selectbox(options=options, format_func=shown, placeholder=_("Choose"), **_common(parameter, key, on_change))


def _choices(
    parameter: Parameter, value: Any, around: Surroundings, key: str, on_change: Callable[[Any], None]
) -> None:
    keep(key, list(value))
    st.multiselect(options=list(parameter.choices), format_func=shown, **_common(parameter, key, on_change, list))


def _integer(
    parameter: Parameter, value: Any, around: Surroundings, key: str, on_change: Callable[[Any], None]
) -> None:
    low, high = _limits(parameter, value, int)
    keep(key, value)
    st.number_input(
        step=1,
        min_value=low,
        max_value=high,
        placeholder=said(EMPTY) if parameter.optional else "",
        **_common(parameter, key, on_change),
    )


def _number(parameter: Parameter, value: Any, around: Surroundings, key: str, on_change: Callable[[Any], None]) -> None:
    low, high = _limits(parameter, value, float)
    value = None if value is None else float(value)
    keep(key, value)
    if parameter.form.widget == "slider" and low is not None and high is not None and value is not None:
        st.slider(min_value=low, max_value=high, step=(high - low) / 100, **_common(parameter, key, on_change))
        return
    common = _common(parameter, key, on_change)
    st.number_input(
        step=_stride(parameter),
        format="%.6g",
        min_value=low,
        max_value=high,
        placeholder=said(EMPTY) if parameter.optional else "",
        **common,
    )


def _limits(parameter: Parameter, value: Any, kind: type) -> tuple[Any, Any]:
    """The bounds that ``value`` keeps: one it breaks is a diagnostic, and must not keep the widget from being drawn."""
    low = None if parameter.low is None or abs(parameter.low) > LARGEST else kind(parameter.low)
    high = None if parameter.high is None or abs(parameter.high) > LARGEST else kind(parameter.high)
    if value is not None and low is not None and value < low:
        low = None
    if value is not None and high is not None and value > high:
        high = None
    return low, high


def _stride(parameter: Parameter) -> float:
    if parameter.low is not None and parameter.high is not None and parameter.high - parameter.low <= 1:
        return 0.05
    default = abs(parameter.default) if isinstance(parameter.default, int | float) else 0
    return float(10 ** math.floor(math.log10(default))) if default else 0.1


def _string(parameter: Parameter, value: Any, around: Surroundings, key: str, on_change: Callable[[Any], None]) -> None:
    keep(key, value or "")
    empty = None if parameter.optional else ""
    st.text_input(
        placeholder=said(EMPTY) if parameter.optional else "",
        **_common(parameter, key, on_change, lambda v: v or empty),
    )


_HEIGHTS = {"expression": 70, "sql": 190, "python": 260, "r": 260}


def _code(parameter: Parameter, value: Any, around: Surroundings, key: str, on_change: Callable[[Any], None]) -> None:
    keep(key, value or "")
    with st.container(key=f"{key}.mono"):
        st.text_area(height=_HEIGHTS.get(parameter.form.widget or "", 90), **_common(parameter, key, on_change))
        schema = around.columns(parameter.form.port)
        if schema is not None and parameter.form.widget in ("expression", "sql", "python"):
            field = "st-key-" + re.sub(r"[^a-zA-Z0-9_-]", "-", f"{key}.mono")
            column_chips.show(schema.names, parameter.form.widget, field=field, key=f"{key}.chips")


def _column(parameter: Parameter, value: Any, around: Surroundings, key: str, on_change: Callable[[Any], None]) -> None:
    """One column; beside it, where the parameter allows: none, no (False), or the label (True)."""
    schema = around.columns(parameter.form.port)
    kinds = {c.name: c.type.value for c in schema} if schema else {}
    special = [*([None] if parameter.optional else []), *sorted(parameter.choices)]
    options = [*special, *kinds, *([value] if isinstance(value, str) and value and value not in kinds else [])]

    def label(option: Any) -> str:
        if isinstance(option, str):
            return f"{option}  ·  {said(kinds[option]) if option in kinds else _('not here')}"
        return said(EMPTY) if option is None else _("by the label") if option else _("no")

    keep(key, value if value in special or value else None)
    st.selectbox(
        options=options, format_func=label, placeholder=_("Choose a column"), **_common(parameter, key, on_change)
    )


def _columns(
    parameter: Parameter, value: Any, around: Surroundings, key: str, on_change: Callable[[Any], None]
) -> None:
    rule = None if value is None else column_picker.parsed(value)
    schema = around.columns(parameter.form.port)
    column_picker.show(
        said(parameter.label),
        rule,
        schema,
        optional=parameter.optional,
        help=_help(parameter),
        key=key,
        on_change=on_change,
    )


def _dataset(
    parameter: Parameter, value: Any, around: Surroundings, key: str, on_change: Callable[[Any], None]
) -> None:
    options = [*around.datasets, *([value] if value and value not in around.datasets else [])]
    keep(key, value or None)
    st.selectbox(options=options, placeholder=_("Choose a dataset"), **_common(parameter, key, on_change))


def _version(
    parameter: Parameter, value: Any, around: Surroundings, key: str, on_change: Callable[[Any], None]
) -> None:
    """A version of the dataset that the step names, the newest first."""
    newest = around.datasets.get(around.of, 0) if isinstance(around.of, str) else 0
    options = [None, *range(newest, 0, -1)]
    options += [] if value in options else [value]

    def label(version: int | None) -> str:
        if version is not None:
            return f"v{version}"
        name = shown(None, parameter.kind)
        return _("{name} (v{number})", name=name, number=newest) if newest else name

    keep(key, value)
    st.selectbox(options=options, format_func=label, placeholder=label(None), **_common(parameter, key, on_change))


def _connection(
    parameter: Parameter, value: Any, around: Surroundings, key: str, on_change: Callable[[Any], None]
) -> None:
    """A connection to a database or a store, by its name."""
    try:
        names = [c.name for c in connections.connections() if c.kind == parameter.kind]
    except SekkeiError:  # the step's own diagnostic tells
        names = []
    options = [*names, *([value] if value and value not in names else [])]
    keep(key, value or None)
    st.selectbox(options=options, placeholder=_("Choose a connection"), **_common(parameter, key, on_change))


def _grid(parameter: Parameter, value: Any, around: Surroundings, key: str, on_change: Callable[[Any], None]) -> None:
    data_grid.show(
        _common(parameter, key, on_change)["label"], value or "", key=key, help=_help(parameter), on_change=on_change
    )


def _list(parameter: Parameter, value: Any, around: Surroundings, key: str, on_change: Callable[[Any], None]) -> None:
    keep(key, _joined(value or ()))
    placeholder = said(EMPTY) if parameter.optional else _("Values, with commas between")
    st.text_input(placeholder=placeholder, **_common(parameter, key, on_change, lambda text: _parts(text, parameter)))


def _joined(values: Sequence[Any]) -> str:
    return ", ".join(f'"{v}"' if isinstance(v, str) and ("," in v or v != v.strip()) else str(v) for v in values)


def _parts(text: str, parameter: Parameter) -> Any:
    """The values between the commas; those in quotes may hold commas themselves."""
    rows = list(csv.reader([text], skipinitialspace=True))
    parts: list[Any] = [p if parameter.of_text else _scalar(p) for p in (rows[0] if rows else []) if p.strip()]
    return None if not parts and parameter.optional else parts


def _other(parameter: Parameter, value: Any, around: Surroundings, key: str, on_change: Callable[[Any], None]) -> None:
    """Any value, written as in YAML; a group of lists has a line for each."""
    text = (
        ""
        if value is None
        else value
        if isinstance(value, str) and _scalar(value) == value
        else yaml.safe_dump(value, default_flow_style=None, sort_keys=False, allow_unicode=True, width=200)
        .removesuffix("...\n")
        .strip()
    )
    key = f"{key}.text"
    keep(key, text)
    named = [c for c in parameter.choices if isinstance(c, str)]
    if named:
        options = list(dict.fromkeys(["", *named, text] if parameter.optional else [*named, text]))
        st.selectbox(
            options=options,
            format_func=lambda t: t or said(EMPTY),
            accept_new_options=True,
            **_common(parameter, key, on_change, _scalar),
        )
        return
    draw = st.text_area if len(text) > 60 or "\n" in text or isinstance(value, Mapping) else st.text_input
    draw(placeholder=said(EMPTY) if parameter.optional else "", **_common(parameter, key, on_change, _scalar))


def _scalar(text: str) -> Any:
    """A value as YAML reads it; what YAML cannot read stays text, for a diagnostic to tell."""
    try:
        found = yaml.safe_load(text) if text.strip() else None
    except yaml.YAMLError:
        return text
    return found if isinstance(found, str | int | float | bool | list | dict) or found is None else text


_FIELDS: dict[str, Callable[[Parameter, Any, Surroundings, str, Callable[[Any], None]], None]] = {
    "boolean": _boolean,
    "choice": _choice,
    "choices": _choices,
    "integer": _integer,
    "number": _number,
    "string": _string,
    "new_column": _string,
    "code": _code,
    "grid": _grid,
    "database": _connection,
    "store": _connection,
    "column": _column,
    "columns": _columns,
    "dataset": _dataset,
    "version": _version,
    "list": _list,
}
