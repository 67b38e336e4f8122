"""The batch endpoints as a list, each with the model that its jobs get."""

from __future__ import annotations

from collections.abc import Sequence

from components import record_table, wording
from components.language import N_, _
from components.record_table import Heading, cell
from pipelines.serving.batch_endpoints import BatchEndpoint

HEADINGS = [
    Heading(N_("Batch endpoint"), wide=True),
    Heading(N_("Model"), wide=True),
    Heading(N_("Schedules"), right=True, quiet=True),
]


def show(endpoints: Sequence[BatchEndpoint], *, selected: str | None, key: str) -> str | None:
    """Draw the endpoints; the name of the one just opened."""
    rows = {
        e.name: [
            cell(e.name, hint=e.description or _("created {ago}", ago=wording.ago(e.created_at))),
            cell(model_of(e)),
            cell(len(e.schedules) or "", len(e.schedules)),
        ]
        for e in endpoints
    }
    none = _("No batch endpoints yet.")
    return record_table.show(
        HEADINGS, rows, label=_("Batch endpoints"), selected=selected, key=key, height=640, empty=none
    ).opened


def model_of(endpoint: BatchEndpoint) -> str:
    """The model of the default deployment."""
    found = next((d for d in endpoint.deployments if d.name == endpoint.default), None)
    return wording.model(found.model_uri) if found else ""
