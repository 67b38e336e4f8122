"""A run while it runs, and what its job says when it ended before it became a run."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components import error_box, job_progress, run_steps, run_view
from components.language import _
from pipelines.errors import NotFoundError
from pipelines.execution.result import Status
from pipelines.jobs import Job, Jobs
from pipelines.sdk.runs import Runs
from pipelines.tracking import RunDetail


def job_of(jobs: Jobs, runs: Runs, run_id: str, job_id: str) -> Job | None:
    """The job behind a run; None for a run made without one, or whose job is forgotten."""
    try:
        wanted = job_id or runs.get(run_id).summary.job_id
        return jobs.get(wanted) if wanted else None
    except NotFoundError:
        if job_id and not run_id:
            raise
        return None


def draw(job: Job, read: run_view.ReadOutput, cancel: Callable[[str], object], *, key: str) -> bool:
    """Draw a job that runs a pipeline; tells whether it still does."""
    job_progress.show(job, key=f"{key}_job", on_cancel=cancel)
    run_view.show(job.steps, read, {}, key=f"{key}_view")
    return not job.state.is_final


def ended(job: Job | None, *, key: str) -> None:
    """Draw why a job has no run: it failed, or was cancelled, before it began."""
    if job is None:
        return
    if job.error:
        error_box.show(error_box.stored(job.error), key=key)
    else:
        st.caption(
            _("This run was cancelled before it began.")
            if str(job.state) == "cancelled"
            else _("This run failed before it began.")
        )


def failed(detail: RunDetail, *, key: str) -> None:
    """Draw why a run failed: the step with its message, or what ended the run as a whole."""
    step = next((s for s in detail.steps if s.status is Status.FAILED), None)
    if step is not None:
        run_steps.failure(step, key=key)
    elif detail.error:
        error_box.show(error_box.stored(detail.error), key=key)
