"""The models of a run, and the inference pipelines derived from them."""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from pipelines.chain import storage
from pipelines.chain.chain import Chain
from pipelines.chain.served import Served
from pipelines.document import codec
from pipelines.document.model import InferenceEdits, PipelineDocument
from pipelines.document.store import Pipelines
from pipelines.errors import InputError, NotFoundError, SekkeiError
from pipelines.inference.assemble import assemble
from pipelines.inference.derive import Derived, Trained, derive
from pipelines.inference.loading import folder_of
from pipelines.messages import _, listed
from pipelines.records import Database
from pipelines.tracking import ModelRef, RunDetail, Tracking, files, runs

if TYPE_CHECKING:
    from pipelines.workspace import Home


@dataclass(frozen=True)
class RunModel:
    """A model that a run trained, as it was trained."""

    home: Home
    run: RunDetail
    ref: ModelRef

    @cached_property
    def document(self) -> PipelineDocument:
        """The pipeline as it was run."""
        return codec.loads(self.run.yaml)

    @cached_property
    def chain(self) -> Chain:
        chain = storage.load(folder_of(self.home, self.ref.model_uri) / "artifacts" / "chain.skops")
        assert isinstance(chain, Chain)
        return chain

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The head rows that were kept with the run."""
        client = Tracking(self.home).client
        place = files.folder(client, runs.find(client, self.run.run_id)) / files.ROWS / f"{self.ref.step}.parquet"
        return pd.read_parquet(io.BytesIO(place.read_bytes())) if place.is_file() else pd.DataFrame()

    def derive(self, edits: InferenceEdits | None = None) -> Derived:
        """The inference pipelines, with the edits that the pipeline had when it ran unless others are given."""
        trained = Trained(self.chain, self.ref.step, self.run.run_id, self.ref.model_uri)
        return derive(self.document, trained, edits)

    def served(self, edits: InferenceEdits | None = None) -> Chain | Served:
        """What the inference pipelines score with."""
        return assemble(self.derive(edits).realtime, self.chain, self.rows)


def model_of(home: Home, run_id: str, step: str | None = None) -> RunModel:
    """The model that ``step`` of a run trained; ``step`` may be left out where the run has one model."""
    run = Tracking(home).get_run(run_id)
    return RunModel(home, run, _chosen(run, step))


def present_edits(database: Database, run: RunDetail) -> InferenceEdits:
    """The edits of the run's pipeline as they are now; as they were at the run where the pipeline is not kept."""
    if run.summary.pipeline_id:
        with suppress(NotFoundError):
            return Pipelines(database).open(run.summary.pipeline_id).document.inference
    return edits_at(run)


def edits_at(run: RunDetail) -> InferenceEdits:
    """The edits that the pipeline had when it ran; none where its document cannot be read any more."""
    try:
        return codec.loads(run.yaml).inference
    except SekkeiError:
        return InferenceEdits()


def _chosen(run: RunDetail, step: str | None) -> ModelRef:
    models = {m.step: m for m in run.models}
    if not models:
        raise NotFoundError("model in run", run.run_id)
    if step is None:
        if len(models) > 1:
            raise InputError(
                _("This run has {number} models.", number=len(models)),
                fix=_("Name the step of one: {names}.", names=listed([repr(c) for c in models])),
            )
        return run.models[0]
    if step not in models:
        raise NotFoundError("model of step", step, list(models))
    return models[step]
