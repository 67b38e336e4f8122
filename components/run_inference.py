"""The inference pipelines on a run's page."""

from __future__ import annotations

import streamlit as st

from components import design_inference, session
from components.inference_view import KINDS
from components.language import _
from pipelines.errors import NotFoundError
from pipelines.tracking import RunDetail


def show(detail: RunDetail, *, key: str) -> None:
    """Draw the inference pipelines of a run's models; edits are kept with its pipeline, where that is still there."""
    workspace = session.workspace()
    kinds = [k for k in KINDS if k != "training"]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        kind = st.segmented_control(
            _("Pipeline"),
            kinds,
            default=kinds[0],
            format_func=lambda k: _(KINDS[k]),
            key=f"{key}_kind",
            label_visibility="collapsed",
        )
        steps = [m.step for m in detail.models]
        step = steps[0]
        if len(steps) > 1:
            step = st.selectbox(_("Model"), steps, key=f"{key}_step", label_visibility="collapsed", width=220)
    pipeline = _kept(detail)
    edits = workspace.inference.edits(detail.run_id)

    def edit(name: str, value: object) -> None:
        workspace.inference.edit(pipeline, **{name: value})

    model = workspace.inference.model(detail.run_id, step)
    design_inference.draw(
        model, edits, "batch" if kind == "batch" else "realtime", key=key, on_edit=edit if pipeline else None
    )


def _kept(detail: RunDetail) -> str:
    """The run's pipeline, "" where it is not kept."""
    if not detail.summary.pipeline_id:
        return ""
    try:
        return session.workspace().pipelines.open(detail.summary.pipeline_id).info.id
    except NotFoundError:
        return ""
