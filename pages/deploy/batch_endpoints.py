"""Batch endpoints: a stable name for jobs that score many rows, by hand, by HTTP, or by themselves."""

import streamlit as st

from components import (
    batch_endpoint_card,
    batch_endpoint_forms,
    batch_endpoint_list,
    confirm,
    endpoint_card,
    error_box,
    guard,
    job_list,
    page_header,
    session,
)
from components.batch_endpoint_card import Intent
from components.language import _

guard.require_user()
workspace = session.workspace()
batch = workspace.batch_endpoints
endpoints = batch.list()
name, creating = session.query("endpoint"), session.query("view") == "create"

with page_header.row(_("Batch endpoints"), "dynamic_feed"):
    if st.button(_("New batch endpoint"), type="primary", icon=":material/add:", key="batch_new", disabled=creating):
        session.set_query(view="create", endpoint="")
        st.rerun()

left, right = st.columns([5, 9], gap="medium")
with left:
    opened = batch_endpoint_list.show(endpoints, selected=name or None, key="batch_endpoints")
if opened:
    session.set_query(endpoint=opened, view="", model="", job="")
    st.rerun()

with right, error_box.shown("batch_endpoint"):
    if creating:
        names = [c["name"] for c in workspace.connections()]
        new = batch_endpoint_forms.endpoint(
            workspace.models.list(), [e.name for e in endpoints], names, wanted=session.query("model"), key="batch_make"
        )
        if new:
            made, secret = batch.create(new.name, new.model_uri, connections=new.connections)
            st.session_state["batch.key"] = (made.name, secret)
            session.set_query(endpoint=made.name, view="", model="")
            st.rerun()
    elif not name:
        page_header.empty(_("Open a batch endpoint, or make one from a published model."), icon="dynamic_feed")
    else:
        endpoint, key = batch.get(name), f"batch_{name}"
        intent = batch_endpoint_card.head(endpoint, key=key)
        shown = st.session_state.get("batch.key")
        if shown and shown[0] == name and endpoint_card.new_key(shown[1], key="batch"):
            del st.session_state["batch.key"]
            st.rerun()
        jobs = batch.job_list(name)
        job_list.active(
            lambda: [j.job for j in batch.job_list(name)], key=f"{key}_active", on_cancel=workspace.jobs.cancel
        )
        intent = intent or batch_endpoint_card.tabs(
            endpoint,
            jobs,
            workspace.models.list(),
            [d.name for d in workspace.datasets.list()],
            batch.signing_secret(name),
            opened=session.query("job") or (jobs[0].id if jobs else ""),
            key=key,
        )
        match intent:
            case Intent("start", job):
                found = batch.submit(
                    name, job.input, job.output, deployment=job.deployment, parameters=job.to_request()["parameters"]
                )
                session.set_query(job=found.id)
            case Intent("open", job_id):
                session.set_query(job=job_id)
            case Intent("cancel", job_id):
                batch.cancel(name, job_id)
            case Intent("resume", job_id):
                batch.resume(name, job_id)
            case Intent("version", uri):
                batch.deploy(name, uri)
            case Intent("default", version):
                batch.set_default(name, version)
            case Intent("remove", version):
                batch.remove(name, version)
            case Intent("schedule", new):
                batch.schedule(name, new.name, new.cron, new.job.to_request(), time_zone=new.time_zone)
            case Intent("switch", (schedule, enabled)):
                batch.enable_schedule(name, schedule, enabled)
            case Intent("drop", schedule):
                batch.delete_schedule(name, schedule)
            case Intent("rotate", slot):
                st.session_state["batch.key"] = (name, batch.rotate_key(name, slot))
            case Intent("delete"):
                confirm.ask(
                    _("Delete batch endpoint"),
                    _("**{name}** takes no more jobs, and its schedules end. Results stay.", name=name),
                    _("Delete"),
                    lambda: (batch.delete(name), session.set_query(endpoint="", job="")),
                    key="batch_delete",
                )
        if intent and intent.act != "delete":
            st.rerun()
