"""Whether the services behind the studio are up: a word for each, and what it means when one is not."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from components import status
from pipelines.addresses import ServiceStatus

TITLES = {"worker": "Worker", "mlflow": "MLflow", "api": "API"}
WITHOUT = {
    "worker": "Runs and batch scoring wait until it is up.",
    "mlflow": "Runs are kept; MLflow's own pages cannot be opened.",
    "api": "Endpoints do not answer.",
}


def show(services: Mapping[str, ServiceStatus]) -> None:
    """Draw one badge a service."""
    for name, service in services.items():
        st.badge(
            f"{TITLES.get(name, name)} {service.state}",
            color=status.service_colour(service.state),
            help=service.reason or None,
        )


def warnings(services: Mapping[str, ServiceStatus]) -> None:
    """Draw a warning for each service that is not up or on its way."""
    for name, service in services.items():
        if service.state not in ("running", "external"):
            text = f"**{TITLES.get(name, name)}** is {service.state}. {WITHOUT.get(name, '')} {service.reason}".strip()
            (st.info if service.state == "starting" else st.warning)(text, icon=":material/warning:")
