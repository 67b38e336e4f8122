"""Designer: describe a pipeline, see its data at every step, run it."""

from functools import partial

import streamlit as st

from components import (
    as_typed,
    design,
    design_actions,
    design_bar,
    design_inference,
    design_notices,
    designer_start,
    error_box,
    guard,
    inference_view,
    pipeline_canvas,
    pipeline_dialogs,
    run_menu,
    run_progress,
    session,
    shortcuts,
    step_form,
    step_list,
    step_palette,
    step_panel,
    step_view,
)
from components.language import _

guard.require_user()
actions = design_actions.Actions()
opened = None
with error_box.shown("designer.open"):
    opened = design.follow_address()

if opened is None:
    st.markdown("#### " + _("Designer"))
    designer_start.show(
        actions.pipelines(),
        actions.samples(),
        actions.datasets(),
        key="start",
        on_open=design_actions.open_pipeline,
        on_sample=design_actions.start_from_sample,
        on_dataset=design_actions.start_from_dataset,
        on_question=design_actions.start_from_question,
        labels=design_actions.likely_labels,
        on_menu=design_actions.menu,
        dataset=session.query("dataset"),
    )
else:
    opened.refresh_job()
    document, graph, inspection = opened.document, opened.graph(), opened.inspect()
    results = step_view.fitting_results(document, graph, opened.ran(), opened.results())
    steps = step_view.views(document, graph, inspection, results)
    titles = {s.id: s.title for s in steps}
    design_bar.show(
        document.name,
        opened.revision,
        changed=opened.changed,
        kept=opened.conflict is None,
        undo=opened.history.undo_text,
        redo=opened.history.redo_text,
        errors=len(inspection.errors),
        running=opened.is_running,
        key="bar",
        on_act=design_actions.act,
        on_menu=design_actions.menu,
        run_menu=partial(
            run_menu.show,
            titles.get(opened.selected or ""),
            opened.estimate,
            key="run_menu",
            on_act=design_actions.act,
        ),
    )
    design_notices.show(opened, actions, key="notices")
    kind = inference_view.choose(key="pipeline_kind")
    if kind != "training":
        with error_box.shown("designer.inference"):
            design_inference.show(opened, kind, key="inference")
        design.tell_address(opened)
        pipeline_dialogs.show(actions, key=design_actions.DIALOG)
        st.stop()
    left, middle, right = st.columns([2.4, 5.2, 2.9], gap="small")
    with left.container(border=True, height=design.HEIGHT, gap="small", key="steps"):
        with st.container(horizontal=True, vertical_alignment="center", key="steps.head"):
            st.markdown(("**" + _("Steps") + "**"), width="stretch")
            step_palette.show(after=opened.selected, key="palette", on_add=opened.apply)
        with st.container(height=design.HEIGHT - 82, border=False, key="steps_scroll"):
            step_list.show(
                steps,
                selected=opened.selected,
                marked=opened.marked,
                key="step_list",
                on_act=design_actions.step_act,
                on_select=opened.select,
                on_mark=opened.mark,
            )
    with right.container(border=True, height=design.HEIGHT, gap="xsmall", key="form_scroll"):
        step_form.show(
            document, opened.selected, opened.surroundings(), inspection.diagnostics, key="form", on_edit=opened.apply
        )
    step_panel.show(
        opened,
        inspection,
        results,
        titles,
        key=design_actions.PANEL,
        mend=design_actions.mend,
        publish=design_actions.publish,
        price=design_actions.price,
    )
    with middle:  # last, so that what is asked for is on the page before the canvas is drawn anew
        pipeline_canvas.show(
            document,
            graph,
            steps,
            selected=opened.selected,
            pipeline=opened.pipeline_id,
            key="canvas",
            on_intent=design_actions.handle,
            height=design.HEIGHT,
        )
    if opened.is_running and opened.job is not None:
        run_progress.poll(opened.job, session.workspace().jobs.get, key="poll")
    shortcuts.show(key="shortcuts", on_act=design_actions.act)
    as_typed.show("form_scroll", key="as_typed")
    design.tell_address(opened)
    design_actions.show_publication()
pipeline_dialogs.show(actions, key=design_actions.DIALOG)
