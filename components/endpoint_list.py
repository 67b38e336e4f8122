"""The endpoints as a list, each with the state it is in."""

from __future__ import annotations

from collections.abc import Sequence

from components import record_table, status, wording
from components.language import N_, _, said
from components.record_table import Heading, cell
from pipelines.serving.endpoints import Endpoint

HEADINGS = [
    Heading(N_("Endpoint"), wide=True),
    Heading(N_("State"), "status"),
    Heading(N_("Model"), wide=True),
]


def show(endpoints: Sequence[Endpoint], *, selected: str | None, key: str, height: int | None = 640) -> str | None:
    """Draw the endpoints; the name of the one just opened."""
    rows = {
        e.name: [
            cell(e.name, hint=_("created {ago}", ago=wording.ago(e.created_at))),
            cell(status.word(e.state), colour=status.colour(e.state), pulse=is_moving(e), hint=said(e.reason)),
            cell(model_of(e)),
        ]
        for e in endpoints
    }
    none = _("No endpoints yet. Deploy a published model.")
    return record_table.show(
        HEADINGS, rows, label=_("Endpoints"), selected=selected, key=key, height=height, empty=none
    ).opened


def is_moving(endpoint: Endpoint) -> bool:
    """Whether the endpoint, or a deployment of it, is on its way to another state."""
    if str(endpoint.state) == "stopped":
        return False
    states = {str(endpoint.state), *(str(d.state) for d in endpoint.running)}
    return not states.isdisjoint(("starting", "restarting", "unhealthy")) or endpoint.updating is not None


def model_of(endpoint: Endpoint) -> str:
    """``name v3``, or the address of a model without a name."""
    if endpoint.model_name:
        return f"{endpoint.model_name} v{endpoint.model_version}" if endpoint.model_version else endpoint.model_name
    return endpoint.model_uri


def brief_model_of(endpoint: Endpoint, room: int = 20) -> str:
    """As ``model_of``, with a name of more than ``room`` letters, of which Japanese ones count twice, cut short."""
    name = endpoint.model_name or endpoint.model_uri
    short = wording.shortened(name, room)
    return f"{short} v{endpoint.model_version}" if endpoint.model_name and endpoint.model_version else short
