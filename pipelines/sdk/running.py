"""A pipeline run from beginning to end: the engine, and what MLflow is told of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import yaml

from pipelines.datasets.catalogue import Catalogue
from pipelines.document import codec, edits
from pipelines.document.model import PipelineDocument
from pipelines.document.parameter_edits import with_values
from pipelines.errors import NotFoundError, ParameterError, SekkeiError, nearest, storage_error
from pipelines.execution.cache import ResultStore
from pipelines.execution.datasets import WholeDatasets
from pipelines.execution.events import Event, Progress, Sink, StepChanged, ignore
from pipelines.execution.reasons import LastRun
from pipelines.execution.result import RunResult, Status
from pipelines.execution.runner import Runner, in_words
from pipelines.graph.order import Graph, leak_proof, resolve
from pipelines.inference.logging import log_models
from pipelines.jobs import Jobs
from pipelines.messages import Joined, _, listed
from pipelines.records import Database
from pipelines.settings import settings
from pipelines.tracking import Tracking
from pipelines.workspace import Home

GIB = 2**30
RECENT = 5  # of so many runs at most, one that has ended is looked for

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Order:
    """What is to be run: the document, where it comes from, who asked, and what of it.

    ``parameters`` are the run's own values of pipeline parameters; ``until`` names the last step wanted, None: all;
    from ``fresh_from`` on results are computed anew. ``experiment`` is MLflow's that the run is filed in, "": the
    pipeline's own. ``retrains`` is the registered model that is trained again.
    """

    document: PipelineDocument
    pipeline_id: str | None = None
    revision: int | None = None
    author: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    until: str | None = None
    fresh_from: str | None = None
    experiment: str = ""
    retrains: str = ""

    @property
    def as_run(self) -> PipelineDocument:
        """The document with the run's own values of its parameters."""
        return with_values(self.document, self.parameters)

    def payload(self) -> dict[str, Any]:
        return asdict(self) | {"document": codec.dumps(self.document)}

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Order:
        return cls(**payload | {"document": codec.loads(payload["document"])})


def planned(graph: Graph, until: str | None, fresh_from: str | None) -> tuple[Graph, frozenset[str]]:
    """The part of ``graph`` to be run, and the steps of it that are to be computed anew."""
    if until is not None:
        _require_step(graph, until)
        graph = graph.until(until)
    if fresh_from is None:
        return graph, frozenset()
    if fresh_from not in graph and until is not None and fresh_from in graph.document.ids:
        raise ParameterError(
            _(
                "A run to {until!r} does not come to {fresh_from!r}, so it cannot begin there.",
                until=until,
                fresh_from=fresh_from,
            ),
            fix=_("Choose a step before it, or run all."),
        )
    _require_step(graph, fresh_from)
    return graph, frozenset([fresh_from, *(n.id for n in graph.descendants(fresh_from))])


def _require_step(graph: Graph, step: str) -> None:
    if step in graph:
        return
    if step in graph.document.ids:
        raise ParameterError(
            _("The step {step!r} is switched off.", step=step), fix=_("Switch it on, or choose another.")
        )
    raise NotFoundError("step", step, graph.document.ids)


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


def assigned(
    document: PipelineDocument, assignments: Sequence[str] | Mapping[str, Any]
) -> tuple[PipelineDocument, dict[str, Any]]:
    """``document`` with ``STEP.PARAM=VALUE`` assignments made, and the values that ``NAME=VALUE`` gives its parameters.

    A value is read as YAML, so ``0.7`` is a number.
    """
    pairs = assignments.items() if isinstance(assignments, Mapping) else [_pair(a) for a in assignments]
    values: dict[str, Any] = {}
    for target, value in pairs:
        step, dot, parameter = target.partition(".")
        if not dot:
            values[_known_parameter(document, target)] = value
            continue
        if step not in document.ids:
            close = nearest(step, document.ids)
            raise ParameterError(
                _("There is no step {step!r} in this pipeline.", step=step),
                fix=_("Did you mean {close!r}?", close=close) if close else "",
            )
        if not parameter:
            raise ParameterError(_("{target!r} names no parameter.", target=target), fix=_("Write STEP.PARAM=VALUE."))
        document = edits.SetParameter(step, parameter, value).apply(document)
    return document, values


def _known_parameter(document: PipelineDocument, name: str) -> str:
    if name in document.defaults:
        return name
    if name in document.ids:
        raise ParameterError(
            _("{name!r} is a step and names no parameter.", name=name), fix=_("Write {name}.PARAM=VALUE.", name=name)
        )
    close = nearest(name, list(document.defaults))
    none = _("This pipeline has no parameters of its own; write STEP.PARAM=VALUE.")
    others = _("Its parameters are {names}.", names=listed(list(document.defaults))) if document.defaults else none
    raise ParameterError(
        _("There is no pipeline parameter {name!r}.", name=name),
        fix=_("Did you mean {close!r}?", close=close) if close else others,
    )


def execute(
    home: Home,
    database: Database,
    order: Order,
    *,
    job_id: str = "",
    sink: Sink = ignore,
    cancelled: Callable[[], bool] = lambda: False,
    started: Callable[[str], None] = lambda run_id: None,
    began: float | None = None,
) -> Finished:
    """Run ``order`` to its end and track it in MLflow, also when it fails or is cancelled.

    ``began``: when its job did, in seconds since the epoch; None: now.
    """
    store = ResultStore(home.cache)
    tracking = Tracking(home)
    began = time.time() if began is None else began
    document = order.as_run
    graph, fresh = planned(leak_proof(resolve(document)), order.until, order.fresh_from)
    last = last_run(tracking, document.name)
    run_id = tracking.start(
        document,
        pipeline_id=order.pipeline_id,
        revision=order.revision,
        job_id=job_id,
        author=order.author,
        experiment=order.experiment,
        retrains=order.retrains,
        began=began,
    )
    started(run_id)
    try:
        datasets = WholeDatasets(Catalogue(home, database))
        result = Runner(datasets, store, sink, cancelled, home.results / run_id, fresh, last).run(graph)
        if result.status is Status.DONE:
            log_models(tracking, run_id, result, store)
        result.seconds = tracking.finish(run_id, result, document, store)
    except BaseException as error:
        if storage_error(error) is not None:
            store.trim(0)  # kept results give way, so that how the run ended can still be written
        _abandon(tracking, run_id, error, Jobs(database, home), job_id)
        raise
    store.trim(int(settings().cache_gib * GIB))
    return Finished(run_id, result)


def last_run(tracking: Tracking, pipeline: str) -> LastRun | None:
    """The newest run of the pipeline of this name that has ended; None when there is none that can be read."""
    try:
        ended = (r for r in tracking.list_runs(pipeline=pipeline, limit=RECENT) if Status(r.status).is_final)
        for summary in ended:
            found = tracking.get_run(summary.run_id)
            if found.steps and found.yaml:
                steps = {s.id: s for s in found.steps}
                return LastRun(codec.loads(found.yaml), steps, {d.step: d.content_hash for d in found.datasets})
    except Exception as error:  # why a step was not reused is worth no failed run
        _logger.warning("The last run of %r could not be read: %s", pipeline, error)
        _logger.debug("How that came:", exc_info=True)
    return None


def _abandon(tracking: Tracking, run_id: str, error: BaseException, jobs: Jobs, job_id: str) -> None:
    """Tell MLflow how a run ended that could not come to its own end; what went wrong first is not covered up."""
    try:
        if isinstance(error, Exception):
            tracking.abandon(run_id, in_words(error) if not isinstance(error, SekkeiError) else error.message)
        else:
            tracking.abandon(run_id, cancelled=jobs.get(job_id).cancel_requested if job_id else True)
    except Exception as untold:
        _logger.error("MLflow could not be told how run %s ended: %s", run_id, storage_error(untold) or untold)
        _logger.debug("How that came:", exc_info=True)


def run_job(payload: dict[str, Any], context: Any) -> dict[str, Any]:
    """The job handler of kind ``run``: what the engine tells goes into the job's events."""
    home = context.home
    database = Database(home.database_url)
    begun = Jobs(database, home).get(context.job_id).started_at

    def tell(event: Event) -> None:
        match event:
            case StepChanged(result):
                context.emit({"kind": "step", "step": result.id, **result.to_dict()})
            case Progress(step, done, text):
                context.progress(done, Joined([step, text], ": "))

    finished = execute(
        home,
        database,
        Order.from_payload(payload),
        job_id=context.job_id,
        sink=tell,
        cancelled=context.cancelled,
        started=context.started,
        began=begun.timestamp() if begun else None,
    )
    return finished.to_dict()


def _pair(assignment: str) -> tuple[str, Any]:
    target, equals, text = assignment.partition("=")
    if not equals:
        raise ParameterError(
            _("{assignment!r} assigns nothing.", assignment=assignment), fix=_("Write NAME=VALUE or STEP.PARAM=VALUE.")
        )
    try:
        return target.strip(), yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ParameterError(
            _("The value in {assignment!r} cannot be read.", assignment=assignment), fix=_("Quote it as in YAML.")
        ) from error
