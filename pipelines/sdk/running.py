"""A pipeline run from beginning to end: the engine, and what MLflow is told of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import yaml

from pipelines.datasets.catalogue import Catalogue
from pipelines.document import codec, edits
from pipelines.document.model import PipelineDocument
from pipelines.errors import ParameterError, SekkeiError, nearest
from pipelines.execution.cache import ResultStore
from pipelines.execution.datasets import WholeDatasets
from pipelines.execution.events import Event, Progress, Sink, StepChanged, ignore
from pipelines.execution.result import RunResult, Status
from pipelines.execution.runner import Runner, in_words
from pipelines.graph.order import leak_proof, resolve
from pipelines.inference.logging import log_models
from pipelines.jobs import Jobs
from pipelines.records import Database
from pipelines.settings import settings
from pipelines.tracking import Tracking
from pipelines.workspace import Home

GIB = 2**30

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Order:
    """What is to be run: the document, where it comes from, and who asked."""

    document: PipelineDocument
    pipeline_id: str | None = None
    revision: int | None = None
    author: str = ""

    def payload(self) -> dict[str, Any]:
        return asdict(self) | {"document": codec.dumps(self.document)}

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Order:
        return cls(**payload | {"document": codec.loads(payload["document"])})


@dataclass(frozen=True)
class Finished:
    """A run that has ended, and its id in MLflow."""

    run_id: str
    result: RunResult

    def to_dict(self) -> dict[str, Any]:
        failure = self.result.failure
        return {
            "run_id": self.run_id,
            "status": self.result.status.value,
            "metrics": self.result.metrics,
            "seconds": self.result.seconds,
            "steps": [s.to_dict() for s in self.result.steps],
            "datasets": [asdict(d) for d in self.result.datasets],
            "error": {"step": failure.id, "message": failure.message, "fix": failure.fix} if failure else None,
        }


def assigned(document: PipelineDocument, assignments: Sequence[str] | dict[str, Any]) -> PipelineDocument:
    """``document`` with ``STEP.PARAM=VALUE`` assignments made; a value is read as YAML, so ``0.7`` is a number."""
    pairs = assignments.items() if isinstance(assignments, dict) else [_pair(a) for a in assignments]
    for target, value in pairs:
        step, _, parameter = target.partition(".")
        if step not in document.ids:
            close = nearest(step, document.ids)
            raise ParameterError(
                f"There is no step {step!r} in this pipeline.", fix=f"Did you mean {close!r}?" if close else ""
            )
        if not parameter:
            raise ParameterError(f"{target!r} names no parameter.", fix="Write STEP.PARAM=VALUE.")
        document = edits.SetParameter(step, parameter, value).apply(document)
    return document


def execute(
    home: Home,
    database: Database,
    order: Order,
    *,
    job_id: str = "",
    sink: Sink = ignore,
    cancelled: Callable[[], bool] = lambda: False,
    started: Callable[[str], None] = lambda run_id: None,
) -> Finished:
    """Run ``order`` to its end and track it in MLflow, also when it fails or is cancelled."""
    store = ResultStore(home.cache)
    tracking = Tracking(home)
    began = time.time()
    run_id = tracking.start(
        order.document, pipeline_id=order.pipeline_id, revision=order.revision, job_id=job_id, author=order.author
    )
    started(run_id)
    try:
        runner = Runner(WholeDatasets(Catalogue(home, database)), store, sink, cancelled, home.results / run_id)
        result = runner.run(leak_proof(resolve(order.document)))
        if result.status is Status.DONE:
            log_models(tracking, run_id, result, store)
        tracking.finish(run_id, result, order.document)
    except BaseException as error:
        _abandon(tracking, run_id, error, Jobs(database, home), job_id)
        raise
    store.trim(int(settings().cache_gib * GIB))
    result.seconds = time.time() - began
    return Finished(run_id, result)


def _abandon(tracking: Tracking, run_id: str, error: BaseException, jobs: Jobs, job_id: str) -> None:
    """Tell MLflow how a run ended that could not come to its own end; what went wrong first is not covered up."""
    try:
        if isinstance(error, Exception):
            tracking.abandon(run_id, in_words(error) if not isinstance(error, SekkeiError) else error.message)
        else:
            tracking.abandon(run_id, cancelled=jobs.get(job_id).cancel_requested if job_id else True)
    except Exception:
        _logger.exception("MLflow could not be told how run %s ended.", run_id)


def run_job(payload: dict[str, Any], context: Any) -> dict[str, Any]:
    """The job handler of kind ``run``: what the engine tells goes into the job's events."""
    home = context.home
    database = Database(home.database_url)

    def tell(event: Event) -> None:
        match event:
            case StepChanged(result):
                context.emit({"kind": "step", "step": result.id, **result.to_dict()})
            case Progress(step, done, text):
                context.progress(done, f"{step}: {text}" if text else step)

    finished = execute(
        home,
        database,
        Order.from_payload(payload),
        job_id=context.job_id,
        sink=tell,
        cancelled=context.cancelled,
        started=context.started,
    )
    return finished.to_dict()


def _pair(assignment: str) -> tuple[str, Any]:
    target, equals, text = assignment.partition("=")
    if not equals:
        raise ParameterError(f"{assignment!r} assigns nothing.", fix="Write STEP.PARAM=VALUE.")
    try:
        return target.strip(), yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ParameterError(f"The value in {assignment!r} cannot be read.", fix="Quote it as in YAML.") from error
