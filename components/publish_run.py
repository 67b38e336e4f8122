"""Publishing a run's model from any page, and going on to an endpoint where it can be tried."""

from __future__ import annotations

import streamlit as st

from components import endpoint_form, publish_form, session, wording
from pipelines.tracking import ModelVersion


def ask(run_id: str, *, key: str) -> None:
    """Open the dialog for a run that has models; its pipeline's name is proposed."""
    workspace = session.workspace()
    detail = workspace.runs.get(run_id)
    publish_form.ask(
        detail.models,
        detail.summary.pipeline,
        [m.name for m in workspace.models.list()],
        lambda p: workspace.models.publish(run_id, p.name, p.alias, p.step, gate=p.gate),
        key=key,
        endpoint_of=_endpoint_of,
        on_try=_try,
    )


def _endpoint_of(version: ModelVersion) -> str:
    """The first endpoint with a version of the same model behind it; "" where there is none."""
    return next((e.name for e in session.workspace().endpoints.list() if e.model_name == version.name), "")


def _try(version: ModelVersion) -> None:
    """Go to the model's endpoint; where it has none, one is made first, under a name that is free."""
    endpoints, name = session.workspace().endpoints, _endpoint_of(version)
    if not name:
        taken = [e.name for e in endpoints.list()]
        wanted = wording.free_name(endpoint_form.endpoint_name(version.model_uri), taken)
        made, key = endpoints.create(wanted, version.model_uri)
        name = made.name
        st.session_state["endpoints.key"] = (name, key)
    st.switch_page("pages/deploy/endpoints.py", query_params={"endpoint": name})
