"""The queue: filing jobs, reading what became of them, and the truth about those that say they run."""

from __future__ import annotations

import os
import platform
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from pipelines.errors import ConflictError, NotFoundError
from pipelines.messages import _
from pipelines.processes import ProcessId
from pipelines.records import Database, JobEventRow, JobRow, JobState, new_id, utc_now
from pipelines.workspace import Home

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from pipelines.execution.result import StepResult

LOST = _("The job's process ended before it could finish (it was killed or the machine stopped).")
LOST_ELSEWHERE = _("Nothing has been heard from the job's machine for two minutes.")
SILENCE = timedelta(minutes=2)
CLOCK_SET = timedelta(seconds=10)
HOST = platform.node()
_QUEUED_AGAIN: dict[str, Any] = {
    "state": JobState.QUEUED.value,
    "pid": None,
    "process_started": None,
    "host": None,
    "started_at": None,
    "finished_at": None,
}


@dataclass(frozen=True)
class JobEvent:
    """One thing that happened in a job. ``number`` rises; ask for the events after it."""

    number: int
    at: datetime
    kind: str
    step: str | None
    data: dict[str, Any]


@dataclass(frozen=True)
class Job:
    """A piece of background work as it stands. ``progress`` is from 0 to 1; ``error`` has message, fix, step, trace."""

    id: str
    kind: str
    state: JobState
    title: str
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    progress: float | None = None
    text: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    run_id: str | None = None
    pipeline_id: str | None = None
    cancel_requested: bool = False
    error: dict[str, Any] | None = None
    payload: dict[str, Any] = field(default_factory=dict)
    result: dict[str, Any] = field(default_factory=dict)
    steps: tuple[StepResult, ...] = ()


@dataclass(frozen=True)
class Claim:
    """A job that is to be started, or runs: what the worker needs to know of it."""

    id: str
    kind: str
    process: ProcessId | None
    has_begun: bool
    cancel_requested: bool


class Jobs:
    """The jobs of one workspace. Every read first puts right the jobs whose process is gone."""

    def __init__(self, database: Database, home: Home) -> None:
        self.database = database
        self.home = home

    def submit(
        self,
        kind: str,
        payload: dict[str, Any],
        title: str = "",
        pipeline_id: str | None = None,
        *,
        retries: int = 0,
        beside: Callable[[Session, str], None] = lambda session, job_id: None,
    ) -> Job:
        """File a job; a worker starts it. ``payload`` is plain JSON.

        ``retries``: so often it is started anew when its process was killed. ``beside(session, job_id)`` writes what
        else must be there with the job, or neither.
        """
        row = JobRow(id=new_id(), kind=kind, payload=payload, title=title, pipeline_id=pipeline_id, retries=retries)
        with self.database.session() as session:
            session.add(row)
            session.flush()
            beside(session, row.id)
        return _job(row, ())

    def resume(self, job_id: str) -> Job:
        """Have a job that failed or was cancelled run again; what it kept of its work is not done twice.

        ConflictError when it is not over, or has its result.
        """
        over = (JobState.FAILED.value, JobState.CANCELLED.value)
        again = sa.update(JobRow).where(JobRow.id == job_id, JobRow.state.in_(over))
        with self.database.session() as session:
            found = session.execute(again.values(**_QUEUED_AGAIN, cancel_requested=False, error=None, result=None))
            if not has_changed(found) and (row := session.get(JobRow, job_id)) is not None:
                raise ConflictError(_("The job cannot go on: it is {state}.", state=row.state))
        return self.get(job_id)

    def get(self, job_id: str) -> Job:
        """The job with the state of each of its steps; NotFoundError when there is none."""
        with self.database.session(read_only=True) as session:
            row = session.get(JobRow, job_id)
            if row is None:
                raise NotFoundError("job", job_id)
            if not self._is_lost(row):
                return _job(row, self._step_events(session, job_id))
        self._settle(row)
        return self.get(job_id)

    def list(
        self, kind: str | None = None, state: str | None = None, limit: int = 50, pipeline_id: str | None = None
    ) -> list[Job]:
        """Jobs, newest first, without their steps."""
        self.reconcile()
        query = sa.select(JobRow).order_by(JobRow.created_at.desc(), JobRow.id).limit(limit)
        if kind is not None:
            query = query.where(JobRow.kind == kind)
        if state is not None:
            query = query.where(JobRow.state == str(state))
        if pipeline_id is not None:
            query = query.where(JobRow.pipeline_id == pipeline_id)
        with self.database.session(read_only=True) as session:
            return [_job(row, ()) for row in session.scalars(query)]

    def cancel(self, job_id: str) -> Job:
        """Stop a job: a queued one at once, a running one as soon as its process has ended.

        ConflictError when it is over already.
        """
        with self.database.session() as session:
            waiting = sa.update(JobRow).where(JobRow.id == job_id, JobRow.state == JobState.QUEUED.value)
            stopped = session.execute(waiting.values(state=JobState.CANCELLED.value, finished_at=utc_now()))
            if not has_changed(stopped):
                running = sa.update(JobRow).where(JobRow.id == job_id, JobRow.state == JobState.RUNNING.value)
                asked = session.execute(running.values(cancel_requested=True))
                if not has_changed(asked) and (row := session.get(JobRow, job_id)) is not None:
                    raise ConflictError(_("The job is over already: it is {state}.", state=row.state))
        return self.get(job_id)

    def events(self, job_id: str, after: int = 0, limit: int = 1000) -> Sequence[JobEvent]:
        """What happened in the job since event number ``after``, oldest first."""
        query = sa.select(JobEventRow).where(JobEventRow.job_id == job_id, JobEventRow.id > after)
        with self.database.session(read_only=True) as session:
            rows = session.scalars(query.order_by(JobEventRow.id).limit(limit))
            return [JobEvent(r.id, r.at, r.kind, r.step, r.data) for r in rows]

    def log(self, job_id: str, lines: int = 1000) -> Sequence[str]:
        """The last lines of what the job printed."""
        self.get(job_id)
        path = self.home.runs / job_id / "log.txt"
        if not path.exists():
            return []
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 400 * lines))
            return file.read().decode(errors="replace").splitlines()[-lines:]

    def reconcile(self) -> Sequence[str]:
        """Put right every job that says it runs and does not: failed, cancelled, or queued again when it never began.

        Gives the ids of the jobs that changed.
        """
        query = sa.select(JobRow).where(JobRow.state == JobState.RUNNING.value)
        with self.database.session(read_only=True) as session:
            rows = list(session.scalars(query))
        return [row.id for row in rows if self._is_lost(row) and self._settle(row)]

    # The worker's side.

    def claim(self, worker: ProcessId) -> Claim | None:
        """Take the oldest queued job for ``worker``; None when there is none, or another took it first."""
        oldest = sa.select(JobRow.id).where(JobRow.state == JobState.QUEUED.value)
        oldest = oldest.order_by(JobRow.created_at, JobRow.id).limit(1)
        with self.database.session(read_only=True) as session:
            found = session.scalar(oldest)
        if found is None:
            return None
        taken = sa.update(JobRow).where(JobRow.id == found, JobRow.state == JobState.QUEUED.value)
        with self.database.session() as session:
            result = session.execute(
                taken.values(
                    state=JobState.RUNNING.value,
                    host=HOST,
                    pid=worker.pid,
                    process_started=worker.started,
                    heartbeat_at=utc_now(),
                )
            )
            return _claim(session.get_one(JobRow, found)) if has_changed(result) else None

    def running(self) -> Sequence[Claim]:
        """The jobs of this machine that say they run."""
        query = sa.select(JobRow).where(JobRow.state == JobState.RUNNING.value, JobRow.host == HOST)
        with self.database.session(read_only=True) as session:
            return [_claim(row) for row in session.scalars(query)]

    def release(self, job_id: str) -> None:
        """Put a claimed job that has not begun back into the queue."""
        waiting = sa.update(JobRow).where(
            JobRow.id == job_id, JobRow.state == JobState.RUNNING.value, JobRow.started_at.is_(None)
        )
        with self.database.session() as session:
            session.execute(waiting.values(**_QUEUED_AGAIN))

    def abandon(self, job_id: str, message: str) -> None:
        """Record that a claimed job could not be started."""
        with self.database.session() as session:
            row = session.get(JobRow, job_id)
            if row is not None and row.state == JobState.RUNNING.value:
                row.state, row.finished_at, row.error = JobState.FAILED.value, utc_now(), _error(message)

    def _is_lost(self, row: JobRow) -> bool:
        if row.state != JobState.RUNNING.value:
            return False
        if row.host != HOST:
            return row.heartbeat_at is not None and utc_now() - row.heartbeat_at > SILENCE
        if row.pid is None:
            return True
        if ProcessId(row.pid, row.process_started or 0.0).is_alive:
            return False
        # A clock that was set makes the start time look wrong; the heartbeat shows the process is the right one.
        fresh = row.heartbeat_at is not None and abs(utc_now() - row.heartbeat_at) < CLOCK_SET
        return not (fresh and (found := ProcessId.of(row.pid)) is not None and found.is_alive)

    def _settle(self, row: JobRow) -> bool:
        """Write what became of a lost job, unless its process has just written it itself."""
        values: dict[str, Any] = {"finished_at": utc_now()}
        if row.cancel_requested:
            values |= {"state": JobState.CANCELLED.value}
        elif row.started_at is None:
            values = dict(_QUEUED_AGAIN)
        elif row.retries > 0:
            values = _QUEUED_AGAIN | {"retries": row.retries - 1}
        else:
            message = LOST if row.host == HOST else LOST_ELSEWHERE
            values |= {"state": JobState.FAILED.value, "error": _error(message, _("Run it again."))}
        unchanged = sa.update(JobRow).where(
            JobRow.id == row.id, JobRow.state == JobState.RUNNING.value, JobRow.pid.is_not_distinct_from(row.pid)
        )
        with self.database.session() as session:
            return has_changed(session.execute(unchanged.values(**values)))

    def _step_events(self, session: Session, job_id: str) -> Sequence[dict[str, Any]]:
        query = sa.select(JobEventRow.data).where(JobEventRow.job_id == job_id, JobEventRow.kind == "step")
        return session.scalars(query.order_by(JobEventRow.id)).all()


def stop_process(process: ProcessId) -> None:
    """Ask a job's process to end."""
    process.send(signal.SIGTERM if os.name == "posix" else signal.SIGINT)


def fold_steps(events: Sequence[dict[str, Any]], state: JobState) -> tuple[StepResult, ...]:
    """The steps of a job from its step events, oldest first. In a job that is over, no step says it still runs."""
    if not events:
        return ()
    from pipelines.execution.result import Status, StepResult

    known = StepResult.__dataclass_fields__.keys()
    steps: dict[str, dict[str, Any]] = {}
    for event in events:
        kept = {k: v for k, v in event.items() if k in known}
        blank = {"type": "", "title": "", "status": Status.QUEUED}
        steps[kept["id"]] = blank | steps.get(kept["id"], {}) | kept
    ended = {JobState.CANCELLED: Status.CANCELLED, JobState.FAILED: Status.FAILED}.get(state, Status.SKIPPED)
    if state.is_final:
        for step in steps.values():
            if step["status"] == Status.RUNNING:
                step["status"] = ended
            elif step["status"] == Status.QUEUED:
                step["status"] = Status.CANCELLED if state is JobState.CANCELLED else Status.SKIPPED
    return tuple(StepResult.from_dict(step) for step in steps.values())


def _job(row: JobRow, step_events: Sequence[dict[str, Any]]) -> Job:
    state = JobState(row.state or JobState.QUEUED)
    progress = row.progress or {}
    return Job(
        id=row.id,
        kind=row.kind,
        state=state,
        title=row.title,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        progress=1.0 if state is JobState.DONE else progress.get("fraction"),
        text=progress.get("text", ""),
        counts=progress.get("counts") or {},
        run_id=row.run_id,
        pipeline_id=row.pipeline_id,
        cancel_requested=bool(row.cancel_requested),
        error=row.error,
        payload=row.payload,
        result=row.result or {},
        steps=fold_steps(step_events, state),
    )


def _claim(row: JobRow) -> Claim:
    process = ProcessId(row.pid, row.process_started or 0.0) if row.pid is not None else None
    return Claim(row.id, row.kind, process, row.started_at is not None, row.cancel_requested)


def _error(message: str, fix: str = "") -> dict[str, Any]:
    return {"message": message, "fix": fix, "step": None, "trace": ""}


def has_changed(result: sa.Result[Any]) -> bool:
    """Whether an UPDATE found the row it was meant for."""
    return bool(result.rowcount)  # type: ignore[attr-defined]
