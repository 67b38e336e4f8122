"""The edit of what the inference pipelines give and take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipelines.document import checks
from pipelines.document.edits import Edit
from pipelines.document.model import PipelineDocument
from pipelines.document.values import brief, plain
from pipelines.messages import _


@dataclass(frozen=True)
class SetInference(Edit):
    """Set one of ``InferenceEdits``'s fields; None puts it back at its default."""

    name: str
    value: Any = None

    def apply(self, document: PipelineDocument) -> PipelineDocument:
        edits = document.inference.model_dump(mode="json", exclude_defaults=True)
        changed = {k: v for k, v in edits.items() if k != self.name}
        if self.value is not None:
            changed[self.name] = plain(self.value)
        return document.model_copy(update={"inference": checks.inference_of(changed)})

    def describe(self) -> str:
        if self.value is None:
            return _("Put the inference pipelines' {name} back", name=self.name)
        return _("Set the inference pipelines' {name} to {value}", name=self.name, value=brief(self.value))
