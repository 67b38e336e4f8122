"""Columns by name or by rule, with those it takes at this point counted as it is set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import streamlit as st
from pydantic import ValidationError

from components.language import N_, _, said
from components.widget_state import keep
from pipelines.columns import Columns, Kind
from pipelines.errors import SekkeiError
from pipelines.schema import TableSchema

BY_RULE, BY_NAME, EVERY = N_("By rule"), N_("By name"), N_("Every column")
KINDS = {
    "all": N_("every feature"),
    "categorical": N_("text, category, yes/no"),
    "numeric": N_("numeric"),
    "boolean": N_("boolean"),
    "datetime": N_("datetime"),
    "text": N_("text"),
}


def show(
    label: str,
    rule: Columns | None,
    schema: TableSchema | None,
    *,
    optional: bool = False,
    help: str | None = None,
    key: str,
    on_change: Callable[[Any], None],
) -> None:
    """Draw the rule. A change gives ``on_change`` a list of names, a rule as a plain dict, or None.

    None is not set yet, or every column where the parameter is ``optional``.
    """
    names = schema.names if schema else []
    mode = (EVERY if optional else None) if rule is None else BY_RULE if rule.names is None else BY_NAME
    with st.container(key=f"{key}.box", gap="xsmall"):
        keep(f"{key}.mode", mode)

        def switched() -> None:
            match st.session_state.get(f"{key}.mode"):
                case wanted if wanted in (None, mode):
                    return
                case "By name":
                    on_change(_chosen(rule or Columns(), schema) if rule is not None else [])
                case "By rule":
                    on_change({"kind": "all"})
                case _:
                    on_change(None)

        modes = [*([EVERY] if optional else []), BY_RULE, BY_NAME]
        st.segmented_control(
            label, modes, key=f"{key}.mode", format_func=said, help=help, on_change=switched, width="stretch"
        )
        if mode == BY_NAME and rule is not None:
            _by_name(label, rule, schema, names, key, on_change)
        elif mode == BY_RULE and rule is not None:
            _by_rule(rule, names, key, on_change)
        if rule is not None:
            st.caption(_count(rule, schema))


def parsed(value: Any) -> Columns | None:
    """The rule that a plain value means; None for one that means none."""
    try:
        return (
            Columns() if value is None else Columns.model_validate(value)
        )  # an unset rule is shown as one not chosen yet
    except (ValidationError, TypeError):
        return None


def in_words(rule: Columns) -> str:
    """The rule in a few words."""
    if rule.names is not None:
        return ", ".join(rule.names) or _("no columns")
    kind = _("every feature") if rule.kind == "all" else _("{kind} columns", kind=said(rule.kind))
    named = _("{columns} named like {pattern}", columns=kind, pattern=rule.pattern) if rule.pattern else kind
    return _("{columns} except {names}", columns=named, names=", ".join(rule.exclude)) if rule.exclude else named


def _by_name(
    label: str, rule: Columns, schema: TableSchema | None, names: list[str], key: str, on_change: Callable[[Any], None]
) -> None:
    kinds = {c.name: c.type.value for c in schema} if schema else {}
    chosen = list(rule.names or ())
    options = names + [n for n in chosen if n not in kinds]
    keep(f"{key}.names", chosen)
    st.multiselect(
        _("{label}: names", label=label),
        options,
        key=f"{key}.names",
        placeholder=_("Choose columns"),
        format_func=lambda n: n if n in kinds else _("{name} (not here)", name=n),
        label_visibility="collapsed",
        on_change=_heard(f"{key}.names", lambda v: on_change(list(v))),
    )


def _by_rule(rule: Columns, names: list[str], key: str, on_change: Callable[[Any], None]) -> None:
    def changed(**values: Any) -> None:
        plain: dict[str, Any] = {"kind": rule.kind, "pattern": rule.pattern, "exclude": list(rule.exclude)} | values
        on_change({k: v for k, v in plain.items() if v or k == "kind"})

    keep(f"{key}.kind", rule.kind)
    st.selectbox(
        _("Kind"),
        get_args(Kind),
        key=f"{key}.kind",
        format_func=lambda k: said(KINDS.get(k, k)),
        on_change=_heard(f"{key}.kind", lambda v: changed(kind=v)),
    )
    keep(f"{key}.pattern", rule.pattern or "")
    st.text_input(
        _("Name matches"),
        key=f"{key}.pattern",
        placeholder=_("any name"),
        help=_("A regular expression, such as ^x_ for names that begin with x_."),
        on_change=_heard(f"{key}.pattern", lambda v: changed(pattern=v or None)),
    )
    chosen = list(rule.exclude)
    keep(f"{key}.exclude", chosen)
    st.multiselect(
        _("Except"),
        names + [n for n in chosen if n not in names],
        key=f"{key}.exclude",
        placeholder=_("Leave out none"),
        on_change=_heard(f"{key}.exclude", lambda v: changed(exclude=list(v))),
    )


def _count(rule: Columns, schema: TableSchema | None) -> str:
    """How many columns the rule takes here, and the first of them."""
    if schema is None:
        return _("The columns at this point are not known yet.")
    try:
        found = rule.select(schema)
    except SekkeiError as error:
        if rule.names is None:
            return f":red[{said(error.message)}] {said(error.fix)}"
        found = [n for n in rule.names if n in schema]  # the form tells of those that are not there
    listed = ", ".join(f"`{n}`" for n in found[:6]) + (", …" if len(found) > 6 else "")
    if not found:
        return _("{count} of {all} columns", count=len(found), all=len(schema))
    return _("{count} of {all} columns: {names}", count=len(found), all=len(schema), names=listed)


def _chosen(rule: Columns, schema: TableSchema | None) -> list[str]:
    try:
        return rule.select(schema) if schema is not None else []
    except SekkeiError:
        return []


def _heard(key: str, tell: Callable[[Any], None]) -> Callable[[], None]:
    def heard() -> None:
        if key in st.session_state:
            tell(st.session_state[key])

    return heard
