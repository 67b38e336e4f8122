"""One entry of the step or algorithm library: what it does, an example, its parameters, the same in code."""

from __future__ import annotations

import inspect
from typing import Any

import pandas as pd
import streamlit as st

from components import error_box, row_columns
from components.evaluation import report as report_view
from components.language import N_, _, said
from components.markdown import escaped, prose
from components.parameters import Parameter, choice, parameters
from pipelines.algorithms.base import Algorithm
from pipelines.execution.examples import Demonstration, demonstrate
from pipelines.steps.base import Behaviour, Step

BEHAVIOURS = {
    Behaviour.SOURCE: N_("Brings rows in"),
    Behaviour.ROW_WISE: N_("Looks at each row alone"),
    Behaviour.FITTED: N_("Learns from the training rows"),
    Behaviour.ROW_CHANGING: N_("Changes which training rows there are"),
    Behaviour.COMBINE: N_("Makes a new table"),
    Behaviour.SPLIT: N_("Marks rows for training and testing"),
    Behaviour.FOLDS: N_("Deals rows into folds for cross-validation"),
    Behaviour.TRAIN: N_("Trains a model"),
    Behaviour.SCORE: N_("Predicts"),
    Behaviour.EVALUATE: N_("Measures and reports"),
    Behaviour.SINK: N_("Takes rows out"),
}
TASKS = {
    "regression": N_("Predicts a number"),
    "classification": N_("Predicts a category"),
    "clustering": N_("Finds groups"),
    "anomaly": N_("Finds outliers"),
}
HEADINGS = (N_("Parameter"), N_("Name in YAML"), N_("Default"), N_("What it means"))


def show_step(step_type: type[Step], *, key: str) -> None:
    """Draw a step type."""
    _head(step_type, step_type.category, BEHAVIOURS[step_type.behaviour])
    with error_box.shown(f"{key}.example"):
        if (found := demonstrate(step_type)) is not None:
            st.markdown("**" + _("Example") + "**")
            _example(step_type, found, key)
    _parameters(step_type, key)
    _code(step_type.equivalent, key)


def show_algorithm(algorithm: type[Algorithm], *, key: str) -> None:
    """Draw an algorithm."""
    _head(algorithm, N_("Algorithm"), TASKS.get(algorithm.task, algorithm.task.capitalize()))
    _parameters(algorithm, key)
    _code(algorithm().equivalent, key)


def paragraphs(declared: Any) -> list[str]:
    """The docstring's paragraphs, each as one line."""
    text = inspect.cleandoc(declared.__doc__ or "")
    return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]


def _head(declared: Any, category: str, kind: str) -> None:
    st.markdown(f"#### {escaped(said(declared.title))}")
    st.markdown(f":gray-badge[{escaped(said(category))}] :blue-badge[{escaped(said(kind))}]")
    for paragraph in paragraphs(declared):
        st.markdown(prose(said(paragraph)))
    if declared.known_as:
        st.caption(_("In the Azure Machine Learning designer: {names}.", names=", ".join(declared.known_as)))


def _example(step_type: type[Step], found: Demonstration, key: str) -> None:
    params = dict(step_type.example.params) if step_type.example else {}
    if params:
        st.code("\n".join(f"{name}: {value}" for name, value in params.items()), language="yaml")
    after = found.output.table
    tables = [(_("Before") if len(found.given) == 1 else said(name), frame) for name, frame in found.given.items()]
    tables += [(_("After"), after.frame)] if after is not None else []
    if tables:
        for column, (title, frame) in zip(st.columns(len(tables), gap="small"), tables, strict=True):
            with column:
                st.caption(title)
                _table(frame, f"{key}.{title}", title)
    if found.roles:
        st.caption(", ".join(f"{escaped(name)}: {said(role.value)}" for name, role in found.roles.items()))
    if found.output.report is not None:
        report_view.show(found.output.report, key=f"{key}.report")


def _table(frame: pd.DataFrame, key: str, title: str) -> None:
    st.dataframe(
        frame,
        hide_index=True,
        height="content",
        key=key,
        placeholder=row_columns.MISSING,
        alt=title,
        column_config=row_columns.named(frame),
    )


def _parameters(model: type[Any], key: str) -> None:
    rows = [_cells(p) for p in parameters(model)]
    if rows:
        lines = [[escaped(said(h)) for h in HEADINGS], ["---"] * len(HEADINGS), *rows]
        st.markdown("**" + _("Parameters") + "**")
        with st.container(key=f"{key}.parameters"):
            st.markdown("\n".join(f"| {' | '.join(line)} |" for line in lines))


def _cells(parameter: Parameter) -> list[str]:
    means = said(parameter.help)
    if parameter.choices:
        means += " " + _("One of: {choices}.", choices=", ".join(choice(str(c)) for c in parameter.choices))
    default = _("needed") if parameter.required else _written(parameter.default)
    return [escaped(said(parameter.label)), f"`{parameter.name}`", escaped(default), escaped(means)]


def _written(value: Any) -> str:
    if value is None or value in ([], {}):
        return "–"
    if isinstance(value, dict):
        return ", ".join(f"{k}: {v}" for k, v in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _code(text: str, key: str) -> None:
    if text:
        st.markdown("**" + _("The same in Python") + "**")
        st.code(inspect.cleandoc(text), language="python")
