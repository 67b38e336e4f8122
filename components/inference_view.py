"""An inference pipeline beside its training pipeline: list, picture, what may be edited, and what each step gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from components import error_box, inference_edits, inference_fates, inference_steps, row_columns
from components.language import N_, _
from pipelines.document import codec
from pipelines.document.model import InferenceEdits
from pipelines.document.references import filled
from pipelines.errors import SekkeiError
from pipelines.inference.derive import DATASET, Derived, Kind
from pipelines.inference.of_run import RunModel

HEIGHT = 500
KINDS = {"training": N_("Training"), "realtime": N_("Real-time"), "batch": N_("Batch")}
Tables = Callable[[], Mapping[str, pd.DataFrame]]


def choose(*, key: str) -> str:
    """Draw the switch between the training pipeline and the two that are derived from it."""
    found = st.segmented_control(
        _("Pipeline"),
        list(KINDS),
        default="training",
        format_func=lambda k: _(KINDS[k]),
        key=key,
        label_visibility="collapsed",
    )
    return str(found or "training")


def show(
    derived: Derived,
    model: RunModel,
    edits: InferenceEdits,
    kind: Kind,
    datasets: Sequence[str],
    tables: Tables,
    *,
    key: str,
    check: Callable[[], None],
    on_edit: inference_edits.OnEdit | None = None,
) -> None:
    """Draw the pipeline of ``kind``. ``check`` raises what the model cannot fulfil; without ``on_edit`` nothing can be
    edited; ``tables`` gives the rows behind each step."""
    document = derived.document(kind)
    steps = inference_steps.shown(document)
    state = f"{key}_step"
    selected = st.session_state.get(state)
    selected = selected if selected in document.ids else document.ids[-1]
    left, middle, right = st.columns([3.2, 4.4, 2.8], gap="small")
    with left:
        opened = inference_steps.listed(steps, selected=selected, key=f"{key}_list", height=HEIGHT)
    with middle:
        clicked = inference_steps.picture(document, steps, selected=selected, key=f"{key}_picture", height=HEIGHT)
    if (chosen := opened or clicked) and chosen != selected:
        st.session_state[state] = chosen
        st.rerun()
    with right.container(border=True, height=HEIGHT, gap="xsmall", key=f"{key}_form"):
        _problem(check)
        export = document.steps[-1] if kind == "batch" else None
        inference_edits.show(
            model,
            edits,
            kind,
            dict(filled(export, document.defaults)) if export else {},
            str(document.defaults.get(DATASET, "")),
            datasets,
            key=f"{key}_{derived.step}_{kind}",
            on_edit=on_edit,
        )
    names = [_("What changed"), _("Rows"), _("YAML")]
    changed, rows, text = st.tabs(names, key=f"{key}_tab", on_change="rerun")
    if changed.open:
        with changed:
            inference_fates.show(derived.fates[kind], key=f"{key}_fates_{kind}")
    if rows.open:
        with rows, error_box.shown(f"{key}_rows_failed"):
            _rows(selected, {s.id: s.title for s in steps}, tables(), f"{key}_{kind}")
    if text.open:
        with text:
            st.code(codec.dumps(document), language="yaml", height=360)


def _problem(check: Callable[[], None]) -> None:
    try:
        check()
    except SekkeiError as error:
        error_box.show(error, key="inference_problem")


def _rows(selected: str, titles: Mapping[str, str], tables: Mapping[str, pd.DataFrame], key: str) -> None:
    frame: Any = tables.get(selected)
    if frame is None:
        st.caption(_("{step} gives no rows.", step=titles[selected]))
        return
    st.caption(_("What {step} gives for rows that were kept with the run.", step=titles[selected]))
    st.dataframe(
        frame,
        height=320,
        hide_index=True,
        placeholder=row_columns.MISSING,
        key=f"{key}_{selected}",
        column_config=row_columns.named(frame),
    )
