"""Whether the services behind the studio are up: a word for each, and what it means when one is not."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from components import status
from components.language import N_, _, said, shown
from pipelines.addresses import ServiceStatus
from pipelines.messages import listed

TITLES = {"worker": N_("Worker"), "mlflow": "MLflow", "api": "API"}
WITHOUT = {
    "worker": N_("Runs and batch scoring wait until it is up."),
    "mlflow": N_("Runs are kept; MLflow's own pages cannot be opened."),
    "api": N_("Endpoints do not answer."),
}


def show(services: Mapping[str, ServiceStatus]) -> None:
    """Draw one badge a service."""
    for name, service in services.items():
        st.badge(
            _("{service} {state}", service=title(name), state=status.word(service.state).lower()),
            color=status.service_colour(service.state),
            help=said(service.reason) or None,
        )


def warnings(services: Mapping[str, ServiceStatus]) -> None:
    """Draw a warning for each service that is not up, and one line for those that are on their way."""
    starting = [title(name) for name, service in services.items() if service.state == "starting"]
    if starting:
        text = _("Starting: {services}. This page shows when that is done.", services=said(listed(starting)))
        st.info(text, icon=":material/hourglass_top:")
    for name, service in services.items():
        if service.state not in ("running", "external", "starting"):
            state = _("**{service}** is {state}.", service=title(name), state=status.word(service.state).lower())
            text = " ".join(filter(None, [state, said(WITHOUT.get(name, "")), said(service.reason)]))
            st.warning(text, icon=":material/warning:")


def title(name: str) -> str:
    """What a service is called, in the visitor's language."""
    return shown(TITLES.get(name, name))
