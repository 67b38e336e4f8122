"""A run from the inside: its steps on the left; what the chosen one gave on the right."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from components import data_preview, data_profile, error_box, facts, page_header, run_steps, status, wording
from components.evaluation import report as report_view
from components.language import N_, _, said
from pipelines.execution.result import Status, StepResult
from pipelines.sdk.outputs import StepOutput
from pipelines.steps.base import Report

ReadOutput = Callable[..., StepOutput]  # by a result's key and, for a further table, its name


def show(
    steps: Sequence[StepResult],
    read: ReadOutput,
    reports: Mapping[str, Report],
    *,
    key: str,
    exports: Mapping[str, str] | None = None,
) -> None:
    """Draw ``steps`` and the chosen one's results; ``read`` gives the kept table behind a result key."""
    state = f"{key}_step"
    chosen = st.session_state.get(state)
    if chosen not in [s.id for s in steps]:
        chosen = _interesting(steps)
    left, right = st.columns([5, 8], gap="medium")
    with left:
        opened = run_steps.show(steps, selected=chosen, key=f"{key}_steps")
        if opened:
            st.session_state[state] = opened
            st.rerun(scope="fragment" if _in_fragment() else "app")
    step = next((s for s in steps if s.id == chosen), None)
    with right:
        if step is None:
            page_header.empty(_("Steps appear here as soon as the run begins."), icon="hourglass_empty")
        else:
            _step(step, read, reports.get(step.id), (exports or {}).get(step.id), f"{key}_{step.id}")


def _interesting(steps: Sequence[StepResult]) -> str | None:
    """The step to show first: the one that failed, else the last that is over, else the first."""
    failed = next((s.id for s in steps if s.status is Status.FAILED), None)
    over = [s.id for s in steps if s.status in (Status.DONE, Status.REUSED)]
    return failed or (over[-1] if over else steps[0].id if steps else None)


def _in_fragment() -> bool:
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx()
    return context is not None and bool(context.fragment_ids_this_run)


def _step(step: StepResult, read: ReadOutput, report: Report | None, export: str | None, key: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{said(step.title) or step.id}**", width="content")
        status.show(step.status)
        st.caption(_what(step), width="content")
    if step.status is Status.FAILED:
        run_steps.failure(step, key=key)
        return
    for note in step.notes:
        st.caption(f":material/info: {said(note)}")
    if step.status not in (Status.DONE, Status.REUSED):
        st.caption(
            _("Running now.")
            if step.status is Status.RUNNING
            else _("Waiting for the steps before it.")
            if step.status is Status.QUEUED
            else _("This step did not run.")
        )
        return
    names = [
        *([N_("Report")] if report else []),
        *([N_("Rows"), N_("Columns")] if step.rows is not None else []),
        *step.further,
        *([N_("File")] if export else []),
    ]
    if not names:
        st.caption(_("This step gives no table."))
        return
    titles = [wording.further_table(n) if n in step.further else said(n) for n in names]
    for name, tab in zip(names, st.tabs(titles, key=f"{key}_tab", on_change="rerun"), strict=True):
        if tab.open:
            with tab, error_box.shown(f"{key}_{name}_failed"):
                _tab(name, step, read, report, export, f"{key}_{name}")


def _tab(name: str, step: StepResult, read: ReadOutput, report: Report | None, export: str | None, key: str) -> None:
    match name:
        case "Report":
            assert report is not None
            report_view.show(report, key=key)
        case "Rows":
            data_preview.show(read(step.key), name=step.id, key=key)
        case "Columns":
            data_profile.show(read(step.key).profile(), key=key)
        case _ if name in step.further:
            data_preview.show(read(step.key, name), name=f"{step.id}.{name}", key=key)
        case _:
            facts.show({_("Written to"): export})


def _what(step: StepResult) -> str:
    parts = [step.id]
    if step.rows is not None:
        parts.append(wording.rows(step.rows))
    if step.columns is not None:
        parts.append(wording.columns(step.columns))
    parts.append(
        _("reused, as nothing before it changed")
        if step.reused
        else wording.duration(step.seconds)
        if step.status is Status.DONE
        else ""
    )
    return " · ".join(p for p in parts if p)
