"""Models: what was published, where it comes from, and the ways to put it to use."""

import streamlit as st

from components import confirm, error_box, guard, model_card, model_list, model_retrain, page_header, session
from components.language import _
from components.model_card import Intent

guard.require_user()
workspace = session.workspace()
page_header.show(_("Models"), "deployed_code")

models = workspace.models.list()
name = session.query("model")
left, right = st.columns([5, 8], gap="medium")
with left:
    opened = model_list.show(models, selected=name or None, key="models_list")
if opened:
    session.set_query(model=opened, version="")
    st.rerun()

with right, error_box.shown("models_detail"):
    if not name:
        page_header.empty(
            _("Open a model to see its versions, its input and where it comes from."), icon="deployed_code"
        )
        st.stop()
    versions = workspace.models.versions(name)
    wanted = session.query("version")
    current = next((v for v in versions if str(v.version) == wanted), versions[0] if versions else None)
    if current is None:
        page_header.empty(_("This model has no versions left."))
        st.stop()
    before = {alias: v for alias in current.aliases if (v := workspace.models.before(name, alias)) is not None}
    model_retrain.follow(workspace.models, current, versions)
    intent = model_card.show(versions, current, export=workspace.models.export_zip, key=f"model_{name}", before=before)
    uri = f"models:/{name}/{intent.version}" if intent else ""
    match intent:
        case Intent("open", version):
            session.set_query(version=str(version))
            st.rerun()
        case Intent("deploy"):
            st.switch_page("pages/deploy/endpoints.py", query_params={"view": "create", "model": uri})
        case Intent("score"):
            st.switch_page("pages/deploy/batch_jobs.py", query_params={"model": uri})
        case Intent("run"):
            st.switch_page("pages/review/run_detail.py", query_params={"run": current.run_id})
        case Intent("alias", version, alias):
            workspace.models.set_alias(name, alias, version)
            session.tell(_("{alias} now points at version {version}.", alias=alias, version=version))
            st.rerun()
        case Intent("unalias", _, alias):
            workspace.models.delete_alias(name, alias)
            session.tell(_("{alias} is removed.", alias=alias))
            st.rerun()
        case Intent("rollback", version, alias):
            workspace.models.rollback(name, alias)
            session.tell(_("{alias} now points at version {version}.", alias=alias, version=version))
            st.rerun()
        case Intent("retrain"):
            model_retrain.start(workspace.models, current, key=f"retrain_{name}")
        case Intent("delete", version):
            confirm.ask(
                _("Delete version"),
                _(
                    "Version {version} of **{name}** goes for good. Endpoints that serve it stop at their next start.",
                    version=version,
                    name=name,
                ),
                _("Delete"),
                lambda: (workspace.models.delete_version(name, version), session.set_query(version="")),
                key="models_delete",
            )
