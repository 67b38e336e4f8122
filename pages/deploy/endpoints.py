"""Endpoints: models behind a stable name and a key; trying them, and how programs ask them."""

import streamlit as st

from components import (
    confirm,
    endpoint_card,
    endpoint_deployments,
    endpoint_follow,
    endpoint_form,
    endpoint_limits,
    endpoint_list,
    endpoint_versions,
    error_box,
    guard,
    model_retrain,
    page_header,
    session,
)
from components.language import _

guard.require_user()
workspace = session.workspace()
endpoints = workspace.endpoints.list()
name = session.query("endpoint")
creating = session.query("view") == "create"

with page_header.row(_("Endpoints"), "cloud_upload"):
    if st.button(_("New endpoint"), type="primary", icon=":material/add:", key="endpoints_new", disabled=creating):
        session.set_query(view="create", endpoint="")
        st.rerun()

left, right = st.columns([4, 9], gap="medium")
with left:
    opened = endpoint_list.show(endpoints, selected=name or None, key="endpoints_list")
if opened:
    session.set_query(endpoint=opened, view="", model="")
    st.rerun()

with right, error_box.shown("endpoint_detail"):
    if creating:
        wanted = endpoint_form.show(
            workspace.models.list(), [e.name for e in endpoints], wanted=session.query("model"), key="endpoint_form"
        )
        if wanted:
            made, key = workspace.endpoints.create(wanted.name, wanted.model_uri)
            st.session_state["endpoints.key"] = (made.name, key)
            session.set_query(endpoint=made.name, view="", model="")
            st.rerun()
    elif not name:
        page_header.empty(_("Open an endpoint to try it, or make one from a published model."), icon="cloud_upload")
    else:
        endpoint = next((e for e in endpoints if e.name == name), None) or workspace.endpoints.get(name)
        versions = workspace.models.versions(endpoint.model_name) if endpoint.model_name else []
        version = next((v for v in versions if str(v.version) == endpoint.model_version), None)
        intent = endpoint_card.head(endpoint, version, key=f"endpoint_{name}")
        shown = st.session_state.get("endpoints.key")
        if shown and shown[0] == name and endpoint_card.new_key(shown[1], key="endpoint"):
            del st.session_state["endpoints.key"]
            st.rerun()
        if version is not None:
            model_retrain.follow(workspace.models, version, versions)
        wish = endpoint_card.tabs(
            endpoint,
            lambda content, kind, deployment: workspace.endpoints.try_rows(name, content, kind, deployment=deployment),
            workspace.models.list,
            workspace.endpoints,
            key=f"endpoint_{name}",
        )
        match intent or wish:
            case endpoint_card.Intent("start"):
                workspace.endpoints.start(name)
                st.rerun()
            case endpoint_card.Intent("stop"):
                workspace.endpoints.stop(name)
                st.rerun()
            case endpoint_card.Intent("model"):
                query = {"model": endpoint.model_name or "", "version": endpoint.model_version or ""}
                st.switch_page("pages/deploy/models.py", query_params=query)
            case endpoint_card.Intent("run") if version is not None:
                st.switch_page("pages/review/run_detail.py", query_params={"run": version.run_id})
            case endpoint_card.Intent("retrain") if version is not None:
                model_retrain.start(workspace.models, version, key=f"retrain_{name}")
                st.stop()  # the page stays as it is under a dialog
            case endpoint_card.NewKey(slot):
                st.session_state["endpoints.key"] = (name, workspace.endpoints.rotate_key(name, slot))
                st.rerun()
            case endpoint_versions.Update(model_uri):
                workspace.endpoints.update(name, model_uri)
                st.rerun()
            case endpoint_versions.Rollback():
                workspace.endpoints.rollback(name)
                st.rerun()
            case endpoint_versions.Share(shares):
                workspace.endpoints.set_traffic(name, shares)
                st.rerun()
            case endpoint_deployments.Deploy(model_uri, deployment, traffic, shadow, processes):
                workspace.endpoints.deploy(
                    name, model_uri, deployment=deployment, traffic=traffic, shadow=shadow, processes=processes
                )
                st.rerun()
            case endpoint_deployments.Shadow(deployment, shadow):
                workspace.endpoints.set_shadow(name, deployment, shadow)
                st.rerun()
            case endpoint_deployments.Processes(deployment, processes):
                workspace.endpoints.set_processes(name, deployment, processes)
                st.rerun()
            case endpoint_deployments.Remove(deployment):
                confirm.ask(
                    _("Remove deployment"),
                    _("**{name}** ends, and can no longer be rolled back to. The model stays.", name=deployment),
                    _("Remove"),
                    lambda: workspace.endpoints.remove(name, deployment),
                    key="endpoint_remove",
                )
                st.stop()
            case endpoint_limits.Limits(rate, size):
                workspace.endpoints.set_limits(name, requests_per_minute=rate, max_request_mib=size)
                session.tell(_("The limits hold from now on."))
                st.rerun()
            case endpoint_card.Intent("delete"):
                confirm.ask(
                    _("Delete endpoint"),
                    _("**{name}** stops answering at once, and its keys are void. The model stays.", name=name),
                    _("Delete"),
                    lambda: (workspace.endpoints.delete(name), session.set_query(endpoint="")),
                    key="endpoint_delete",
                )
                st.stop()
endpoint_follow.show(workspace.endpoints.list, workspace.services.status, endpoints, key="endpoints_follow")
