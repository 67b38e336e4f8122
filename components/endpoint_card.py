"""One endpoint: how it is, trying it, how programs ask it, and its switches."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from components import (
    consume_code,
    contract_table,
    endpoint_keys,
    endpoint_limits,
    endpoint_logs,
    endpoint_monitoring,
    endpoint_test,
    endpoint_versions,
    facts,
    status,
    wording,
)
from components.endpoint_list import brief_model_of, model_of
from components.endpoint_test import Ask
from components.language import _, said
from pipelines.serving.endpoints import Endpoint, Endpoints
from pipelines.tracking import ModelVersion, RegisteredModel


@dataclass(frozen=True)
class NewKey:
    """A key of this slot is to be made anew."""

    slot: str


Wish = endpoint_versions.Wish | endpoint_limits.Limits | NewKey


@dataclass(frozen=True)
class Intent:
    """What the visitor wants of the endpoint."""

    act: Literal["start", "stop", "delete", "retrain", "model", "run"]


def head(endpoint: Endpoint, version: ModelVersion | None, *, key: str) -> Intent | None:
    """Draw name, state, where it comes from, and switches; ``version`` is the model's, if it is still registered."""
    intent: Intent | None = None
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}_head"):
        st.markdown(f"**{endpoint.name}**", width="content")
        coming = str(endpoint.state) in ("starting", "restarting")
        status.show(str(endpoint.state), help=endpoint_test.starting() if coming else "")
        if endpoint.updating is not None:
            checked = _("The new version is being checked; the one before answers meanwhile.")
            status.show(str(endpoint.updating.state), label=endpoint.updating.name, help=checked)
        if version is None:
            st.caption(model_of(endpoint), width="content")
        elif st.button(
            brief_model_of(endpoint),
            icon=":material/deployed_code:",
            type="tertiary",
            key=f"{key}_model",
            help=model_of(endpoint),
        ):
            intent = Intent("model")
        trained = version is not None and bool(version.run_id)
        if trained and st.button(_("Run"), icon=":material/play_circle:", type="tertiary", key=f"{key}_run"):
            intent = Intent("run")
        st.space("stretch")
        if trained and st.button(_("Train again"), icon=":material/autorenew:", key=f"{key}_retrain"):
            intent = Intent("retrain")
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
    endpoint: Endpoint, ask: Ask, models: Callable[[], Sequence[RegisteredModel]], watch: Endpoints, *, key: str
) -> Wish | None:
    """Draw the tabs; ``ask`` gets the model's answers to rows, ``watch`` reasons, traffic, drift, logs."""
    names = [_("Try it"), _("Consume"), _("Versions"), _("Monitoring"), _("Logs"), _("Keys"), _("Details")]
    test, consume, versions, monitoring, logs, keys, details = st.tabs(names, key=f"{key}_tab", on_change="rerun")
    wish: Wish | None = None
    if test.open:
        with test:
            endpoint_test.show(endpoint, ask, watch, key=key)
    if consume.open:
        with consume:
            row = endpoint_test.tried(key) or endpoint_test.example_row(endpoint)
            hint = f"…{endpoint.key_hint}" if endpoint.key_hint else ""
            consume_code.show(
                endpoint.url,
                row,
                hint=hint,
                describe=lambda: json.dumps(watch.swagger(endpoint.name), indent=1).encode(),
                key=f"{key}_consume",
            )
    if versions.open:
        with versions:
            wish = endpoint_versions.show(endpoint, models(), key=f"{key}_versions")
    if monitoring.open:
        with monitoring:
            endpoint_monitoring.show(endpoint, watch, key=f"{key}_monitoring")
    if logs.open:
        with logs:
            endpoint_logs.show(endpoint, watch, key=f"{key}_logs")
    if keys.open:
        with keys:
            slot = endpoint_keys.show(endpoint, key=f"{key}_keys")
            limits = endpoint_limits.show(endpoint, key=f"{key}_limits")
            wish = NewKey(slot) if slot else limits
    if details.open:
        with details:
            _details(endpoint, key)
    return wish


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
