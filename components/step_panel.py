"""Below the canvas: the data, columns, problems, run and log of the selected step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import streamlit as st

from components import diagnostics_list, run_gantt, run_progress, session, step_changes, step_log, step_output, wording
from components.design import Design
from components.evaluation import report as report_view
from components.language import N_, _, said
from components.markdown import escaped
from pipelines.datasets.profile import ColumnProfile
from pipelines.document import ports
from pipelines.errors import NotFoundError, SekkeiError
from pipelines.execution.preview import Inspection
from pipelines.execution.result import StepResult
from pipelines.jobs import Job, JobEvent
from pipelines.steps.base import Report

LABELS = {
    "report": N_("Report"),
    "data": N_("Data"),
    "columns": N_("Columns"),
    "problems": N_("Problems"),
    "run": N_("Run"),
    "log": N_("Log"),
}
SAMPLE, RUN = N_("Sample"), N_("Last run")
VIEWS = [N_("Steps"), N_("Timeline")]
LOG_LINES = 400
RUNS = 12  # of the pipeline's latest runs, to choose from
RUN_PAGE = "pages/review/run_detail.py"


def show(
    design: Design,
    inspection: Inspection,
    results: Mapping[str, StepResult],
    titles: Mapping[str, str],
    *,
    key: str,
    mend: Callable[[str], None],
    publish: Callable[[str], None],
    price: Callable[[str, str], str] | None = None,
    height: int = 250,
) -> None:
    """Draw the panel chosen. ``results`` holds the last run's results that still fit the document.

    ``publish`` is called with the run whose model is to be published.
    """

    def named(panel: str) -> str:
        found = len(inspection.diagnostics)
        return _("Problems ({count})", count=found) if panel == "problems" and found else said(LABELS[panel])

    step, output = design.selected or "", ""
    result = results.get(step)
    from_run = result is not None and result.status.value in ("done", "reused") and bool(result.key)
    of_run = _report(result.key) if from_run and result is not None else None
    on_sample = inspection.findings.get(step)
    panels = [p for p in LABELS if p != "report" or on_sample is not None or of_run is not None]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}.bar"):
        asked = st.session_state.pop(f"{key}.next", None)
        if asked or st.session_state.get(key) not in panels:
            st.session_state[key] = asked or "data"
        panel = st.segmented_control(
            _("Panel"), panels, key=key, format_func=named, label_visibility="collapsed", required=True
        )
        if step and panel in ("report", "data", "columns"):
            st.markdown((":gray[" + _("after") + f"] **{escaped(titles.get(step, step))}**"), width="stretch")
            source = SAMPLE
            if from_run and (panel != "report" or on_sample is not None):
                source = (
                    st.segmented_control(
                        _("Rows"),
                        [SAMPLE, RUN],
                        default=RUN,
                        format_func=said,
                        key=f"{key}.source",
                        label_visibility="collapsed",
                        required=True,
                    )
                    or RUN
                )
            output = _which_table(step, inspection, key) if panel != "report" else ""
    with st.container(height=height + 62, border=False, gap="xsmall", key=f"{key}.body"):
        match panel:
            case "problems":
                diagnostics_list.show(
                    inspection.diagnostics,
                    titles,
                    key=f"{key}.problems",
                    on_select=design.select,
                    on_edit=design.apply,
                    on_mend=mend,
                    price=price,
                )
            case "run":
                _run(design.job, design, titles, key, height, publish)
            case "log":
                _log(design.job, step, titles, key, height)
            case _ if not step:
                st.caption(_("Select a step to see its data."))
            case "report":
                found = of_run if of_run is not None and (source == RUN or on_sample is None) else on_sample
                if found is not None:
                    report_view.show(found, key=f"{key}.report")
            case _ if from_run and source == RUN and result is not None:
                _of_run(result, output, inspection, panel or "data", key, height)
            case _:
                _of_sample(step, output, inspection, panel or "data", key, height)


def _which_table(step: str, inspection: Inspection, key: str) -> str:
    """The table to look at, where the step gives several; empty: its first."""
    node = next((n for n in inspection.graph.nodes if n.id == step), None)
    further = ports.further_tables(node.step_type) if node is not None else []
    if not further:
        return ""
    return (
        st.segmented_control(
            _("Table"),
            ["", *further],
            default="",
            format_func=lambda name: wording.further_table(name) if name else _("First table"),
            key=f"{key}.table",
            label_visibility="collapsed",
            required=True,
        )
        or ""
    )


def _of_sample(step: str, output: str, inspection: Inspection, panel: str, key: str, height: int) -> None:
    table = inspection.tables.get(ports.join_source(step, output))
    if table is None:
        failed = inspection.failures.get(step)
        if failed is not None:
            st.warning(f"{escaped(said(failed.message))} {escaped(said(failed.fix))}", icon=":material/warning:")
        elif output and step in inspection.tables:
            st.caption(_("On the sample this step gives one table."))
        else:
            st.caption(
                _("This step gives no rows here: it ends in a model or a report, or a step before it has a problem.")
            )
    elif panel == "columns":
        step_output.show_columns(step_output.sample_profile(table), table.schema, key=f"{key}.columns", height=height)
    else:
        source = step_changes.input_of(inspection.graph, step, inspection.tables)
        step_output.show_sample(
            table,
            key=f"{key}.sample",
            height=height,
            changes=step_changes.between(source, table) if source is not None else None,
        )


def _of_run(result: StepResult, name: str, inspection: Inspection, panel: str, key: str, height: int) -> None:
    try:
        output = session.workspace().runs.output_at(result.key, name)
    except NotFoundError as error:
        st.caption(
            f"{said(error.message)} {said(error.fix)}"
            if result.rows is not None
            else _("This step gives no rows. The run's page shows its model and report.")
        )
        return
    schema = inspection.schemas.get(ports.join_source(result.id, name))
    if panel == "columns":
        step_output.show_columns(_profile(result.key, name), schema, key=f"{key}.columns", height=height)
        return
    roles = {c.name: c.role for c in schema} if schema else {}
    step_output.show_output(
        output,
        roles,
        key=f"{key}.output",
        height=height,
        on_csv=lambda: output.frame().to_csv(index=False).encode(),
        on_parquet=lambda: output.frame().to_parquet(index=False),
    )


@st.cache_data(max_entries=50, show_spinner=False)
def _report(result_key: str) -> Report | None:
    return session.workspace().runs.report_at(result_key)


@st.cache_data(max_entries=50, show_spinner=False)
def _profile(result_key: str, name: str) -> list[ColumnProfile]:
    return session.workspace().runs.output_at(result_key, name).profile()


def _run(
    job: Job | None,
    design: Design,
    titles: Mapping[str, str],
    key: str,
    height: int,
    publish: Callable[[str], None],
) -> None:
    if job is None:
        st.caption(
            _(
                "It has not run yet. Run saves a revision and runs it in the background; "
                "the browser may be closed meanwhile."
            )
        )
        return
    chosen = f"{key}.run.job"
    runs = {j.id: j for j in design.runs(RUNS)} | {job.id: job}
    st.session_state[chosen] = job.id

    def look() -> None:
        design.look_at(st.session_state[chosen])

    with st.container(horizontal=True, gap="small", key=f"{key}.run.head"):
        if len(runs) > 1:
            st.selectbox(
                _("Run"),
                list(runs),
                key=chosen,
                format_func=lambda i: run_progress.name_of(runs[i]),
                on_change=look,
                label_visibility="collapsed",
                width=260,
            )
        view = st.segmented_control(
            _("View"),
            VIEWS,
            default=VIEWS[0],
            format_func=said,
            key=f"{key}.run.view",
            label_visibility="collapsed",
            required=True,
        )
    url, has_models = _of_mlflow(job.run_id, job.state.value) if job.run_id else ("", False)
    run_progress.show(
        job,
        titles,
        key=f"{key}.run",
        height=height,
        on_select=design.select,
        timeline=(lambda: run_gantt.show(_events(job), titles, key=f"{key}.run.gantt")) if view == VIEWS[1] else None,
        run_page=RUN_PAGE,
        mlflow_url=url,
        on_publish=partial(publish, job.run_id) if job.run_id and has_models and job.state.value == "done" else None,
    )


@st.cache_data(ttl=60, max_entries=200, show_spinner=False)
def _of_mlflow(run_id: str, state: str) -> tuple[str, bool]:
    """A run's page in MLflow, and whether it has models. ``state``: a run that has ended is asked for anew."""
    try:
        detail = session.workspace().runs.get(run_id)
    except SekkeiError:
        return "", False
    return detail.summary.mlflow_url or "", bool(detail.models)


def _log(job: Job | None, step: str, titles: Mapping[str, str], key: str, height: int) -> None:
    if job is None:
        st.caption(_("It has not run yet."))
        return
    whole = ""
    of = st.segmented_control(
        _("Log of"),
        [whole, step] if step else [whole],
        default=whole,
        format_func=lambda s: titles.get(s, s) if s else _("Whole run"),
        key=f"{key}.log_of",
        label_visibility="collapsed",
        required=True,
    )
    lines = session.workspace().jobs.log(job.id, LOG_LINES) if of == whole else step_log.lines(_events(job), step)
    if not lines:
        st.caption(_("Nothing was printed.") if of == whole else _("This step was not part of the run."))
        return
    st.code("\n".join(lines), language=None, height=height - 30, wrap_lines=True)


def _events(job: Job) -> Sequence[JobEvent]:
    return session.workspace().jobs.events(job.id)
