"""The versions behind an endpoint: how each is, its share of the traffic; updating, going back, sharing, adding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from components import endpoint_deployments, model_picker, record_table, status, wording
from components.endpoint_deployments import WHOLE
from components.language import N_, _, said
from components.record_table import Heading, cell
from pipelines.serving.endpoints import Deployment, Endpoint
from pipelines.tracking import RegisteredModel

HEADINGS = [
    Heading(N_("Deployment")),
    Heading(N_("State"), "status"),
    Heading(N_("Traffic")),
    Heading(N_("Model"), wide=True),
    Heading(N_("Processes")),
    Heading(N_("Restarts")),
]


@dataclass(frozen=True)
class Update:
    """Another model version is to take the place of the one that answers."""

    model_uri: str


@dataclass(frozen=True)
class Rollback:
    """Back to the version before, or an update is to be given up."""


@dataclass(frozen=True)
class Share:
    """The traffic is to be shared anew, in percent."""

    shares: Mapping[str, int]


Wish = Update | Rollback | Share | endpoint_deployments.Change


def show(endpoint: Endpoint, models: Sequence[RegisteredModel], *, key: str) -> Wish | None:
    """Draw the versions; what the visitor wants done with them."""
    shown = sorted(endpoint.deployments, key=lambda d: (d.retired, -d.traffic, d.created_at))
    rows = {d.name: _cells(d) for d in shown}
    record_table.show(HEADINGS, rows, label=_("Versions"), opens=False, key=f"{key}_list")
    for deployment in shown:
        if deployment.state == "failed" and deployment.reason:
            words = _("{name} was not put in place. {reason}", name=deployment.name, reason=said(deployment.reason))
            st.warning(words, icon=":material/error:")
    if endpoint.updating is not None:
        st.info(
            _("{name} is being started and checked; then it takes over.", name=endpoint.updating.name),
            icon=":material/progress_activity:",
        )
    wishes = _update(endpoint, models, key), _share(endpoint, key), endpoint_deployments.show(endpoint, models, key=key)
    return next(filter(None, wishes), None)


def _cells(deployment: Deployment) -> list[dict[str, Any]]:
    state = str(deployment.state)
    moving = state in ("starting", "restarting")
    return [
        cell(deployment.name, hint=_("created {ago}", ago=wording.ago(deployment.created_at))),
        cell(status.word(state), colour=status.colour(state), pulse=moving, hint=said(deployment.reason)),
        cell(_traffic(deployment)),
        cell(wording.model(deployment.model_uri)),
        cell("" if deployment.retired else str(deployment.processes)),
        cell(str(deployment.restarts)),
    ]


def _traffic(deployment: Deployment) -> str:
    if not deployment.shadow:
        return "" if deployment.retired else f"{deployment.traffic} %"
    found = deployment.compared
    if found is None or not found.requests:
        return _("Shadow")
    return _("Shadow: {same} of {all} alike", same=found.same, all=found.requests)


def _update(endpoint: Endpoint, models: Sequence[RegisteredModel], key: str) -> Wish | None:
    wish: Wish | None = None
    shared = len([d for d in endpoint.running if d.traffic]) > 1
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        uri = model_picker.show(models, wanted="", first=endpoint.model_name or "", key=f"{key}_model", room=65)
        ready = bool(uri) and not shared and str(endpoint.state) != "stopped"
        if st.button(_("Update"), type="primary", icon=":material/upgrade:", key=f"{key}_update", disabled=not ready):
            wish = Update(uri or "")
        back = _("Give up the update") if endpoint.updating else _("Roll back")
        possible = endpoint.updating is not None or endpoint.before is not None
        if st.button(back, icon=":material/undo:", key=f"{key}_rollback", disabled=not possible):
            wish = Rollback()
    st.caption(
        _("The new version is started and asked for its own example first; requests under way end at the old one.")
    )
    return wish


def _share(endpoint: Endpoint, key: str) -> Wish | None:
    running = [d for d in endpoint.running if not d.shadow and d.replaces is None]
    if len(running) < 2:
        return None
    shares = {}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        for deployment in running:
            shares[deployment.name] = int(
                st.number_input(
                    _("{name}, percent", name=deployment.name),
                    min_value=0,
                    max_value=WHOLE,
                    value=deployment.traffic,
                    key=f"{key}_share_{deployment.name}_{deployment.traffic}",
                )
            )
        changed = any(shares[d.name] != d.traffic for d in running)
        whole = sum(shares.values()) == WHOLE
        if st.button(_("Share the traffic"), key=f"{key}_traffic", disabled=not (changed and whole)):
            return Share(shares)
    if not whole:
        st.caption(_("The shares of the traffic are whole percents that add up to 100."))
    return None
