"""What a run gives back: plain facts about each step, and the way to its outputs."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from pipelines.chain.chain import Chain
from pipelines.steps.base import Report


class Status(StrEnum):
    """Where a step, or a run as a whole, stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    REUSED = "reused"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"

    @property
    def is_final(self) -> bool:
        return self not in (Status.QUEUED, Status.RUNNING)


@dataclass(frozen=True)
class StepResult:
    """One step of a run. ``key`` finds its output in the result store; ``seconds`` is what it took, 0 when reused;
    ``reason`` says why an earlier result could not be taken, empty when that is not known; ``further`` names the tables
    it gave beside its first."""

    id: str
    type: str
    title: str
    status: Status
    seconds: float = 0.0
    rows: int | None = None
    columns: int | None = None
    key: str = ""
    message: str = ""
    fix: str = ""
    trace: str = ""
    notes: tuple[str, ...] = ()
    reason: str = ""
    further: tuple[str, ...] = ()

    @property
    def reused(self) -> bool:
        return self.status is Status.REUSED

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {
            "status": self.status.value,
            "reused": self.reused,
            "notes": list(self.notes),
            "further": list(self.further),
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> StepResult:
        kept = {k: v for k, v in values.items() if k != "reused"}
        listed = {name: tuple(values.get(name, ())) for name in ("notes", "further")}
        return cls(**kept | listed | {"status": Status(values["status"])})


@dataclass(frozen=True)
class DatasetUse:
    """A dataset version that a run read."""

    step: str
    name: str
    version: int
    content_hash: str
    rows: int


@dataclass
class RunResult:
    """A finished execution of a pipeline, whatever became of it."""

    status: Status
    steps: list[StepResult] = field(default_factory=list)
    reports: dict[str, Report] = field(default_factory=dict)
    models: dict[str, Chain] = field(default_factory=dict)
    datasets: list[DatasetUse] = field(default_factory=list)
    exports: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def failure(self) -> StepResult | None:
        return next((s for s in self.steps if s.status is Status.FAILED), None)

    @property
    def metrics(self) -> dict[str, float]:
        """Every metric under its own name; with the step's id before it where several steps report."""
        several = sum(bool(r.metrics) for r in self.reports.values()) > 1
        return {
            f"{step}.{name}" if several else name: value
            for step, report in self.reports.items()
            for name, value in report.metrics.items()
        }
