"""What was asked of an endpoint and how it went, and what its model servers wrote."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import streamlit as st

from components import error_box, log_view, record_table, wording
from components.language import N_, _
from components.record_table import Heading, cell
from pipelines.serving.endpoints import Access, Endpoint

REQUESTS = 200
LINES = 1000
HEADINGS = [
    Heading(N_("Time")),
    Heading(N_("Status"), "status"),
    Heading(N_("Deployment")),
    Heading(N_("Rows"), right=True),
    Heading(N_("Milliseconds"), right=True),
    Heading(N_("Request ID"), wide=True, quiet=True),
]


class Logs(Protocol):
    """Who keeps the logs of endpoints."""

    def requests(self, name: str, limit: int = 100) -> list[Access]: ...

    def log(self, name: str, deployment: str = "", lines: int = 200) -> str: ...


def show(endpoint: Endpoint, logs: Logs, *, key: str) -> None:
    """Draw the last requests, the newest first, and the last lines of a deployment's model servers."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**" + _("Requests") + "**", width="content")
        st.space("stretch")
        st.button(_("Refresh"), icon=":material/refresh:", key=f"{key}_refresh")
    with error_box.shown(f"{key}_error"):
        rows = _rows(logs.requests(endpoint.name, REQUESTS))
        words = _("No request yet.")
        st.caption(_("What programs asked. Rows tried on this page go straight to the model, and are not counted."))
        record_table.show(
            HEADINGS, rows, label=_("Requests"), opens=False, height=360, key=f"{key}_requests", empty=words
        )
        st.markdown("**" + _("Model server") + "**")
        names = [d.name for d in sorted(endpoint.deployments, key=lambda d: (d.retired, -d.traffic))]
        chosen = names[0] if names else ""
        if len(names) > 1:
            chosen = st.selectbox(_("Deployment"), names, key=f"{key}_deployment", width=260)
        log_view.show(logs.log(endpoint.name, chosen, LINES).splitlines(), key=f"{key}_log")


def _rows(requests: Sequence[Access]) -> dict[str, list[dict[str, Any]]]:
    return {str(i): _cells(r) for i, r in enumerate(requests)}


def _cells(request: Access) -> list[dict[str, Any]]:
    colour = "green" if request.status < 400 else "orange" if request.status < 500 else "red"
    return [
        cell(f"{wording.date(request.time)}, {request.time:%H:%M:%S}", request.time.timestamp()),
        cell(str(request.status), request.status, colour=colour),
        cell(request.deployment or "–"),
        cell("–" if request.rows is None else f"{request.rows:,}", request.rows),
        cell(wording.number(request.milliseconds), request.milliseconds),
        cell(request.id),
    ]
