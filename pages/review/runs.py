"""Runs: every run of every pipeline; open one, or choose several to compare."""

import streamlit as st

from components import guard, job_list, page_header, run_table, session
from components import status as status_badge
from components.language import _, ngettext

STATUSES = ["running", "done", "failed", "cancelled"]

guard.require_user()
workspace = session.workspace()
pipelines = [p.name for p in workspace.pipelines.list()]

with page_header.row(_("Runs"), "monitoring"):
    compare = st.container(width="content")

with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    text = st.text_input(
        _("Find"),
        placeholder=_("Find by name"),
        type="search",
        key="runs_text",
        label_visibility="collapsed",
        width=240,
    )
    asked = session.query("pipeline")
    known = [*pipelines, *([asked] if asked and asked not in pipelines else [])]
    pipeline = st.selectbox(
        _("Pipeline"),
        known,
        index=known.index(asked) if asked else None,
        placeholder=_("Every pipeline"),
        key="runs_pipeline",
        label_visibility="collapsed",
        width=240,
    )
    status = st.segmented_control(
        _("Status"), STATUSES, format_func=status_badge.word, key="runs_status", label_visibility="collapsed"
    )

job_list.active(lambda: workspace.jobs.list(kind="run", limit=20), key="runs_jobs", on_cancel=workspace.jobs.cancel)

page = st.session_state.get("runs_page", 1)
runs = workspace.runs.list(pipeline=pipeline, status=status, text=text or "", limit=100, offset=100 * (page - 1))
filtered = bool(pipeline or status or text)
none = _("No run is like this.") if filtered else _("No runs yet. Open a pipeline in the Designer and press Run.")
clicked = run_table.show(runs, key="runs_table", empty=none)
if len(runs) == 100 or page > 1:
    st.pagination(page + (len(runs) == 100), key="runs_page")

if clicked.opened:
    st.switch_page("pages/review/run_detail.py", query_params={"run": clicked.opened})
chosen = len(clicked.chosen)
label = ngettext("Compare {count} run", "Compare {count} runs", chosen) if chosen > 1 else _("Compare")
if compare.button(
    label, icon=":material/compare_arrows:", key="runs_compare", disabled=chosen < 2, help=_("Choose two or more runs")
):
    st.switch_page("pages/review/compare_runs.py", query_params={"runs": ",".join(clicked.chosen)})
