"""The inference pipelines of runs: derived, looked at, and edited where that is safe."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipelines.document.inference_edits import SetInference
from pipelines.document.model import InferenceEdits
from pipelines.document.store import Pipelines
from pipelines.records import Database
from pipelines.tracking import Tracking
from pipelines.workspace import Home

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.inference.derive import Derived, Kind
    from pipelines.inference.of_run import RunModel

KEPT = 8  # models of runs, so that an edit does not read one anew


@dataclass(frozen=True)
class Inference:
    """The inference pipelines of a workspace."""

    home: Home
    tracking: Tracking
    database: Database
    pipelines: Pipelines
    _models: dict[tuple[str, str | None], RunModel] = field(default_factory=dict, repr=False)

    def derive(self, run_id: str, step: str | None = None, edits: InferenceEdits | None = None) -> Derived:
        """Both inference pipelines of a run's model, by the edits of its pipeline as they are now.

        ``step`` names the step that trained the model where the run has several.
        """
        return self.model(run_id, step).derive(self.edits(run_id) if edits is None else edits)

    def check(self, run_id: str, step: str | None = None, edits: InferenceEdits | None = None) -> None:
        """ParameterError for an edit that the model cannot fulfil."""
        self.model(run_id, step).served(self.edits(run_id) if edits is None else edits)

    def model(self, run_id: str, step: str | None = None) -> RunModel:
        """The model that a step of a run trained. A run that has ended does not change, so it is read once."""
        from pipelines.inference.of_run import model_of

        found = self._models.get((run_id, step))
        if found is None:
            found = model_of(self.home, run_id, step)
            while len(self._models) >= KEPT:
                self._models.pop(next(iter(self._models)), None)
            self._models[run_id, step] = found
        return found

    def edits(self, run_id: str) -> InferenceEdits:
        """The edits of a run's pipeline as they are now; those it had when it ran, where it is not kept any more."""
        from pipelines.inference.of_run import present_edits

        return present_edits(self.database, self.tracking.get_run(run_id))

    def edit(self, pipeline: str, **values: Any) -> InferenceEdits:
        """Set edits of a kept pipeline, by its name or id: ``edit("cars", threshold=0.3)``; None takes one back.

        They are kept with its draft, and hold for every run from now on.
        """
        opened = self.pipelines.open(pipeline)
        document = opened.document
        for name, value in values.items():
            document = SetInference(name, value).apply(document)
        self.pipelines.save_draft(opened.info.id, document, opened.version)
        return document.inference

    def tables(
        self, run_id: str, kind: Kind, step: str | None = None, edits: InferenceEdits | None = None
    ) -> dict[str, pd.DataFrame]:
        """What each step of an inference pipeline gives for the rows that were kept with the run, by its id."""
        from pipelines.inference.walk import walk

        model = self.model(run_id, step)
        edits = self.edits(run_id) if edits is None else edits
        return walk(model.derive(edits).document(kind), model.chain, model.rows)

    def columns(self, run_id: str, step: str | None = None) -> list[str]:
        """The columns of the rows that a run's model was trained from: those that can come back with the answers."""
        return [str(c) for c in self.model(run_id, step).rows.columns]
