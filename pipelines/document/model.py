"""The pipeline document: an ordered list of steps that is a graph."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipelines.messages import _

ID_PATTERN = r"^[A-Za-z_][A-Za-z0-9_-]{0,63}$"


class StepNode(BaseModel):
    """One step as placed in a pipeline. ``params`` stay as written until the graph checks them, so that a draft with a
    mistake in it can be kept. ``inputs`` names the earlier step behind a port, where it is not the step before:
    ``{right: prices}``, ``{table: split.test}`` for the test rows alone, or ``{right: code.second}`` for a further
    table of a step that gives several."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    id: str = Field(pattern=ID_PATTERN)
    type: str = Field(min_length=1, max_length=64)
    title: str = Field("", max_length=120, description="A name of the analyst's own; empty: the step type's.")
    params: dict[str, Any] = Field(default_factory=dict)
    inputs: dict[str, str] = Field(default_factory=dict)
    enabled: bool = True
    note: str = Field("", max_length=2000)
    position: tuple[float, float] | None = Field(None, description="Where the canvas shows it; none: laid out.")


class PipelineParameter(BaseModel):
    """A value with a name of its own, filled in at run time. Steps refer to it as ``{$parameter: name}``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=ID_PATTERN)
    default: Any = None
    description: str = Field("", max_length=400)


class InferenceEdits(BaseModel):
    """What an analyst changes in the inference pipelines that are derived from runs; kept with the training pipeline.

    ``ids`` have to be given with each row and come back with its answer, ``passed`` come back where they are given.
    ``threshold`` is the least probability of the second class that makes a row belong to it. ``export`` are parameters
    of the batch pipeline's Export Data, ``defaults`` values of the inference pipelines' parameters.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ids: tuple[str, ...] = Field((), max_length=100)
    passed: tuple[str, ...] = Field((), max_length=500)
    scores: bool = True
    threshold: float | None = Field(None, ge=0, le=1)
    top_k: int | None = Field(None, ge=1, le=100)
    explanations: int = Field(0, ge=0, le=20)
    export: dict[str, Any] = Field(default_factory=dict)
    defaults: dict[str, Any] = Field(default_factory=dict)

    @property
    def columns(self) -> list[str]:
        """The input columns that come back, each once."""
        return list(dict.fromkeys((*self.ids, *self.passed)))

    @property
    def changes_answers(self) -> bool:
        """Whether the model answers otherwise than it was trained to."""
        return self.model_copy(update={"export": {}, "defaults": {}}) != InferenceEdits()


class PipelineDocument(BaseModel):
    """The document an analyst edits. Every change makes a new one; see ``edits``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[3] = 3
    name: str = Field(min_length=1, max_length=100)
    description: str = Field("", max_length=4000)
    parameters: tuple[PipelineParameter, ...] = Field((), max_length=200)
    steps: tuple[StepNode, ...] = Field((), max_length=500)
    inference: InferenceEdits = InferenceEdits()

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        seen: set[str] = set()
        for node in self.steps:
            if node.id in seen:
                raise ValueError(_("Two steps have the id {id!r}; every step needs its own.", id=node.id))
            seen.add(node.id)
        names = [p.name for p in self.parameters]
        if len(set(names)) < len(names):
            raise ValueError(_("Two pipeline parameters have the same name; each needs its own."))
        return self

    def step(self, step_id: str) -> StepNode:
        """The step with this id; KeyError when there is none."""
        return next(s for s in self.steps if s.id == step_id) if step_id in self.ids else _no_step(step_id)

    def index(self, step_id: str) -> int:
        return self.ids.index(step_id)

    @property
    def defaults(self) -> dict[str, Any]:
        """The pipeline parameters, name -> default."""
        return {p.name: p.default for p in self.parameters}

    @property
    def ids(self) -> list[str]:
        return [s.id for s in self.steps]


def _no_step(step_id: str) -> StepNode:
    raise KeyError(step_id)
