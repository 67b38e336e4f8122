"""One endpoint: how it is, trying it, how programs ask it, and its switches."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st

from components import (
    consume_code,
    contract_table,
    endpoint_keys,
    endpoint_versions,
    error_box,
    facts,
    page_header,
    status,
    try_it_form,
    wording,
)
from components.endpoint_list import model_of
from components.language import _, said
from pipelines.serving.endpoints import Endpoint
from pipelines.tracking import RegisteredModel

Ask = Callable[[Sequence[Mapping[str, Any]]], Mapping[str, Any]]


@dataclass(frozen=True)
class NewKey:
    """A key of this slot is to be made anew."""

    slot: str


@dataclass(frozen=True)
class Intent:
    """What the visitor wants of the endpoint."""

    act: Literal["start", "stop", "delete"]


def head(endpoint: Endpoint, *, key: str) -> Intent | None:
    """Draw name, state and switches."""
    intent: Intent | None = None
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}_oneline"):
        st.markdown(f"**{endpoint.name}**", width="content")
        status.show(str(endpoint.state))
        st.caption(model_of(endpoint), width="content")
        st.space("stretch")
        running = str(endpoint.state) not in ("stopped", "failed")
        if running and st.button(_("Stop"), icon=":material/stop_circle:", key=f"{key}_stop"):
            intent = Intent("stop")
        if not running and st.button(_("Start"), icon=":material/play_arrow:", type="primary", key=f"{key}_start"):
            intent = Intent("start")
        if st.button(_("Delete"), icon=":material/delete:", type="tertiary", key=f"{key}_delete"):
            intent = Intent("delete")
    if endpoint.reason:
        (st.error if str(endpoint.state) == "failed" else st.warning)(said(endpoint.reason), icon=":material/error:")
    return intent


def new_key(value: str, *, key: str) -> bool:
    """Draw a key the one time it can be seen; True when the visitor has put it away."""
    with st.container(border=True, gap="small", key=f"{key}_new_key"):
        st.markdown(
            ":material/key: "
            + _("**The key of this endpoint.** Copy it now: it is not kept and cannot be shown again.")
        )
        st.code(value, language=None)
        return st.button(_("I have it"), key=f"{key}_noted")


def tabs(
    endpoint: Endpoint, ask: Ask, models: Callable[[], Sequence[RegisteredModel]], *, key: str
) -> endpoint_versions.Wish | NewKey | None:
    """Draw Test, Consume, Versions, Keys and Details; ``ask`` gets the model server's answer for rows."""
    names = [_("Test"), _("Consume"), _("Versions"), _("Keys"), _("Details")]
    test, consume, versions, keys, details = st.tabs(names, key=f"{key}_tab", on_change="rerun")
    wish: endpoint_versions.Wish | NewKey | None = None
    if test.open:
        with test:
            _test(endpoint, ask, key)
    if consume.open:
        with consume:
            consume_code.show(endpoint.url, _row(endpoint, key), key=f"{key}_consume")
    if versions.open:
        with versions:
            wish = endpoint_versions.show(endpoint, models(), key=f"{key}_versions")
    if keys.open:
        with keys:
            slot = endpoint_keys.show(endpoint, key=f"{key}_keys")
            wish = NewKey(slot) if slot else None
    if details.open:
        with details:
            _details(endpoint, key)
    return wish


def _row(endpoint: Endpoint, key: str) -> Mapping[str, Any]:
    """The row tried last, or the example: what programs are shown gives the answer that was seen."""
    tried: Mapping[str, Any] | None = st.session_state.get(f"{key}_row")
    if tried is not None:
        return tried
    return try_it_form.example_row(endpoint.contract, endpoint.example) if endpoint.contract else endpoint.example


def _test(endpoint: Endpoint, ask: Ask, key: str) -> None:
    if str(endpoint.state) not in ("healthy", "degraded"):
        page_header.empty(_("It can be tried as soon as it is healthy."), icon="hourglass_empty")
        return
    if endpoint.contract is None:
        page_header.empty(_("This model does not say what it asks for; see Consume for how to send it rows."))
        return
    form, result = st.columns([7, 4], gap="medium")
    with form:
        row = try_it_form.show(endpoint.contract, endpoint.example, key=f"{key}_try")
    kept = f"{key}_prediction"
    with result:
        if row is not None:
            st.session_state.pop(kept, None)
            st.session_state[f"{key}_row"] = row
            with error_box.shown(f"{key}_refused"):
                st.session_state[kept] = ask([row])["predictions"][0]
        if kept in st.session_state:
            try_it_form.answer(st.session_state[kept], endpoint.contract.task, key=f"{key}_result")
        elif row is None:
            page_header.empty(_("Press Predict. The fields hold a real row."), icon="bolt")


def _details(endpoint: Endpoint, key: str) -> None:
    facts.show(
        {
            _("Model"): endpoint.model_uri,
            _("Restarts"): endpoint.restarts,
            _("Created"): wording.when(endpoint.created_at),
            _("Address"): endpoint.url,
        },
        min_width=320,
    )
    contract_table.show(endpoint.contract, key=f"{key}_contract", height=360)
