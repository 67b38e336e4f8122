"""The inference pipelines of the open pipeline, derived from its latest finished run; edits go into the document."""

from __future__ import annotations

from typing import Any

import streamlit as st

from components import inference_view, page_header, session
from components.design import Design
from components.language import _, said
from pipelines.document.difference import difference
from pipelines.document.inference_edits import SetInference
from pipelines.document.model import InferenceEdits
from pipelines.inference.derive import Kind
from pipelines.inference.of_run import RunModel
from pipelines.records import JobState
from pipelines.tracking import RunDetail

LOOKED_AT = 20


def show(design: Design, kind: Kind, *, key: str) -> None:
    """Draw the inference pipeline of ``kind``, or what is missing for it."""
    run = latest(design)
    if run is None:
        page_header.empty(
            _("Run the pipeline: the inference pipelines are derived from its latest finished run."), icon="play_circle"
        )
        return
    if not run.models:
        page_header.empty(_("This pipeline trains no model, so there is nothing to score with."), icon="deployed_code")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        step = _chosen(run, key)
        st.caption(_origin(run), width="content")
        st.space("stretch")
        if st.button(_("Open the run"), icon=":material/play_circle:", type="tertiary", key=f"{key}_run"):
            st.switch_page("pages/review/run_detail.py", query_params={"run": run.run_id})
    model = session.workspace().inference.model(run.run_id, step)
    _news(design, model)
    draw(model, design.document.inference, kind, key=key, on_edit=lambda n, v: design.apply(SetInference(n, v)))


def draw(model: RunModel, edits: InferenceEdits, kind: Kind, *, key: str, on_edit: Any = None) -> None:
    """Draw the inference pipeline of a run's model by these edits."""
    workspace = session.workspace()
    run, step = model.run.run_id, model.ref.step
    inference_view.show(
        model.derive(edits),
        model,
        edits,
        kind,
        [d.name for d in workspace.datasets.list()],
        lambda: workspace.inference.tables(run, kind, step, edits),
        key=key,
        check=lambda: workspace.inference.check(run, step, edits),
        on_edit=on_edit,
    )


def latest(design: Design) -> RunDetail | None:
    """The pipeline's latest run that came to its end."""
    for job in design.runs(LOOKED_AT):
        if job.state is JobState.DONE and job.run_id and job.result.get("status") == "done":
            return session.workspace().runs.get(job.run_id)
    return None


def _chosen(run: RunDetail, key: str) -> str:
    steps = [m.step for m in run.models]
    if len(steps) == 1:
        return steps[0]
    found = st.selectbox(_("Model"), steps, key=f"{key}_model", label_visibility="collapsed", width=220)
    return str(found or steps[0])


def _origin(run: RunDetail) -> str:
    data = ", ".join(f"{d.name} v{d.version}" for d in run.datasets)
    number = run.summary.revision
    if number is None:
        return _("From the latest finished run, on {data}", data=data)
    return _("From the latest finished run, of revision {revision}, on {data}", revision=number, data=data)


def _news(design: Design, model: RunModel) -> None:
    """Say that the training pipeline is no longer what was run."""
    now = design.document.model_copy(update={"inference": model.document.inference, "description": ""})
    then = model.document.model_copy(update={"name": now.name, "description": ""})
    changed = difference(then, now)
    if changed:
        st.caption(
            ":orange[:material/update:] "
            + _(
                "The training pipeline has changed since that run: {changes} Run it to refresh model and fitted state; "
                "the edits here are kept.",
                changes=" ".join(said(line) for line in changed[:3]),
            )
        )
