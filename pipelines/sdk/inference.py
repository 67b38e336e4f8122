"""The inference pipelines of runs: derived, looked at, and edited where that is safe."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True)
class Inference:
    """The inference pipelines of a workspace."""

    home: Home
    tracking: Tracking
    database: Database
    pipelines: Pipelines

    def derive(self, run_id: str, step: str | None = None, edits: InferenceEdits | None = None) -> Derived:
        """Both inference pipelines of a run's model, by the edits of its pipeline as they are now.

        ``step`` names the step that trained the model where the run has several. ParameterError says which edit the
        model cannot fulfil.
        """
        from pipelines.inference.of_run import model_of

        model = model_of(self.home, run_id, step)
        edits = self.edits(run_id) if edits is None else edits
        derived = model.derive(edits)
        model.served(edits)
        return derived

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
        from pipelines.inference.of_run import model_of
        from pipelines.inference.walk import walk

        model = model_of(self.home, run_id, step)
        edits = self.edits(run_id) if edits is None else edits
        return walk(model.derive(edits).document(kind), model.chain, model.rows)

    def columns(self, run_id: str, step: str | None = None) -> list[str]:
        """The columns of the rows that a run's model was trained from: those that can come back with the answers."""
        from pipelines.inference.of_run import model_of

        return [str(c) for c in model_of(self.home, run_id, step).rows.columns]
