"""Before a run: its name, what it is for, and the values of the pipeline's parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import streamlit as st
import yaml

from components.language import _
from components.parameter_fields import shown
from pipelines.document.model import PipelineDocument, PipelineParameter


class Wanted(NamedTuple):
    """What the visitor wants of the run; ``values`` holds only those that differ from the defaults."""

    name: str
    description: str
    values: dict[str, Any]
    experiment: str = ""  # empty: the pipeline's own


def show(document: PipelineDocument, experiments: Sequence[str] = (), *, key: str) -> Wanted:
    """Draw the fields; what they say now. ``experiments`` are there already, the one to propose first."""
    own = document.name
    experiment = st.selectbox(
        _("Experiment"),
        list(experiments) or [own],
        key=f"{key}.experiment",
        accept_new_options=True,
        format_func=lambda e: _("{name} (the pipeline's own)", name=e) if e == own else e,
        help=_("MLflow's folder of runs. Choose one, or type a name for a new one; later runs go there too."),
    )
    name = st.text_input(_("Name of the revision"), key=f"{key}.revision", max_chars=100, placeholder=_("none"))
    description = st.text_area(
        _("Description"),
        document.description,
        key=f"{key}.description",
        height=80,
        help=_("Shown with the run in MLflow."),
    )
    values = {}
    for parameter in document.parameters:
        value = _field(parameter, f"{key}.value.{parameter.name}")
        if value != parameter.default:
            values[parameter.name] = value
    if not document.parameters:
        st.caption(
            _("The pipeline has no parameters of its own. The menu beside a field makes one, and it can be set here.")
        )
    chosen = (experiment or own).strip()
    return Wanted(name.strip(), description.strip(), values, "" if chosen == own else chosen)


def _field(parameter: PipelineParameter, key: str) -> Any:
    default, label = parameter.default, parameter.name
    help = parameter.description or _("Default: {value}.", value=shown(default))
    if isinstance(default, bool):
        return st.checkbox(label, default, key=key, help=help)
    if isinstance(default, int):
        return st.number_input(label, value=default, step=1, key=key, help=help)
    if isinstance(default, float):
        return st.number_input(label, value=default, format="%.6g", key=key, help=help)
    if isinstance(default, str):
        return st.text_input(label, default, key=key, help=help)
    text = st.text_input(label, written(default), key=key, help=help)
    return read(text)


def written(value: Any) -> str:
    """A plain value as YAML has it, in one line."""
    return yaml.safe_dump(value, default_flow_style=True, allow_unicode=True).removesuffix("...\n").strip()


def read(text: str) -> Any:
    """The value that YAML reads in ``text``; what it cannot read stays text, for a diagnostic to tell."""
    try:
        return yaml.safe_load(text) if text.strip() else None
    except yaml.YAMLError:
        return text
