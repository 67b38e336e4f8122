"""One job on a line: what it is, how far it is, and the button that stops it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components import status, wording
from components.language import N_, _, said
from pipelines.jobs import Job

_DOING = {"run": N_("Run"), "batch": N_("Batch scoring")}


def show(job: Job, *, key: str, on_cancel: Callable[[str], object] | None = None) -> None:
    """Draw ``job``; ``on_cancel`` gets its id when Cancel is pressed."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}_job"):
        status.show(job.state)
        st.markdown(f"**{said(_DOING.get(job.kind, job.kind))}**", width="content")
        st.text(job.title, width="content")
        st.caption(_so_far(job), width="content")
        st.space("stretch")
        if not job.state.is_final and on_cancel is not None:
            st.button(
                _("Cancelling …") if job.cancel_requested else _("Cancel"),
                icon=":material/block:",
                type="tertiary",
                disabled=job.cancel_requested,
                on_click=on_cancel,
                args=(job.id,),
                key=f"{key}_cancel",
            )
    if not job.state.is_final:
        st.progress(min(1.0, max(0.0, progress(job))))


def progress(job: Job) -> float:
    """How much of a job is done, from 0 to 1; of a run, the steps that are over."""
    if job.steps:
        over = sum(s.status.is_final for s in job.steps)
        within = job.progress or 0.0
        return min(1.0, (over + (within if over < len(job.steps) else 0.0)) / len(job.steps))
    return job.progress or 0.0


def _so_far(job: Job) -> str:
    if job.state == "queued":
        return _("waiting for a worker")
    return said(job.text) or _("started {ago}", ago=wording.ago(job.started_at))
