"""How a run goes: its state, each step's time and rows, what went wrong; polled only while it goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from components import error_box, live, row_columns, status
from components.language import _, said
from components.markdown import escaped
from components.wording import duration, metric, number
from pipelines.execution.result import StepResult
from pipelines.jobs import Job

LOOKS = {
    "queued": ("violet", "schedule"),
    "running": ("blue", "play_arrow"),
    "done": ("green", "check"),
    "failed": ("red", "error"),
    "cancelled": ("orange", "block"),
}

METRICS = 8


def poll(job: Job, read: Callable[[str], Job], *, key: str) -> None:
    """While ``job`` goes on, read it every second; when it has news, run the page again."""
    live.watch(lambda: _news(read(job.id)), _news(job), key=key)


def show(
    job: Job,
    titles: Mapping[str, str],
    *,
    key: str,
    height: int,
    on_select: Callable[[str], None],
    timeline: Callable[[], bool] | None = None,
    run_page: str | None = None,
    mlflow_url: str = "",
    on_publish: Callable[[], None] | None = None,
) -> None:
    """Draw the run: one line of state and links, what went wrong, a line a step, or what ``timeline`` draws instead.

    ``on_publish``: what publishes the run's model, where it has one.
    """
    _line(job, key, run_page, mlflow_url, on_publish)
    if job.error:
        failure(job, titles, key=f"{key}.error", on_select=on_select)
    if not job.steps:
        waits = _("Waiting for the worker to start it.") if job.state.value == "queued" else _("The first step begins.")
        st.caption(_("No step ran.") if job.state.is_final else waits)
        return
    if job.state.value == "running" and job.progress is not None:
        st.progress(min(1.0, max(0.0, job.progress)), text=said(job.text) or None)
    if timeline is not None and timeline():
        return
    st.dataframe(
        pd.DataFrame(
            {
                "Step": [titles.get(s.id) or said(s.title) or s.id for s in job.steps],
                "State": [status.word(s.status) for s in job.steps],
                "Seconds": [
                    None if s.status.value in ("queued", "running", "skipped", "reused") else s.seconds
                    for s in job.steps
                ],
                "Rows": pd.array([s.rows for s in job.steps], dtype="Int64"),
                "Columns": pd.array([s.columns for s in job.steps], dtype="Int64"),
                "Notes": [_note(s) for s in job.steps],
            }
        ),
        hide_index=True,
        height=height,
        key=f"{key}.steps",
        placeholder=row_columns.MISSING,
        column_config={
            "Step": _("Step"),
            "State": _("Status"),
            "Seconds": st.column_config.NumberColumn(_("Seconds"), format="%.2f", width="small"),
            "Rows": st.column_config.NumberColumn(_("Rows"), format="localized"),
            "Columns": st.column_config.NumberColumn(_("Columns"), format="localized"),
            "Notes": st.column_config.TextColumn(_("Notes"), width="large"),
        },
        alt=_("The steps of the run"),
    )


def failure(job: Job, titles: Mapping[str, str], *, key: str, on_select: Callable[[str], None]) -> None:
    """Which step failed, why, and what to do."""
    told = job.error or {}
    error = error_box.stored(told)
    step = told.get("step") or next((s.id for s in job.steps if s.status.value == "failed"), None)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}.oneline"):
        where = f"**{escaped(titles.get(step, step))}**: " if step else ""
        st.error(
            f"{where}{escaped(said(error.message) or _('The run failed.'))}\n\n{escaped(said(error.fix))}".strip(),
            icon=":material/error:",
        )
        if step in titles:
            st.button(_("Show step"), key=f"{key}.show", on_click=on_select, args=(step,))


def _line(job: Job, key: str, run_page: str | None, mlflow_url: str, on_publish: Callable[[], None] | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}.line"):
        colour, icon = LOOKS[job.state.value]
        st.markdown(f":{colour}-badge[:material/{icon}: {status.word(job.state)}]", width="content")
        live.tick(lambda: _times(job), going=job.state.value == "running", key=f"{key}.times")
        if job.run_id and run_page:
            st.page_link(
                run_page, label=_("Open run"), icon=":material/open_in_full:", query_params={"run": job.run_id}
            )
        if mlflow_url:
            st.link_button("MLflow", mlflow_url, icon=":material/open_in_new:", type="tertiary", key=f"{key}.mlflow")
        if on_publish is not None:
            st.button(
                _("Publish model"),
                type="primary",
                icon=":material/publish:",
                key=f"{key}.publish",
                on_click=on_publish,
                help=_("Check its answers, give it a name, and try it"),
            )
    metrics = {n: v for n, v in (job.result.get("metrics") or {}).items() if isinstance(v, int | float)}
    if metrics:
        st.caption(
            "  ·  ".join(f"{escaped(metric(n))} **{escaped(number(v))}**" for n, v in list(metrics.items())[:METRICS])
        )


def _times(job: Job) -> None:
    parts = [_("started {time}", time=_when(job.started_at or job.created_at))]
    if job.started_at:
        parts.append(duration(_seconds(job, job.started_at)))
    st.markdown(":gray[" + escaped("  ·  ".join(parts)) + "]", width="stretch")


def _seconds(job: Job, begun: datetime) -> float:
    """So far, or in all: as MLflow and the lists of runs have it, where the run came to its own end."""
    took = job.result.get("seconds")
    return ((job.finished_at or datetime.now(UTC)) - begun).total_seconds() if took is None else float(took)


def name_of(job: Job) -> str:
    """A run in a list of runs: when it was asked for, not its state, as a widget's options may not change names."""
    return _("Run of {time}", time=_when(job.created_at))


def _note(step: StepResult) -> str:
    again = _("Not reused: {text}", text=said(step.reason)) if step.reason else ""
    return said(step.message) or "; ".join(filter(None, [*map(said, step.notes), again]))


def _news(job: Job) -> tuple[object, ...]:
    return (job.state, job.run_id, job.text, tuple((s.id, s.status) for s in job.steps))


def _when(moment: datetime) -> str:
    local = moment.astimezone()
    return local.strftime("%H:%M:%S" if local.date() == datetime.now().astimezone().date() else "%Y-%m-%d %H:%M")
