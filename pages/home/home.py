"""Home: what needs attention, what was worked on last, and three ways to begin."""

import streamlit as st

from components import (
    endpoint_follow,
    endpoint_list,
    error_box,
    guard,
    job_list,
    page_header,
    pipeline_list,
    run_table,
    services_line,
    session,
    start_panel,
)
from components.language import _, said
from components.start_panel import Intent
from pipelines.document.model import PipelineDocument

guard.require_user()
workspace = session.workspace()
services = workspace.services.status()
pipelines = workspace.pipelines.list()
names = [p.name for p in pipelines]

with page_header.row(_("Home"), "home"):
    services_line.show(services)
    if workspace.services.mlflow_url:
        st.link_button("MLflow", workspace.services.mlflow_url, icon=":material/open_in_new:", type="tertiary")

with error_box.shown("home_start"):
    match start_panel.show(workspace.samples(), names, key="home_start"):
        case Intent("sample", name):
            if name not in names:
                workspace.pipelines.create(workspace.sample(name))
            st.switch_page("pages/build/designer.py", query_params={"pipeline": name})
        case Intent("import"):
            st.switch_page("pages/build/datasets.py", query_params={"view": "import"})
        case Intent("new", name):
            made = workspace.pipelines.create(PipelineDocument(name=name))
            st.switch_page("pages/build/designer.py", query_params={"pipeline": made.id})

services_line.warnings(services)
endpoints = workspace.endpoints.list()
for endpoint in endpoints:
    if str(endpoint.state) == "failed":
        st.error(
            _("Endpoint **{name}** has failed. {reason}", name=endpoint.name, reason=said(endpoint.reason)),
            icon=":material/error:",
        )

left, right = st.columns([4, 7], gap="medium")
with left:
    page_header.section(_("Pipelines"))
    opened = pipeline_list.show(pipelines[:10], key="home_pipelines")
    if opened:
        st.switch_page("pages/build/designer.py", query_params={"pipeline": opened})
    page_header.section(_("Endpoints"))
    endpoint = endpoint_list.show(endpoints, selected=None, key="home_endpoints", height=200)
    if endpoint:
        st.switch_page("pages/deploy/endpoints.py", query_params={"endpoint": endpoint})
with right, error_box.shown("home_runs"):
    page_header.section(_("Runs"))
    job_list.active(lambda: workspace.jobs.list(limit=20), key="home_jobs", on_cancel=workspace.jobs.cancel)
    clicked = run_table.show(
        workspace.runs.list(limit=12),
        key="home_runs",
        multiple=False,
        brief=True,
        height=None,
        empty=_("No runs yet. Open a pipeline and press Run."),
    )
    if clicked.opened:
        st.switch_page("pages/review/run_detail.py", query_params={"run": clicked.opened})
endpoint_follow.show(workspace.endpoints.list, workspace.services.status, endpoints, key="home_follow")
