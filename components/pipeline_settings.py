"""The pipeline's own parameters: values with a name that steps take, filled in when it is run."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.language import _
from components.markdown import escaped
from components.run_dialog import read, written
from components.widget_state import keep
from pipelines.document.model import PipelineDocument, PipelineParameter
from pipelines.document.parameter_edits import (
    DescribePipelineParameter,
    RemovePipelineParameter,
    RenamePipelineParameter,
    SetPipelineParameter,
)
from pipelines.document.references import users

WIDTHS = [1.4, 1.2, 2, 2.2, 0.4]


def show(document: PipelineDocument, *, key: str, on_edit: Callable[..., None]) -> None:
    """Draw the parameters, each with its default, what it is for and where it is taken; a change is an edit."""
    if not document.parameters:
        st.caption(
            _(
                "There are none. The menu beside a step's field makes one of it: a value that is asked for before "
                "a run, set on the command line with --set NAME=VALUE, and can feed several steps."
            )
        )
        return
    titles = (_("Name"), _("Default"), _("Description"), _("Taken by"), "")
    for column, title in zip(st.columns(WIDTHS), titles, strict=True):
        column.caption(title)
    for place, parameter in enumerate(document.parameters):
        _row(document, parameter, f"{key}.{place}", on_edit)


def _row(document: PipelineDocument, parameter: PipelineParameter, key: str, on_edit: Callable[..., None]) -> None:
    name, default = parameter.name, parameter.default
    left, value, about, taken, last = st.columns(WIDTHS, vertical_alignment="center")
    keep(f"{key}.name", name)
    left.text_input(
        _("Name of {name}", name=name),
        key=f"{key}.name",
        label_visibility="collapsed",
        on_change=lambda: on_edit(RenamePipelineParameter(name, st.session_state[f"{key}.name"].strip())),
    )
    shown = default if isinstance(default, str) and read(default) == default else written(default)
    keep(f"{key}.default", shown)
    value.text_input(
        _("Default of {name}", name=name),
        key=f"{key}.default",
        label_visibility="collapsed",
        on_change=lambda: on_edit(SetPipelineParameter(name, read(st.session_state[f"{key}.default"]))),
    )
    keep(f"{key}.about", parameter.description)
    about.text_input(
        _("Description of {name}", name=name),
        key=f"{key}.about",
        label_visibility="collapsed",
        on_change=lambda: on_edit(DescribePipelineParameter(name, st.session_state[f"{key}.about"])),
    )
    found = users(document, name)
    taken.markdown(", ".join(f"{escaped(s)}.{escaped(p)}" for s, p in found) or (":orange[" + _("no step") + "]"))
    last.button(
        "",
        icon=":material/delete:",
        key=f"{key}.remove",
        type="tertiary",
        help=_("Take {name} away; the steps keep its value", name=name),
        on_click=on_edit,
        args=(RemovePipelineParameter(name),),
    )
