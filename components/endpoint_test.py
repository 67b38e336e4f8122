"""Trying an endpoint: one row in a form, or several as JSON or a CSV file, and what a deployment answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from components import error_box, page_header, try_it_form, try_it_rows
from components.language import N_, _, said
from pipelines.serving.endpoint import Deployment, Endpoint, main_deployment
from pipelines.serving.trial import Kind, Trial, written

Ask = Callable[[bytes, Kind, str], Trial]
WAYS = {"form": N_("Form"), "json": "JSON", "csv": N_("CSV file")}


def show(endpoint: Endpoint, ask: Ask, *, key: str) -> None:
    """Draw the ways to try it; ``ask`` gets the answers of a deployment, by its name, to rows as JSON or CSV."""
    if str(endpoint.state) not in ("healthy", "degraded"):
        page_header.empty(_("It can be tried as soon as it is healthy."), icon="hourglass_empty")
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
        _form(deployment, ask, key)
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


def _form(deployment: Deployment, ask: Ask, key: str) -> None:
    contract = deployment.contract
    if contract is None:
        return
    form, result = st.columns([7, 4], gap="medium")
    with form:
        row = try_it_form.show(contract, deployment.example, key=f"{key}_try_{deployment.name}")
    kept = f"{key}_{deployment.name}_prediction"
    with result:
        if row is not None:
            st.session_state.pop(kept, None)
            st.session_state[f"{key}_row"] = row
            with error_box.shown(f"{key}_refused"):
                st.session_state[kept] = ask(written([row]).encode(), "json", deployment.name)
        found: Trial | None = st.session_state.get(kept)
        if found is not None:
            try_it_form.answer(found.answers[0], contract.task, key=f"{key}_result")
            try_it_rows.remarks(found.remarks)
        elif row is None:
            page_header.empty(_("Press Predict. The fields hold a real row."), icon="bolt")
