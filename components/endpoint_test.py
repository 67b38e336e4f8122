"""Trying an endpoint: one row in a form, or several as JSON or a CSV file, and what a deployment answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from components import answer_changes, answer_reasons, error_box, page_header, try_it_form, try_it_rows
from components.language import N_, _, said
from pipelines.serving.endpoint import Deployment, Endpoint, main_deployment
from pipelines.serving.endpoints import Endpoints
from pipelines.serving.explanation import Explanation
from pipelines.serving.trial import Kind, Trial, written

Ask = Callable[[bytes, Kind, str], Trial]
WAYS = {"form": N_("Form"), "json": "JSON", "csv": N_("CSV file")}


def show(endpoint: Endpoint, ask: Ask, watch: Endpoints, *, key: str) -> None:
    """Draw the ways to try it; ``ask`` gets the answers of a deployment, by its name, to rows as JSON or CSV.

    ``watch`` tells why a row in the form got its answer.
    """
    if str(endpoint.state) not in ("healthy", "degraded"):
        page_header.empty(_not_yet(str(endpoint.state)), icon="hourglass_empty")
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        deployment = _deployment(endpoint, key)
        ways = list(WAYS) if deployment.contract else ["json"]
        way = st.segmented_control(
            _("Rows as"),
            ways,
            default=ways[0],
            required=True,
            format_func=lambda w: said(WAYS[w]),
            key=f"{key}_way_{len(ways)}",
            label_visibility="visible" if len(endpoint.running) > 1 else "collapsed",
        )
    if way == "form":
        row = _form(deployment, ask, key)
        if row is not None:
            _why(endpoint.name, deployment, row, watch, f"{key}_{deployment.name}_why")
        return
    row = example_row(deployment)
    mine = f"{key}_{deployment.name}_{way}"
    content = try_it_rows.json(row, key=mine) if way == "json" else try_it_rows.csv(row, endpoint.name, key=mine)
    kept = try_it_rows.kept(mine)
    if content is not None:
        st.session_state.pop(kept, None)
        with error_box.shown(f"{mine}_refused"), st.spinner(_("The model is asked …")):
            st.session_state[kept] = ask(content, "json" if way == "json" else "csv", deployment.name)
    if kept in st.session_state:
        try_it_rows.answers(st.session_state[kept], endpoint.name, key=mine)


def starting() -> str:
    """What happens while an endpoint starts."""
    return _("The model server is starting; this takes some seconds.")


def _not_yet(state: str) -> str:
    match state:
        case "starting" | "restarting":
            return f"{starting()} " + _("Then it can be tried here.")
        case "stopped":
            return _("It is stopped. Press Start to try it.")
        case _:
            return _("It can be tried as soon as it is healthy.")


def example_row(deployment: Deployment | Endpoint) -> dict[str, Any]:
    """A real row of what the model asks for."""
    found = deployment
    return try_it_form.example_row(found.contract, found.example) if found.contract else dict(found.example)


def tried(key: str) -> Mapping[str, Any] | None:
    """The row that was tried last in the form."""
    row: Mapping[str, Any] | None = st.session_state.get(f"{key}_row")
    return row


def _deployment(endpoint: Endpoint, key: str) -> Deployment:
    main = main_deployment(endpoint.deployments)
    running = sorted(endpoint.running, key=lambda d: d is not main)
    if len(running) == 1:
        return running[0]
    by_name = {d.name: d for d in running}
    name = st.selectbox(
        _("Deployment"),
        list(by_name),
        format_func=lambda n: f"{n} · {by_name[n].model_uri.removeprefix('models:/')}",
        width=280,
        key=f"{key}_deployment",
    )
    return by_name[name]


def _form(deployment: Deployment, ask: Ask, key: str) -> Mapping[str, Any] | None:
    """Draw the form and its answer; the row that was answered."""
    contract = deployment.contract
    if contract is None:
        return None
    form, result = st.columns([7, 4], gap="medium")
    with form:
        row = try_it_form.show(contract, deployment.example, key=f"{key}_try_{deployment.name}")
    kept, answered = f"{key}_{deployment.name}_prediction", f"{key}_{deployment.name}_answered"
    with result:
        if row is not None:
            st.session_state.pop(kept, None)
            st.session_state[f"{key}_row"] = row
            with error_box.shown(f"{key}_refused"):
                st.session_state[kept] = ask(written([row]).encode(), "json", deployment.name)
                st.session_state[answered] = row
                answer_changes.forget(f"{key}_{deployment.name}_why_changes")
                st.session_state.pop(f"{key}_{deployment.name}_why", None)
        found: Trial | None = st.session_state.get(kept)
        if found is not None:
            try_it_form.answer(found.answers[0], contract.task, contract=contract, key=f"{key}_result")
            try_it_rows.remarks(found.remarks)
        elif row is None:
            page_header.empty(_("Press Predict. The fields hold a real row."), icon="bolt")
    return st.session_state.get(answered) if found is not None else None


def _why(name: str, deployment: Deployment, row: Mapping[str, Any], watch: Endpoints, kept: str) -> None:
    """Draw what moved the answer and what would change it; asked for once a row."""
    contract = deployment.contract
    if contract is None:
        return
    with error_box.shown(f"{kept}_refused"):
        if kept not in st.session_state:
            with st.spinner(_("The model is asked …")):
                st.session_state[kept] = watch.explain(name, row, deployment=deployment.name)
        found: Explanation = st.session_state[kept]
        with st.container(border=True, gap="small", key=f"{kept}_reasons"):
            answer_reasons.show(found, key=kept)
        with st.container(border=True, gap="small", key=f"{kept}_other"):
            answer_changes.show(
                found.answer,
                contract.classes,
                lambda target: watch.counterfactuals(name, row, target=target, deployment=deployment.name),
                task=contract.task,
                label=lambda label: try_it_form.label_words(label, contract.task),
                key=f"{kept}_changes",
            )
