"""Deployments of an endpoint, one by one: adding one beside the others, and changing or removing one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from components import model_picker
from components.language import _
from pipelines.serving.deployments import MOST_PROCESSES, WHOLE
from pipelines.serving.endpoints import Deployment, Endpoint
from pipelines.tracking import RegisteredModel


@dataclass(frozen=True)
class Deploy:
    """One more model version is to be put behind the endpoint."""

    model_uri: str
    name: str
    traffic: int
    shadow: bool
    processes: int


@dataclass(frozen=True)
class Shadow:
    """A deployment is to be asked without answering, or no longer."""

    name: str
    shadow: bool


@dataclass(frozen=True)
class Processes:
    """A deployment is to be served by so many processes."""

    name: str
    processes: int


@dataclass(frozen=True)
class Remove:
    """A deployment without traffic is to end and be forgotten."""

    name: str


Change = Deploy | Shadow | Processes | Remove


def show(endpoint: Endpoint, models: Sequence[RegisteredModel], *, key: str) -> Change | None:
    """Draw the forms for one more deployment and for one of those there are; what is to be done."""
    with st.expander(_("Add a deployment"), icon=":material/add:", key=f"{key}_adding"):
        added = _add(endpoint, models, f"{key}_new")
    with st.expander(_("Change a deployment"), icon=":material/tune:", key=f"{key}_changing"):
        changed = _change(endpoint, f"{key}_one")
    return added or changed


def _add(endpoint: Endpoint, models: Sequence[RegisteredModel], key: str) -> Deploy | None:
    left, right = st.columns(2, gap="small")
    with left:
        uri = model_picker.show(models, wanted="", first=endpoint.model_name or "", key=f"{key}_model")
    name = right.text_input(
        _("Name"),
        max_chars=63,
        placeholder=_("after its version, as in v3"),
        key=f"{key}_name_{len(endpoint.deployments)}",
        help=_("Small letters, digits and '-'. Callers can choose it by this name"),
    )
    roles = {"traffic": _("Answers a share"), "shadow": _("Shadow")}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        role = st.segmented_control(
            _("Role"),
            list(roles),
            default="traffic",
            required=True,
            format_func=roles.__getitem__,
            key=f"{key}_role",
            help=_("A shadow gets every request too; its answers are compared and counted, and never returned."),
        )
        shadow = role == "shadow"
        percent = st.number_input(
            _("Percent"),
            min_value=0,
            max_value=WHOLE,
            value=0,
            disabled=shadow,
            width=130,
            key=f"{key}_percent",
            help=_("Taken from the others, from each in proportion to what it has"),
        )
        processes = _processes(1, f"{key}_processes")
        sent = st.button(_("Add"), type="primary", icon=":material/add:", key=f"{key}_add", disabled=not uri)
    if not sent or not uri:
        return None
    return Deploy(uri, name.strip(), 0 if shadow else int(percent), shadow, processes)


def _change(endpoint: Endpoint, key: str) -> Change | None:
    by_name = {d.name: d for d in endpoint.deployments}
    chosen = by_name.get(st.selectbox(_("Deployment"), list(by_name), key=f"{key}_name") or "")
    if chosen is None:
        return None
    change: Change | None = None
    fixed = chosen.retired or chosen.replaces is not None
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        processes = _processes(chosen.processes, f"{key}_processes_{chosen.name}_{chosen.processes}", disabled=fixed)
        same = processes == chosen.processes
        if st.button(_("Set processes"), icon=":material/memory:", key=f"{key}_set", disabled=fixed or same):
            change = Processes(chosen.name, processes)
        label = _("No longer a shadow") if chosen.shadow else _("Make a shadow")
        answers = bool(chosen.traffic)
        if st.button(label, icon=":material/contrast:", key=f"{key}_shadow", disabled=fixed or answers):
            change = Shadow(chosen.name, not chosen.shadow)
        if st.button(_("Remove"), icon=":material/delete:", key=f"{key}_remove", disabled=answers):
            change = Remove(chosen.name)
    if told := _told(chosen):
        st.caption(told)
    return change


def _told(deployment: Deployment) -> str:
    """Why something cannot be done with it."""
    if deployment.traffic:
        return _("It gets traffic: give that to another one before it becomes a shadow or is removed.")
    if deployment.retired:
        return _("It does not run, and is kept to roll back to.")
    return _("It is being checked, and takes over then.") if deployment.replaces else ""


def _processes(value: int, key: str, *, disabled: bool = False) -> int:
    return int(
        st.number_input(
            _("Processes"),
            min_value=1,
            max_value=MOST_PROCESSES,
            value=value,
            width=130,
            key=key,
            disabled=disabled,
            help=_("Each holds the model in memory and answers one request at a time"),
        )
    )
