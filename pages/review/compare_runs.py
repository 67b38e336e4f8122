"""Compare: two or more runs side by side."""

import streamlit as st

from components import comparison, guard, page_header, run_table, session
from components.language import _

guard.require_user()
workspace = session.workspace()
run_ids = [r for r in session.query("runs").split(",") if r]

if len(run_ids) < 2:
    page_header.show(_("Compare runs"), "compare_arrows")
    page_header.empty(_("Choose two or more runs in the list of runs, then press Compare."), icon="compare_arrows")
    st.page_link("pages/review/runs.py", label=_("All runs"))
    st.stop()

found = workspace.runs.compare(run_ids)
with page_header.row(_("Compare runs"), "compare_arrows"):
    st.page_link("pages/review/runs.py", label=_("All runs"), icon=":material/arrow_back:")
    if found.mlflow_url:
        st.link_button("MLflow", found.mlflow_url, icon=":material/open_in_new:", type="tertiary", key="compare_mlflow")
clicked = run_table.show(
    found.runs, key="compare_table", multiple=False, height=None, marks=comparison.run_names(found)
)
if clicked.opened:
    st.switch_page("pages/review/run_detail.py", query_params={"run": clicked.opened})
comparison.show(found, [workspace.runs.get(r.run_id).yaml for r in found.runs], key="compare")
