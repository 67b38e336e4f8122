"""Beside a field: back to its default, or take its value from a parameter of the pipeline."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from components.language import _, said
from components.markdown import escaped
from components.parameter_fields import shown
from components.parameters import Parameter
from pipelines.document.edits import ResetParameter
from pipelines.document.parameter_edits import DetachParameter, PromoteParameter

RESET, PROMOTE, DETACH = "reset", "promote", "detach"


def show(
    step: str, name: str, parameter: Parameter, defaults: Mapping[str, Any], *, changed: bool, key: str, on_edit: Any
) -> None:
    """Draw the menu. ``name``: dotted; ``defaults``: the pipeline's parameters; ``changed``: not at its default."""
    words = (
        {RESET: _("Back to the default: {value}", value=shown(parameter.default, parameter.kind))} if changed else {}
    )
    words |= {PROMOTE: _("Make it a pipeline parameter")}
    words |= {n: _("Take it from {name}", name=n) for n in defaults}

    def chosen() -> None:
        match st.session_state.get(key):
            case None:
                return
            case "reset":
                on_edit(ResetParameter(step, name))
            case "promote":
                on_edit(PromoteParameter(step, name, free_name(step, name, defaults)))
            case taken:
                on_edit(PromoteParameter(step, name, taken))

    name_of = said(parameter.label)
    told = _("{label}: more, changed from its default", label=name_of) if changed else _("{label}: more", label=name_of)
    st.menu_button(
        told,
        list(words),
        icon=":material/edit_note:" if changed else ":material/more_vert:",
        key=key,
        type="tertiary",
        format_func=words.__getitem__,
        help=told,
        on_click=chosen,
    )


def show_taken(
    step: str,
    name: str,
    label: str,
    source: str,
    defaults: Mapping[str, Any],
    *,
    key: str,
    on_edit: Callable[..., None],
) -> None:
    """Draw a field that takes its value from the pipeline parameter ``source``."""
    st.markdown(f":small[{escaped(label)}]")
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}.row"):
        value = shown(defaults[source]) if source in defaults else _("not there")
        st.markdown(f":violet-badge[:material/tune: {escaped(source)}] {escaped(value)}", width="stretch")
        st.button(
            "",
            icon=":material/link_off:",
            key=f"{key}.{DETACH}",
            type="tertiary",
            help=_("Give it a value of its own"),
            on_click=on_edit,
            args=(DetachParameter(step, name),),
        )


def free_name(step: str, name: str, taken: Mapping[str, Any]) -> str:
    """The parameter's own name, or with the step's before it, or with a number, that the pipeline does not have yet."""
    last = name.rpartition(".")[2]
    number = 2
    for wanted in (last, f"{step}_{last}"[:60]):
        if wanted not in taken:
            return wanted
    while f"{last}_{number}" in taken:
        number += 1
    return f"{last}_{number}"
