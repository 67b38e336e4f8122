"""A pipeline written in Python: the same document that the designer edits."""

from __future__ import annotations

from typing import Any, Self

from pipelines.document import codec
from pipelines.document.model import PipelineDocument, StepNode
from pipelines.steps import library


class Pipeline:
    """Builds a document step by step.

    >>> cars = Pipeline("cars").add("dataset", dataset="automobile-price").add("set_label", column="price")
    >>> cars.document.ids
    ['dataset', 'set_label']
    """

    def __init__(self, name: str, description: str = "") -> None:
        self.document = PipelineDocument(name=name, description=description)

    @classmethod
    def from_yaml(cls, text: str) -> Self:
        """The pipeline that a YAML text describes."""
        made = cls("pipeline")
        made.document = codec.loads(text)
        return made

    def add(self, step_type: str, id: str = "", inputs: dict[str, str] | None = None, **params: Any) -> Self:
        """Add a step at the end; without an ``id`` it is called by its type. Gives the pipeline, for the next one."""
        library.get(step_type)
        name, number = id or step_type, 2
        while name in self.document.ids and not id:
            name, number = f"{step_type}_{number}", number + 1
        node = StepNode(id=name, type=step_type, params=params, inputs=inputs or {})
        self.document = PipelineDocument.model_validate(
            self.document.model_dump() | {"steps": (*self.document.steps, node)}
        )
        return self

    def to_yaml(self) -> str:
        """The canonical YAML."""
        return codec.dumps(self.document)
