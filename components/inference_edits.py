"""The form of what may be edited in an inference pipeline: what comes back, how answers are told, where they go."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from components.language import _
from components.widget_state import keep
from pipelines.chain.explain import can_be_explained
from pipelines.chain.predictor import PROBABILITIES
from pipelines.datasets.writers import EXPORTS
from pipelines.document.model import InferenceEdits
from pipelines.inference.derive import DATASET, Kind
from pipelines.inference.of_run import RunModel

OnEdit = Callable[[str, Any], None]
PLACES = ("file", "dataset", "database", "store")
REASONS = 20


def show(
    model: RunModel,
    edits: InferenceEdits,
    kind: Kind,
    export: Mapping[str, Any],
    dataset: str,
    datasets: Sequence[str],
    *,
    key: str,
    on_edit: OnEdit | None,
) -> None:
    """Draw the fields; ``on_edit`` gets a changed edit's name and value, None where it is back at its default.

    ``export`` are the parameters of the batch pipeline's export as they stand, ``dataset`` what it reads. Without
    ``on_edit`` the fields only show.
    """
    form = _Form(model, edits, key, on_edit)
    st.markdown("**" + _("Input columns") + "**")
    form.columns("ids", _("Ids"), _("Have to be given with each row, and come back with its answer."))
    form.columns("passed", _("Passed through"), _("Come back where they are given; the model does not need them."))
    st.markdown("**" + _("Output columns") + "**")
    form.answers()
    if kind == "batch":
        st.markdown("**" + _("Batch") + "**")
        form.batch(export, dataset, datasets)


@dataclass(frozen=True)
class _Form:
    model: RunModel
    edits: InferenceEdits
    key: str
    on_edit: OnEdit | None

    def field(self, name: str, value: Any, edit: str, made: Callable[[Any], Any]) -> dict[str, Any]:
        """What a widget is drawn with: it shows ``value``; its change sets ``edit`` to what ``made`` makes of it."""
        place = f"{self.key}_{name}"
        keep(place, value)  # what the document says, also after an undo

        def changed() -> None:
            if self.on_edit is not None:
                self.on_edit(edit, made(st.session_state[place]))

        return {"key": place, "on_change": changed, "disabled": self.on_edit is None}

    def columns(self, name: str, label: str, help: str) -> None:
        chosen = list(getattr(self.edits, name))
        options = list(dict.fromkeys([*map(str, self.model.rows.columns), *chosen]))
        drawn = self.field(name, chosen, name, lambda v: list(v) or None)
        st.multiselect(label, options, accept_new_options=True, placeholder=_("None"), help=help, **drawn)

    def answers(self) -> None:
        can, edits = abilities(self.model), self.edits
        st.toggle(
            _("Probabilities and scores too"),
            help=_("Off: the predictions alone."),
            **self.field("scores", edits.scores, "scores", lambda v: None if v else False),
        )
        if can.threshold or edits.threshold is not None:
            self.threshold()
        if can.classes or edits.top_k is not None:
            most = max(can.classes, edits.top_k or 0, 1)
            self.number("top_k", _("Likeliest classes"), _("How many, with their probabilities; 0: none."), most)
        if can.explained or edits.explanations:
            help = _("So many columns that move the answer furthest, with how far; 0: none. They make it slower.")
            self.number("explanations", _("Reasons"), help, REASONS)

    def threshold(self) -> None:
        classes, now = self.model.chain.classes, self.edits.threshold
        positive = str(classes[1]) if len(classes) == 2 else "1"
        own = self.field("own", now is not None, "threshold", lambda v: 0.5 if v else None)
        st.toggle(_("Threshold of its own"), **own)
        if now is not None:
            drawn = self.field("threshold", float(now), "threshold", lambda v: round(float(v), 4))
            st.slider(_("Least probability of {name!r}", name=positive), 0.0, 1.0, step=0.01, **drawn)

    def number(self, name: str, label: str, help: str, most: int) -> None:
        now = int(getattr(self.edits, name) or 0)
        drawn = self.field(name, now, name, lambda v: int(v or 0) or None)
        st.number_input(label, 0, most, help=help, **drawn)

    def batch(self, export: Mapping[str, Any], dataset: str, datasets: Sequence[str]) -> None:
        edits = self.edits
        drawn = self.field("dataset", dataset, "defaults", lambda v: {**edits.defaults, DATASET: v})
        help = _("What is scored unless another is named.")
        st.selectbox(_("Dataset"), list(dict.fromkeys([*datasets, dataset])), help=help, **drawn)
        words = {"file": _("File"), "dataset": _("Dataset"), "database": _("Database"), "store": _("Store")}
        place = str(export.get("to", PLACES[0]))
        drawn = self.exported("to", place)
        st.selectbox(_("Write to"), PLACES, format_func=lambda p: words[p], **drawn)
        for name, label, default in _fields(place):
            drawn = self.exported(name, str(export.get(name, default)))
            if name == "format":
                st.selectbox(label, list(EXPORTS), **drawn)
            else:
                st.text_input(label, max_chars=150, **drawn)

    def exported(self, name: str, value: str) -> dict[str, Any]:
        return self.field(f"export_{name}", value, "export", lambda v: {**self.edits.export, name: v})


def _fields(to: str) -> list[tuple[str, str, str]]:
    """The export's parameters for a place: name, label, default."""
    file = [("file_name", _("File name"), "scores"), ("format", _("Format"), "csv")]
    return {
        "file": file,
        "dataset": [("dataset", _("Name of the dataset"), "")],
        "database": [("connection", _("Connection"), ""), ("table", _("Table"), "")],
        "store": [("store", _("Connection"), ""), ("folder", _("Folder"), ""), *file],
    }[to]


@dataclass(frozen=True)
class Abilities:
    """What a model can do: take a threshold, tell the likeliest of so many classes, be explained."""

    threshold: bool
    classes: int
    explained: bool


def abilities(model: RunModel) -> Abilities:
    """What the model's own answers allow."""
    columns = [str(c) for c in model.chain.empty()]
    told = any(c == PROBABILITIES or c.startswith(f"{PROBABILITIES}_") for c in columns)
    classes = len(model.chain.classes) if told and model.chain.task == "classification" else 0
    return Abilities(PROBABILITIES in columns, classes, can_be_explained(model.chain))
