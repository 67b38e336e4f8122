"""What is known of runs and models, as plain facts: pages, command line and REST see these and never MLflow's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pipelines.chain.contract import Contract
from pipelines.document.model import InferenceEdits
from pipelines.execution.result import DatasetUse, StepResult
from pipelines.steps.base import Curve, Report

# MLflow's tags and metadata, by the names used everywhere.
PIPELINE = "sekkei.pipeline"
PIPELINE_ID = "sekkei.pipeline_id"
REVISION = "sekkei.revision"
JOB = "sekkei.job"
PROCESS = "sekkei.process"
STATUS = "sekkei.status"
STEP = "sekkei.step"
TASK = "sekkei.task"
MODELS = "sekkei.models"
METRICS = "sekkei.metrics"
PARITY = "sekkei.parity"
EDITS = "sekkei.inference"
GATE = "sekkei.gate"
RETRAINS = "sekkei.retrains"
HISTORY = "sekkei.history."  # and the alias
DATASETS = "sekkei.datasets"
ERROR = "sekkei.error"
SECONDS = "sekkei.seconds"
CONTRACT = "sekkei_contract"


@dataclass(frozen=True)
class RunSummary:
    """One run in a list. ``status`` is a ``Status`` value; ``seconds`` None while it runs; ``mlflow_url`` empty when
    MLflow's pages are not up."""

    run_id: str
    name: str
    pipeline: str
    status: str
    started_at: datetime | None
    seconds: float | None = None
    metrics: dict[str, float] = field(default_factory=dict)
    job_id: str = ""
    revision: int | None = None
    mlflow_url: str = ""
    pipeline_id: str = ""
    retrains: str = ""  # the registered model that it was filed to retrain


@dataclass(frozen=True)
class ModelRef:
    """A model that a run logged: the step that trained it, and where MLflow has it."""

    step: str
    model_uri: str
    task: str


@dataclass(frozen=True)
class RunDetail:
    """All that MLflow knows of a run. ``error`` holds ``step``, ``message`` and ``fix`` of the step that failed."""

    summary: RunSummary
    params: dict[str, str] = field(default_factory=dict)
    steps: list[StepResult] = field(default_factory=list)
    datasets: list[DatasetUse] = field(default_factory=list)
    yaml: str = ""
    reports: dict[str, Report] = field(default_factory=dict)
    models: list[ModelRef] = field(default_factory=list)
    error: dict[str, str] | None = None
    log: list[str] = field(default_factory=list)

    @property
    def run_id(self) -> str:
        return self.summary.run_id


@dataclass(frozen=True)
class Comparison:
    """Runs side by side, in the order asked for.

    ``metrics``: name -> value by run, None where a run has none; ``params``: only those that differ, name -> value by
    run; ``curves``: kind -> (run id, curve) of every run; ``differences``: for each run, what its pipeline has
    otherwise than the first one's, a line a change; ``datasets``: name -> version by run, only where they differ.
    """

    runs: list[RunSummary]
    metrics: dict[str, list[float | None]] = field(default_factory=dict)
    params: dict[str, list[str | None]] = field(default_factory=dict)
    curves: dict[str, list[tuple[str, Curve]]] = field(default_factory=dict)
    differences: list[list[str]] = field(default_factory=list)
    datasets: dict[str, list[str | None]] = field(default_factory=dict)
    mlflow_url: str = ""


@dataclass(frozen=True)
class RegisteredModel:
    """A name in the registry. ``aliases`` maps each alias to the version it points at."""

    name: str
    latest_version: int | None
    aliases: dict[str, int] = field(default_factory=dict)
    updated_at: datetime | None = None
    task: str = ""
    description: str = ""
    mlflow_url: str = ""


@dataclass(frozen=True)
class AliasChange:
    """An alias that was moved: from which version (None: it was new) to which."""

    before: int | None
    after: int
    at: datetime


@dataclass(frozen=True)
class ModelVersion:
    """One version of a registered model.

    ``location`` is the folder or URL of its files. ``edits`` are those of its inference pipelines, ``gate`` what its
    promotion was decided by. ``contract`` and ``parity`` are None for a model that Sekkei did not
    train; what it asks for is then found by ``pipelines.inference.loading.contract_of``.
    """

    name: str
    version: int
    model_uri: str
    aliases: list[str] = field(default_factory=list)
    run_id: str = ""
    pipeline: str = ""
    revision: int | None = None
    step: str = ""
    task: str = ""
    created_at: datetime | None = None
    metrics: dict[str, float] = field(default_factory=dict)
    contract: Contract | None = None
    parity: dict[str, Any] | None = None
    datasets: list[DatasetUse] = field(default_factory=list)
    location: str = ""
    mlflow_url: str = ""
    edits: InferenceEdits = field(default_factory=InferenceEdits)
    gate: list[dict[str, Any]] = field(default_factory=list)
