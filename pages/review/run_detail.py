"""Run: how each step went, what came of it, what exactly was run; live while it runs."""

import streamlit as st

from components import (
    confirm,
    error_box,
    guard,
    live,
    log_view,
    page_header,
    publish_run,
    run_follow,
    run_header,
    run_inference,
    run_recipe,
    run_results,
    run_view,
    session,
)
from components.language import _

guard.require_user()
workspace = session.workspace()
run_id, job_id = session.query("run"), session.query("job")
if not run_id and not job_id:
    page_header.show(_("Run"), "play_circle")
    page_header.empty(_("Open a run from the list of runs."))
    st.page_link("pages/review/runs.py", label=_("All runs"))
    st.stop()

job = run_follow.job_of(workspace.jobs, workspace.runs, run_id, job_id)
if job is not None and not job.state.is_final:
    with page_header.row(job.title, "play_circle", flat=True):
        st.page_link("pages/review/runs.py", label=_("All runs"), icon=":material/arrow_back:")
    live.show(
        lambda: run_follow.draw(
            workspace.jobs.get(job.id), workspace.runs.output_at, workspace.jobs.cancel, key="run_live"
        ),
        going=True,
        key="run_live_part",
    )
    st.stop()
run_id = run_id or (job.run_id if job and job.run_id else "")
if not run_id:
    page_header.show(job.title if job else _("Run"), "play_circle")
    run_follow.ended(job, key="run_ended")
    st.stop()

detail = workspace.runs.get(run_id)
is_done = detail.summary.status == "done"
match run_header.show(detail, key="run"):
    case "delete":
        text = _("The run goes out of the lists. Models published from it stay.")
        confirm.ask(_("Delete run"), text, _("Delete"), lambda: workspace.runs.delete(run_id), key="run_gone")
    case "design":
        st.switch_page("pages/build/designer.py", query_params={"pipeline": detail.summary.pipeline})
    case "publish":
        publish_run.ask(run_id, key="run_publication")

run_follow.failed(detail, key="run_failed")
first = [_("Results"), _("Steps")] if is_done else [_("Steps"), _("Results")]
derives = [_("Inference pipelines")] if is_done and detail.models else []
tabs = st.tabs([*first, _("Pipeline"), _("Log"), *derives], key="run_tab", on_change="rerun")
results, steps = (tabs[0], tabs[1]) if is_done else (tabs[1], tabs[0])
if results.open:
    with results, error_box.shown("run_results_failed"):
        run_results.show(detail, key=f"run_{run_id}")
if steps.open:
    with steps, error_box.shown("run_steps_failed"):
        run_view.show(
            detail.steps,
            workspace.runs.output_at,
            detail.reports,
            key=f"run_{run_id}",
            exports=workspace.runs.exports(run_id),
        )
if tabs[2].open:
    with tabs[2]:
        run_recipe.show(detail, key="run_recipe")
if tabs[3].open:
    with tabs[3]:
        log_view.show([*detail.log, *(workspace.jobs.log(job.id) if job else [])], key="run_log")
if derives and tabs[4].open:
    with tabs[4], error_box.shown("run_inference_failed"):
        run_inference.show(detail, key="run_inference")
