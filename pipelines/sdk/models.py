"""Registered models."""

from __future__ import annotations

import builtins
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.chain.contract import Contract
from pipelines.document.model import InferenceEdits, PipelineDocument
from pipelines.errors import NotFoundError
from pipelines.jobs import Job, Jobs
from pipelines.messages import _
from pipelines.records import Database
from pipelines.tracking import ModelVersion, RegisteredModel, Tracking
from pipelines.workspace import Home

if TYPE_CHECKING:
    from pipelines.inference.gate import Alarm, Gate, Verdict
    from pipelines.inference.retrain import DataChoice

RECENT = 50


@dataclass(frozen=True)
class Models:
    """The model registry of a workspace. ``submit`` files a run: of a document, for a pipeline, to retrain a model."""

    home: Home
    tracking: Tracking
    database: Database
    jobs: Jobs
    submit: Callable[[PipelineDocument, str | None, str], Job]

    def publish(
        self,
        run_id: str,
        name: str,
        alias: str = "champion",
        step: str | None = None,
        *,
        edits: InferenceEdits | None = None,
        gate: Gate | None = None,
    ) -> ModelVersion:
        """Publish a run's model once it is proven to answer alike everywhere; see ``pipelines.inference.publish``.

        It answers by the edits of its pipeline as they are now, unless others are given. The version's ``gate`` says
        why the alias was moved or was not.
        """
        from pipelines.inference.of_run import present_edits
        from pipelines.inference.publish import publish

        if edits is None:
            edits = present_edits(self.database, self.tracking.get_run(run_id))
        alarm = self._alarm(name, run_id, step, gate) if alias else None
        return publish(
            self.home,
            run_id,
            name,
            alias=alias,
            step=step,
            edits=edits,
            gate=gate,
            alarm=alarm,
            read_csv=_as_the_gateway_reads,
        )

    def judge(
        self, run_id: str, name: str, alias: str = "champion", step: str | None = None, *, gate: Gate | None = None
    ) -> builtins.list[Verdict]:
        """What the gate would say of a run's model against the version that has the alias; nothing is published."""
        from pipelines.inference.publish import judge

        alarm = self._alarm(name, run_id, step, gate)
        return judge(self.home, run_id, name, alias=alias, step=step, gate=gate, alarm=alarm)

    def promote(
        self, name: str, version: int, alias: str = "champion", *, gate: Gate | None = None
    ) -> builtins.list[Verdict]:
        """Point an alias at a version where the gate lets it pass; gives what the rules found."""
        from pipelines.inference.publish import promote

        found = self.get(f"models:/{name}/{version}")
        alarm = self._alarm(name, found.run_id, found.step, gate) if found.run_id and found.step else None
        return promote(self.home, name, version, alias=alias, gate=gate, alarm=alarm)

    def _alarm(self, name: str, run_id: str, step: str | None, gate: Gate | None) -> Alarm | None:
        """What the endpoints of a model say of the drift rule, where that is on."""
        from pipelines.inference.of_run import model_of
        from pipelines.serving.endpoints import Endpoints
        from pipelines.serving.monitoring.alarm import drift_alarm

        if gate is not None and not gate.drift:
            return None
        endpoints = Endpoints(self.home, self.database).list()
        return drift_alarm(self.database, endpoints, name, model_of(self.home, run_id, step))

    def rollback(self, name: str, alias: str = "champion") -> int:
        """Point an alias at the version that had it before; gives that version."""
        before = self.before(name, alias)
        if before is None:
            raise NotFoundError(_("version before the present {alias} of", alias=alias), name)
        self.tracking.set_alias(name, alias, before)
        return before

    def before(self, name: str, alias: str = "champion") -> int | None:
        """The version that a rollback would go to; None where none is known."""
        return self.tracking.before_alias(name, alias)

    def data_choices(self, version: ModelVersion) -> builtins.list[DataChoice]:
        """The datasets that a version was trained on, and their newest versions."""
        from pipelines.datasets import Catalogue
        from pipelines.inference.retrain import data_choices

        return data_choices(version, Catalogue(self.home, self.database))

    def retrain(self, model_uri: str, versions: Mapping[str, int | None] | None = None) -> Job:
        """File a run of the pipeline that trained a version, on the newest data or these versions of datasets.

        The pipeline's edits of its inference pipelines are kept. When the run is done, ``judge`` and ``publish`` it.
        """
        from pipelines.inference.of_run import model_of, present_edits
        from pipelines.inference.retrain import retraining

        found = self.get(model_uri)
        if not found.run_id:
            raise NotFoundError("run of model", model_uri)
        model = model_of(self.home, found.run_id, found.step or None)
        edits = present_edits(self.database, model.run)
        document = retraining(model, versions or {}, edits)
        return self.submit(document, model.run.summary.pipeline_id or None, found.name)

    def retrainings(self, name: str) -> builtins.list[Job]:
        """The latest runs that were filed to retrain a model, the newest first."""
        return [j for j in self.jobs.list("run", limit=RECENT) if j.payload.get("retrains") == name]

    def changes(self, version: ModelVersion, run_id: str) -> builtins.list[str]:
        """What a run changed about a version's model besides what was learned, a line each."""
        from pipelines.inference.changes import changes
        from pipelines.inference.of_run import model_of

        step = version.step or None
        return changes(model_of(self.home, version.run_id, step), model_of(self.home, run_id, step))

    def list(self) -> builtins.list[RegisteredModel]:
        """Every registered model, that changed last first."""
        return self.tracking.list_models()

    def versions(self, name: str) -> builtins.list[ModelVersion]:
        """The versions of a model, newest first."""
        return self.tracking.model_versions(name)

    def get(self, model_uri: str) -> ModelVersion:
        """The version behind ``models:/name/3`` or ``models:/name@alias``."""
        return self.tracking.model_version(model_uri)

    def set_alias(self, name: str, alias: str, version: int) -> None:
        """Point an alias at a version."""
        self.tracking.set_alias(name, alias, version)

    def delete_alias(self, name: str, alias: str) -> None:
        self.tracking.delete_alias(name, alias)

    def export(self, model_uri: str, target: str, output: Path | str, *, image: str = "") -> Path:
        """Write a version as files that run elsewhere: ``target`` is ``archive``, ``container``, ``kubernetes`` or
        ``kserve``; ``output`` a zip when it ends so, else a new folder."""
        from pipelines.serving.export import export

        return export(self.home, model_uri, target, output, image=image)

    def export_zip(self, model_uri: str, target: str, image: str = "") -> bytes:
        """What ``export`` writes, as the bytes of a zip."""
        with tempfile.TemporaryDirectory(dir=self.home.results) as folder:
            name = re.sub(r"[^\w.-]+", "-", model_uri.removeprefix("models:/"))
            return self.export(model_uri, target, Path(folder) / f"{name}.zip", image=image).read_bytes()

    def delete_version(self, name: str, version: int) -> None:
        self.tracking.delete_version(name, version)


def publish_job(payload: dict[str, Any], context: Any) -> dict[str, Any]:
    """The job of kind ``publish``: ``run_id``, ``name``, ``alias`` and ``step`` as for ``Models.publish``."""
    from pipelines.sdk.workspace import Workspace

    models = Workspace(context.home).models
    made = models.publish(payload["run_id"], payload["name"], payload.get("alias", "champion"), payload.get("step"))
    return {"name": made.name, "version": made.version, "model_uri": made.model_uri}


def _as_the_gateway_reads(body: bytes, contract: Contract) -> bytes:
    from pipelines.serving.csv_rows import read_csv
    from pipelines.serving.protocols.rows import asked

    return asked(read_csv(body, contract), contract).body
