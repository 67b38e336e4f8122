"""Tracking: a run told to MLflow from its beginning to its end, and MLflow's runs and models read back."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import cached_property
from typing import TYPE_CHECKING

from pipelines.algorithms import library as algorithms
from pipelines.document import codec
from pipelines.document.model import PipelineDocument
from pipelines.document.references import filled
from pipelines.execution.cache import ResultStore, report_to_dict
from pipelines.execution.result import RunResult, Status, StepResult
from pipelines.messages import _, stored
from pipelines.tracking import facts, files, owner, registry, runs
from pipelines.tracking.client import experiment_id, local_path, open_client
from pipelines.tracking.facts import (
    AliasChange,
    Comparison,
    ModelRef,
    ModelVersion,
    RegisteredModel,
    RunDetail,
    RunSummary,
)
from pipelines.tracking.plots import importance_picture, pictures
from pipelines.tracking.writing import flat_params, lineage, log_values
from pipelines.workspace import Home

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

PICTURES = "pictures"
LONGEST_TAG = 8000  # characters that MLflow keeps
_ENDS = {Status.DONE: "FINISHED", Status.FAILED: "FAILED", Status.CANCELLED: "KILLED"}


class Tracking:
    """MLflow as the workspace uses it. Nothing is opened before it is needed; any number of processes may."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self._started: dict[str, Run] = {}
        self._models: dict[str, dict[str, ModelRef]] = {}

    @cached_property
    def client(self) -> MlflowClient:
        """MLflow's client on the workspace's store."""
        return open_client(self.home)

    def prepare(self) -> None:
        """Make MLflow's tables now, so that nobody waits for them later."""
        _ = self.client

    # Writing

    def start(
        self,
        document: PipelineDocument,
        *,
        pipeline_id: str | None = None,
        revision: int | None = None,
        job_id: str = "",
        author: str = "",
        experiment: str = "",
        retrains: str = "",
        began: float | None = None,
    ) -> str:
        """Begin a run, which MLflow shows as running, with its parameters and its pipeline; gives its id.

        ``began``: when, in seconds since the epoch, where that is not now, as a job takes a moment to get here.

        ``experiment`` is found or made; without one the run is filed in the pipeline's own, of the pipeline's name.
        """
        _draw_later()
        tags = {
            facts.PIPELINE: document.name,
            facts.STATUS: Status.RUNNING.value,
            facts.PIPELINE_ID: pipeline_id or "",
            facts.REVISION: "" if revision is None else str(revision),
            facts.JOB: job_id,
            facts.RETRAINS: retrains,
            facts.PROCESS: owner.mine(),
            "mlflow.user": author,
            "mlflow.source.type": "PROJECT",
            "mlflow.source.name": document.name,
            "mlflow.note.content": document.description,
        }
        given = {k: v for k, v in tags.items() if v}
        place = experiment_id(self.client, self.home, experiment or document.name)
        run = self.client.create_run(
            place, start_time=_now() if began is None else int(began * 1000), tags=given, run_name=_run_name(document)
        )
        self._started[run.info.run_id] = run
        log_values(self.client, run.info.run_id, params=flat_params(document))
        files.write(self.client, run, {files.PIPELINE_FILE: codec.dumps(document).encode()})
        return run.info.run_id

    def finish(
        self, run_id: str, result: RunResult, document: PipelineDocument, store: ResultStore | None = None
    ) -> float:
        """End a run with all that came of it: metrics, data, reports, pictures, steps and its true status.

        Gives how many seconds it took. With ``store``, pictures of results that are used again are not drawn again.
        """
        run = self._started.pop(run_id, None) or self.client.get_run(run_id)
        datasets = lineage(self.home, result.datasets)
        if datasets:
            self.client.log_inputs(run_id, datasets)
        files.write(self.client, run, _files(result, document, store))
        failure = result.failure
        tags = {facts.STATUS: result.status.value, facts.SECONDS: f"{result.seconds:.3f}"}
        if failure is not None:
            tags[facts.ERROR] = _error_tag(failure.id, failure.message, failure.fix)
        if models := self._models.pop(run_id, {}):
            tags[facts.MODELS] = json.dumps([asdict(m) for m in models.values()])
        log_values(self.client, run_id, metrics=result.metrics, tags=tags, at=_now())
        ended = _now()
        self.client.set_terminated(run_id, status=_ENDS.get(result.status, "FAILED"), end_time=ended)
        return (ended - run.info.start_time) / 1000

    def lost(self) -> list[tuple[str, str]]:
        """The runs that say they run though their process is gone, each with the id of its job ("" without one)."""
        running = runs.running(self.client)
        return [
            (r.info.run_id, r.data.tags.get(facts.JOB, ""))
            for r in running
            if owner.is_gone(r.data.tags.get(facts.PROCESS, ""))
        ]

    def abandon(
        self, run_id: str, message: str = _("The run's process ended before the run did."), *, cancelled: bool = False
    ) -> None:
        """End a run that nobody is running any more as failed, or as cancelled. A run that has ended stays as it is."""
        run = self._started.pop(run_id, None)
        run = self.client.get_run(run_id)
        if run.info.status not in ("RUNNING", "SCHEDULED"):
            return
        status = Status.CANCELLED if cancelled else Status.FAILED
        tags = {facts.STATUS: status.value}
        if not cancelled:
            tags[facts.ERROR] = _error_tag("", message, _("Run it again."))
        log_values(self.client, run_id, tags=tags)
        self.client.set_terminated(run_id, status=_ENDS[status], end_time=_now())

    def add_files(self, run_id: str, contents: Mapping[str, bytes]) -> None:
        """Keep files with a run, path below its folder -> content."""
        files.write(self.client, self._run(run_id), contents)

    def experiments(self) -> list[str]:
        """The names of the experiments there are, those used last first."""
        return runs.experiments(self.client)

    def experiment_of(self, run_id: str) -> str:
        """The id of the experiment that a run belongs to."""
        return self._run(run_id).info.experiment_id

    def note_models(self, run_id: str, models: Iterable[ModelRef]) -> None:
        """Remember which models a run logged; ``finish`` writes it down."""
        self._models.setdefault(run_id, {}).update({m.step: m for m in models})

    def _run(self, run_id: str) -> Run:
        return self._started.get(run_id) or runs.find(self.client, run_id)

    # Runs

    def list_runs(
        self,
        *,
        pipeline: str | None = None,
        status: str | None = None,
        text: str = "",
        limit: int = 100,
        offset: int = 0,
    ) -> list[RunSummary]:
        """The newest runs first, at most 100. ``status`` is a ``Status`` value; ``text`` is found in names."""
        return runs.search(self.client, self._pages(), pipeline, status, text, limit, offset)

    def get_run(self, run_id: str) -> RunDetail:
        """All that is known of a run."""
        return runs.detail(self.client, self._pages(), run_id)

    def compare(self, run_ids: list[str]) -> Comparison:
        """Runs side by side."""
        return runs.compare(self.client, self._pages(), run_ids)

    def delete_run(self, run_id: str) -> None:
        """Take a run out of the lists; ``restore_run`` brings it back."""
        runs.find(self.client, run_id)
        self.client.delete_run(run_id)

    def restore_run(self, run_id: str) -> None:
        """Bring a deleted run back."""
        self.client.restore_run(run_id)

    # Registry

    def list_models(self) -> list[RegisteredModel]:
        """Every registered model, that changed last first."""
        return registry.list_models(self.client, self._pages())

    def model_versions(self, name: str) -> list[ModelVersion]:
        """The versions of a model, newest first."""
        return registry.versions(self.client, self._pages(), name)

    def model_version(self, model_uri: str) -> ModelVersion:
        """The version behind ``models:/name/3`` or ``models:/name@alias``."""
        return registry.version(self.client, self._pages(), model_uri)

    def set_alias(self, name: str, alias: str, version: int) -> None:
        """Point an alias at a version."""
        registry.set_alias(self.client, name, alias, version)

    def alias_changes(self, name: str, alias: str) -> list[AliasChange]:
        """How an alias was moved, the oldest first."""
        return registry.alias_changes(self.client, name, alias)

    def before_alias(self, name: str, alias: str) -> int | None:
        """The version that an alias would go back to; None where nothing is known of one."""
        return registry.before_alias(self.client, name, alias)

    def delete_alias(self, name: str, alias: str) -> None:
        """Take an alias off."""
        registry.delete_alias(self.client, name, alias)

    def delete_version(self, name: str, version: int) -> None:
        """Delete a version from the registry; with the last one the name goes too."""
        registry.delete_version(self.client, name, version)

    def _pages(self) -> str | None:
        from pipelines.addresses import service_addresses

        return service_addresses(self.home).mlflow_url


def _files(result: RunResult, document: PipelineDocument, store: ResultStore | None) -> dict[str, bytes]:
    found = {
        files.PIPELINE_FILE: codec.dumps(document).encode(),
        files.STEPS_FILE: _json(stored([s.to_dict() for s in result.steps])),
        files.DATASETS_FILE: _json([asdict(d) for d in result.datasets]),
    }
    for name, report in result.reports.items():
        found[f"{files.EVALUATION}/{name}.json"] = _json(report_to_dict(report))
    for ran in result.steps:
        for file, picture in _pictures(ran, result, store).items():
            found[f"{files.EVALUATION}/{ran.id}/{file}"] = picture
    return found


def _pictures(step: StepResult, result: RunResult, store: ResultStore | None) -> dict[str, bytes]:
    """The pictures of a step's report and model, drawn once for each result."""
    if step.id not in result.reports and step.id not in result.models:
        return {}
    kept = store.attached(step.key, PICTURES) if store else None
    if kept is not None:
        return kept
    report, chain = result.reports.get(step.id), result.models.get(step.id)
    drawn = dict(pictures(report)) if report else {}
    importance = importance_picture(chain) if chain else None
    if importance is not None:
        drawn["feature_importance.png"] = importance
    if store:
        store.attach(step.key, PICTURES, drawn)
    return drawn


def _error_tag(step: str, message: str, fix: str) -> str:
    """What went wrong, as a tag holds it: messages with their templates, or the beginnings of too long texts."""
    tag = json.dumps(stored({"step": step, "message": message, "fix": fix}), ensure_ascii=False)
    if len(tag) <= LONGEST_TAG:
        return tag
    return json.dumps({"step": step, "message": message[:2000], "fix": fix[:2000]}, ensure_ascii=False)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, default=str).encode()


def _run_name(document: PipelineDocument) -> str:
    """The pipeline's name and its algorithms': what tells one run from the next in a list."""
    chosen = []
    for node in document.steps:
        algorithm = filled(node, document.defaults).get("algorithm")
        kind = algorithm.get("type") if isinstance(algorithm, dict) else None
        if node.enabled and kind in algorithms.ALGORITHMS:
            chosen.append(algorithms.ALGORITHMS[kind].title)
    unique = list(dict.fromkeys(chosen))
    return " · ".join([document.name, ", ".join(unique)]) if unique else document.name


def _draw_later() -> None:
    """Load the plotting library while the steps run, so that the run's end need not wait for it."""

    def load() -> None:
        import matplotlib.backends.backend_agg
        import matplotlib.figure  # noqa: F401

    threading.Thread(target=load, name="plots", daemon=True).start()


def _now() -> int:
    return int(time.time() * 1000)


__all__ = ["Tracking", "local_path"]
