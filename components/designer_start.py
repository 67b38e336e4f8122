"""The designer with nothing open: go on with a pipeline, start from a sample, or from a dataset."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import streamlit as st

from components import sample_gallery
from components.language import N_, _, said
from components.markdown import escaped
from components.wording import ago
from pipelines.document.store import PipelineInfo
from pipelines.samples.gallery import Sample
from pipelines.templates import Question

RECENT = 8
PLAIN = "dataset"  # no question
QUESTIONS: dict[Question | Literal["dataset"], str] = {
    "number": N_("Predict a number"),
    "category": N_("Predict a category"),
    "groups": N_("Find groups"),
    "outliers": N_("Find outliers"),
    PLAIN: N_("Only the dataset"),
}


def show(
    pipelines: Sequence[PipelineInfo],
    samples: Sequence[Sample],
    datasets: Sequence[str],
    *,
    key: str,
    on_open: Callable[[str], None],
    on_sample: Callable[[str], None],
    on_dataset: Callable[[str | None], None],
    on_question: Callable[[str, Question, str | None], None],
    labels: Callable[[str, Question], list[str]],
    on_menu: Callable[[str], None],
    dataset: str = "",
) -> None:
    """Draw the three ways to begin. Callbacks get a pipeline's id, a sample's name, a dataset's (None: empty).

    ``dataset``: the one to propose.
    """
    left, right = st.columns([1, 1], gap="medium")
    with left:
        _recent(pipelines, key, on_open, on_menu)
    with right:
        if dataset in datasets and st.session_state.get(f"{key}.proposed") != dataset:
            st.session_state[f"{key}.proposed"] = st.session_state[f"{key}.dataset"] = dataset
        _new(datasets, key, on_dataset, on_question, labels, on_menu)
    st.markdown("##### " + _("Samples"))
    sample_gallery.show(samples, key=key, on_use=on_sample)


def _recent(
    pipelines: Sequence[PipelineInfo], key: str, on_open: Callable[[str], None], on_menu: Callable[[str], None]
) -> None:
    st.markdown("##### " + _("Recent pipelines"))
    with st.container(border=True, gap="xsmall", key=f"{key}.recent"):
        if not pipelines:
            st.caption(_("There are no pipelines yet."))
        for info in pipelines[:RECENT]:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                facts = _(
                    "Revision {number}, {state}, {ago}",
                    number=info.revision,
                    state=_("draft") if info.changed else _("saved"),
                    ago=ago(info.updated_at),
                )
                st.markdown(
                    f"**{escaped(info.name)}**  \n:gray[:small[{facts}]]",
                    width="stretch",
                )
                st.button(_("Open"), key=f"{key}.open.{info.id}", on_click=on_open, args=(info.id,))
        if len(pipelines) > RECENT:
            st.button(
                _("All {count} pipelines", count=len(pipelines)),
                key=f"{key}.all",
                type="tertiary",
                on_click=on_menu,
                args=("open",),
            )


def _new(
    datasets: Sequence[str],
    key: str,
    on_dataset: Callable[[str | None], None],
    on_question: Callable[[str, Question, str | None], None],
    labels: Callable[[str, Question], list[str]],
    on_menu: Callable[[str], None],
) -> None:
    st.markdown("##### " + _("New pipeline"))
    with st.container(border=True, gap="small", key=f"{key}.new"):
        chosen = st.selectbox(
            _("From a dataset"), datasets, index=None, key=f"{key}.dataset", placeholder=_("Choose a dataset")
        )
        question, label = _question(chosen, key, labels) if chosen else (None, None)
        with st.container(horizontal=True, gap="small"):
            if chosen and question:
                st.button(
                    _("Draft a pipeline"),
                    key=f"{key}.draft",
                    type="primary",
                    on_click=on_question,
                    args=(chosen, question, label),
                    help=_("A pipeline that runs as it is, with a note on each step that says why it is there"),
                )
            else:
                st.button(
                    _("Create"),
                    key=f"{key}.create",
                    type="primary",
                    on_click=on_dataset,
                    args=(chosen,),
                    disabled=chosen is None,
                    help=_("A pipeline that begins with the dataset; its other steps are yours to add"),
                )
            st.button(_("Empty pipeline"), key=f"{key}.empty", on_click=on_dataset, args=(None,))
            st.button(_("Import YAML"), key=f"{key}.import", on_click=on_menu, args=("import",))


def _question(
    dataset: str, key: str, labels: Callable[[str, Question], list[str]]
) -> tuple[Question | None, str | None]:
    """What is to be found out, and of which column."""
    chosen = st.pills(
        _("What do you want to find out?"),
        list(QUESTIONS),
        default=PLAIN,
        required=True,
        format_func=lambda q: said(QUESTIONS[q]),
        key=f"{key}.question",
    )
    question = None if chosen == PLAIN else chosen
    if question not in ("number", "category"):
        return question, None
    offered = labels(dataset, question)
    if not offered:
        st.caption(
            _("No column of {dataset} can be predicted as a number.", dataset=escaped(dataset))
            if question == "number"
            else _("No column of {dataset} can be predicted as a category.", dataset=escaped(dataset))
        )
        return None, None
    label = st.selectbox(
        _("Predict"), offered, key=f"{key}.label.{dataset}.{question}", help=_("The likeliest comes first.")
    )
    return question, label
