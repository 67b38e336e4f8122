"""The step types that only inference pipelines have. They are derived, never placed by hand, so no palette has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from pipelines.messages import _, listed, ngettext
from pipelines.parameters import DatasetName
from pipelines.steps.base import Behaviour, Port, Step
from pipelines.steps.library import STEP_TYPES

SERVICE = "Web Service"


class Input(Step):
    """``columns`` are those the model asks for, ``ids`` and ``passed`` those that come back with the answer."""

    category: ClassVar[str] = SERVICE
    behaviour: ClassVar[Behaviour] = Behaviour.SOURCE
    inputs: ClassVar[tuple[Port, ...]] = ()

    columns: tuple[str, ...] = Field((), title="Columns", description="What the model asks for.")
    ids: tuple[str, ...] = Field((), title="Ids", description="Have to be given, and come back with each answer.")
    passed: tuple[str, ...] = Field((), title="Passed through", description="Come back where they are given.")


class WebServiceInput(Input):
    """Take the rows of a request."""

    type: ClassVar[str] = "web_service_input"
    title: ClassVar[str] = "Web Service Input"
    known_as: ClassVar[tuple[str, ...]] = ("Web Service Input",)

    def summary(self) -> str:
        return ", ".join([*self.ids, *self.columns])[:80]


class DatasetInput(Input):
    """Take the rows of a dataset, file or table that is named when the pipeline runs."""

    type: ClassVar[str] = "dataset_input"
    title: ClassVar[str] = "Dataset Input"

    dataset: DatasetName = Field(min_length=1, title="Dataset", description="Its name in the catalogue.")

    def summary(self) -> str:
        return self.dataset


class FittedState(Step):
    """Apply what a step of the training pipeline learned from the training rows."""

    type: ClassVar[str] = "fitted_state"
    title: ClassVar[str] = "Fitted State"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.ROW_WISE
    known_as: ClassVar[tuple[str, ...]] = ("Apply Transformation",)

    of: str = Field(min_length=1, title="Step type", description="The step type that was fitted.")
    run_id: str = Field("", title="Run", description="The run that fitted it.")

    def summary(self) -> str:
        return self.of


class TrainedModel(Step):
    """The model as a run trained it."""

    type: ClassVar[str] = "trained_model"
    title: ClassVar[str] = "Trained Model"
    category: ClassVar[str] = "Training"
    behaviour: ClassVar[Behaviour] = Behaviour.TRAIN
    inputs: ClassVar[tuple[Port, ...]] = ()
    outputs: ClassVar[tuple[Port, ...]] = (Port("model", "model"),)

    model: str = Field("", title="Model", description="Where MLflow has it.")
    run_id: str = Field("", title="Run", description="The run that trained it.")

    def summary(self) -> str:
        return self.model


class Answer(Step):
    """How answers are told; see ``pipelines.chain.served``."""

    threshold: float | None = Field(
        None, ge=0, le=1, title="Threshold", description="The least probability of the second class that makes it."
    )
    top_k: int | None = Field(None, ge=1, le=100, title="Top classes", description="How many of the likeliest classes.")
    scores: bool = Field(True, title="Scores", description="Off: the predictions alone, without what comes with them.")
    explanations: int = Field(
        0, ge=0, le=20, title="Reasons", description="How many columns that move the answer furthest are told."
    )

    def summary(self) -> str:
        parts = [
            _("threshold {value:g}", value=self.threshold) if self.threshold is not None else "",
            _("top {count}", count=self.top_k) if self.top_k is not None else "",
            _("predictions alone") if not self.scores else "",
            ngettext("{count} reason", "{count} reasons", count=self.explanations) if self.explanations else "",
        ]
        return listed([p for p in parts if p])

    @property
    def answering(self) -> dict[str, Any]:
        """The parameters of ``Served``."""
        return {name: getattr(self, name) for name in Answer.model_fields}


class WebServiceOutput(Answer):
    """Give the answers of a request back."""

    type: ClassVar[str] = "web_service_output"
    title: ClassVar[str] = "Web Service Output"
    category: ClassVar[str] = SERVICE
    behaviour: ClassVar[Behaviour] = Behaviour.SINK
    outputs: ClassVar[tuple[Port, ...]] = (Port("table"),)
    known_as: ClassVar[tuple[str, ...]] = ("Web Service Output",)


class PredictionColumns(Answer):
    """Choose how answers are told before they are written."""

    type: ClassVar[str] = "prediction_columns"
    title: ClassVar[str] = "Prediction Columns"
    category: ClassVar[str] = "Scoring"
    behaviour: ClassVar[Behaviour] = Behaviour.ROW_WISE


ONLY_HERE: tuple[type[Step], ...] = (
    WebServiceInput,
    DatasetInput,
    FittedState,
    TrainedModel,
    WebServiceOutput,
    PredictionColumns,
)
"""Collected with the library's texts."""


class _Types(Mapping[str, type[Step]]):
    """The library's step types and those above."""

    _own: ClassVar[Mapping[str, type[Step]]] = {t.type: t for t in ONLY_HERE}

    def __getitem__(self, name: str) -> type[Step]:
        return self._own[name] if name in self._own else STEP_TYPES[name]

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter([*self._own, *STEP_TYPES])

    def __len__(self) -> int:
        return len(self._own) + len(STEP_TYPES)


TYPES: Mapping[str, type[Step]] = _Types()
