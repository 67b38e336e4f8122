"""Batch scoring: predictions for a whole dataset or file, as a job."""

import streamlit as st

from components import batch_form, batch_list, error_box, guard, job_list, page_header, session
from components.language import _

guard.require_user()
workspace = session.workspace()
page_header.show(_("Batch scoring"), "table_rows")

left, right = st.columns([4, 7], gap="medium")
with left, error_box.shown("batch_order"):
    order = batch_form.show(
        workspace.models.list(),
        [d.name for d in workspace.datasets.list()],
        wanted=session.query("model"),
        key="batch_form",
    )
    if order:
        source = order.source(workspace.home.uploads)
        job = workspace.batch.submit(order.model_uri, source, order.output, engine=order.engine or None)
        session.set_query(job=job.id)
        st.rerun()

with right, error_box.shown("batch_history"):
    page_header.section(_("History"))
    job_list.active(
        lambda: workspace.jobs.list(kind="batch", limit=20), key="batch_jobs", on_cancel=workspace.jobs.cancel
    )
    jobs = workspace.jobs.list(kind="batch", limit=100)
    chosen = session.query("job") or (jobs[0].id if jobs else "")
    opened = batch_list.show(jobs, selected=chosen, key="batch_list")
    if opened:
        session.set_query(job=opened)
        st.rerun()
    if chosen:
        dataset = batch_list.detail(workspace.jobs.get(chosen), key=f"batch_{chosen}")
        if dataset:
            st.switch_page("pages/build/datasets.py", query_params={"dataset": dataset})
