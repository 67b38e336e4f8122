"""Training a registered model again: the pipeline it came from, on newer data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.datasets import Catalogue
from pipelines.document.edits import ResetParameter, SetParameter
from pipelines.document.model import InferenceEdits, PipelineDocument
from pipelines.errors import InputError, NotFoundError
from pipelines.graph.order import resolve
from pipelines.inference.of_run import RunModel
from pipelines.messages import _
from pipelines.tracking import ModelVersion


@dataclass(frozen=True)
class DataChoice:
    """A dataset that a model was trained on: which version, and which is the newest now."""

    step: str
    dataset: str
    used: int
    newest: int

    @property
    def is_newer(self) -> bool:
        return self.newest > self.used


def data_choices(model: ModelVersion, catalogue: Catalogue) -> list[DataChoice]:
    """The datasets of the model's run, each once a step."""
    found = []
    for use in model.datasets:
        try:
            newest = catalogue.get(use.name).version
        except NotFoundError:  # deleted since
            newest = use.version
        found.append(DataChoice(use.step, use.name, use.version, newest))
    return found


def retraining(model: RunModel, versions: Mapping[str, int | None], edits: InferenceEdits) -> PipelineDocument:
    """The pipeline that trained ``model``, reading these versions of datasets, None meaning the newest; others too.

    NotFoundError for a dataset that it does not read.
    """
    document = model.document
    names = {}
    for node in resolve(document).nodes:
        name = getattr(node.step, "dataset", None)
        if name is not None and hasattr(node.step, "version"):
            names[node.id] = str(name)
    unknown = [n for n in versions if n not in names.values()]
    if unknown:
        raise NotFoundError("dataset of this pipeline", unknown[0], list(names.values()))
    if not names:
        raise InputError(_("The model's pipeline reads no dataset of the catalogue."), fix=_("Run its pipeline again."))
    for step, name in names.items():
        wanted = versions.get(name)
        edit = ResetParameter(step, "version") if wanted is None else SetParameter(step, "version", wanted)
        document = edit.apply(document)
    return document.model_copy(update={"inference": edits})
