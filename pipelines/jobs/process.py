"""The job's own process: it begins the job, runs its handler, and writes what became of it."""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import logging
import multiprocessing
import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from types import FrameType
from typing import Any

import sqlalchemy as sa

from pipelines.errors import SekkeiError, storage_error
from pipelines.jobs.queue import has_changed
from pipelines.messages import _
from pipelines.processes import ProcessId
from pipelines.records import Database, JobEventRow, JobRow, JobState, utc_now
from pipelines.steps import custom
from pipelines.workspace import Home

Handler = Callable[[dict[str, Any], "JobContext"], dict[str, Any] | None]

PRELOAD = (
    "numpy",
    "pandas",
    "pyarrow.parquet",
    "sklearn.ensemble",
    "sklearn.linear_model",
    "sklearn.model_selection",
    "sklearn.pipeline",
    "sklearn.preprocessing",
    "matplotlib.backends.backend_agg",
    "matplotlib.figure",
    "mlflow",
    "mlflow.pyfunc",
    "mlflow.tracking",
    "pipelines.jobs.process",
    "pipelines.sdk.running",
    "pipelines.batch.job",
    "pipelines.batch.local",
)
HEARTBEAT_SECONDS = 2.0
FLUSH_SECONDS = 0.05
GRACE_SECONDS = 5.0

_logger = logging.getLogger(__name__)


class JobCancelled(BaseException):
    """Raised in a job's handler when the job is cancelled; passes every ``except Exception``."""


@dataclass
class JobContext:
    """What a handler has of its job.

    ``emit(event)`` keeps a dict with a ``kind`` (``step`` events carry the fields of a StepResult) as one of the job's
    events; a ``run_id`` in it becomes the job's. ``progress(fraction, text, counts)`` says how far it is, from 0 to 1,
    and what was counted so far.
    ``cancelled()`` tells whether the job shall stop; its process is ended soon after in any case. What the handler
    returns is the job's result; a ``status`` of ``failed`` or ``cancelled`` in it, with ``error``, is the job's state.
    """

    job_id: str
    home: Home
    database: Database
    _recorder: Recorder = field(repr=False)

    def emit(self, event: dict[str, Any]) -> None:
        self._recorder.emit(event)

    def progress(self, fraction: float, text: str = "", counts: dict[str, int] | None = None) -> None:
        self._recorder.progress(fraction, text, counts)

    def started(self, run_id: str) -> None:
        """Say which MLflow run the job has begun."""
        self._recorder.emit({"kind": "run", "run_id": run_id})

    def cancelled(self) -> bool:
        return self._recorder.cancelled.is_set()

    @property
    def folder(self) -> Path:
        """The job's own folder, which exists."""
        return self.home.runs / self.job_id


def context() -> multiprocessing.context.ForkServerContext:
    """The warm parent of all jobs: a server that has the libraries loaded and forks from there."""
    forkserver = multiprocessing.get_context("forkserver")
    forkserver.set_forkserver_preload(list(PRELOAD))
    return forkserver


def start(home: Home, job_id: str, handler: str, worker: ProcessId) -> ForkServerProcess:
    """Start the process of a job that ``worker`` has claimed; ``handler`` is ``module:function``."""
    process = context().Process(
        target=run, args=(str(home.root), job_id, handler, worker), name=f"job-{job_id}", daemon=False
    )
    process.start()
    return process


def warm_up() -> ForkServerProcess:
    """Have the warm parent load its libraries now; the process given ends when it has."""
    process = context().Process(target=_nothing, daemon=True)
    process.start()
    return process


def errand(home: Home, function: str) -> ForkServerProcess:
    """Call ``module:function`` with the workspace, in a process from the warm parent."""
    process = context().Process(target=_run_errand, args=(str(home.root), function), daemon=True)
    process.start()
    return process


def _run_errand(root: str, function: str) -> None:
    custom.follow(Path(root))
    resolve(function)(Home(Path(root)))


def _nothing() -> None:
    """Only a forked process proves that the warm parent is warm."""


def limit_threads(jobs: int) -> None:
    """Share the processors between ``jobs`` jobs, in what numeric libraries read when they are loaded."""
    share = str(max(1, (os.cpu_count() or 1) // max(1, jobs)))
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, share)


def run(root: str, job_id: str, handler: str, worker: ProcessId) -> None:
    """Run one job from beginning to end. Does nothing when the claim is no longer ``worker``'s."""
    if hasattr(os, "setsid"):
        os.setsid()
    home = Home(Path(root))
    custom.follow(home.root)
    _redirect(home.runs / job_id / "log.txt")
    database = Database(home.database_url)
    recorder = Recorder(database, job_id)
    signal.signal(signal.SIGTERM, recorder.on_signal)
    payload = recorder.begin(worker)
    if payload is None:
        return
    job = JobContext(job_id, home, database, recorder)
    try:
        values = _outcome(recorder, handler, payload, job)
    except JobCancelled:  # the signal came after the handler's own end
        values = _stopped(recorder)
    recorder.finish(values)


def _outcome(recorder: Recorder, handler: str, payload: dict[str, Any], job: JobContext) -> dict[str, Any]:
    try:
        result = resolve(handler)(payload, job) or {}
        recorder.interruptible = False
    except JobCancelled:
        recorder.interruptible = False
        return _stopped(recorder)
    except BaseException as error:
        recorder.interruptible = False
        traceback.print_exc()
        return {"state": JobState.FAILED.value, "error": _explain(error)}
    values: dict[str, Any] = {"state": JobState.DONE.value, "result": result}
    if result.get("status") in (JobState.FAILED, JobState.CANCELLED):
        blank = {"message": _("The job failed."), "fix": "", "step": None, "trace": ""}
        values["state"] = str(result["status"])
        values["error"] = blank | (result.get("error") or {}) if values["state"] == JobState.FAILED else None
    return values | ({"run_id": result["run_id"]} if result.get("run_id") else {})


def _stopped(recorder: Recorder) -> dict[str, Any]:
    if recorder.is_cancel_requested():
        return {"state": JobState.CANCELLED.value}
    error = {"message": _("The job's process was told to stop before it could finish."), "fix": _("Run it again.")}
    return {"state": JobState.FAILED.value, "error": error | {"step": None, "trace": ""}}


def resolve(handler: str) -> Callable[..., Any]:
    """The function behind ``module:function``."""
    module, _, name = handler.partition(":")
    return getattr(importlib.import_module(module), name)


def _explain(error: BaseException) -> dict[str, Any]:
    trace = "".join(traceback.format_exception(error))
    error = storage_error(error) or error
    if isinstance(error, SekkeiError):
        step = getattr(error, "step", None)
        trace = getattr(error, "trace", "") or trace
        return {"message": error.message, "fix": error.fix, "step": step, "trace": trace}
    message: str
    if isinstance(error, MemoryError):
        message, fix = _("There is not enough memory for this job."), _("Use fewer rows or columns.")
    elif isinstance(error, SystemExit):
        message, fix = _("The job ended its own process."), _("Look for a call of exit() in its code.")
    else:
        message, fix = f"{type(error).__name__}: {error}", _("The job's log has the details.")
    return {"message": message, "fix": fix, "step": None, "trace": trace}


def _redirect(path: Path) -> None:
    """Send all output, also that of C libraries and child processes, to the job's log."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)
    sys.stdout = open(1, "w", buffering=1, encoding="utf-8", closefd=False)  # noqa: SIM115 - lives as long as the process
    sys.stderr = open(2, "w", buffering=1, encoding="utf-8", closefd=False)  # noqa: SIM115
    faulthandler.enable(sys.stderr)
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True
    )


class Recorder:
    """Writes a job's events, progress and heartbeat from a thread of its own: the work does not wait for them."""

    def __init__(self, database: Database, job_id: str) -> None:
        self.database = database
        self.job_id = job_id
        self.cancelled = threading.Event()
        self.interruptible = False
        self._mine = ProcessId.mine()
        self._events: queue.SimpleQueue[tuple[Any, dict[str, Any]]] = queue.SimpleQueue()
        self._progress: dict[str, Any] | None = None
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="recorder", daemon=True)

    def begin(self, worker: ProcessId) -> dict[str, Any] | None:
        """Take the job over from ``worker``; its payload, or None when it is not ``worker``'s to give any more."""
        mine = sa.update(JobRow).where(
            JobRow.id == self.job_id,
            JobRow.state == JobState.RUNNING.value,
            JobRow.pid == worker.pid,
            JobRow.started_at.is_(None),
        )
        with self.database.session() as session:
            result = session.execute(
                mine.values(
                    pid=self._mine.pid,
                    process_started=self._mine.started,
                    started_at=utc_now(),
                    heartbeat_at=utc_now(),
                )
            )
            if not has_changed(result):
                return None
            payload = session.get_one(JobRow, self.job_id).payload
        self.interruptible = True
        self._thread.start()
        return payload

    def emit(self, event: dict[str, Any]) -> None:
        self._events.put((utc_now(), dict(event)))
        self._wake.set()

    def progress(self, fraction: float, text: str = "", counts: dict[str, int] | None = None) -> None:
        self._progress = {"fraction": min(1.0, max(0.0, float(fraction))), "text": text, "counts": counts or {}}
        self._wake.set()

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        """SIGTERM: the handler is left where it stands, once."""
        if self.interruptible:
            self.interruptible = False
            self.cancelled.set()
            raise JobCancelled

    def finish(self, values: dict[str, Any]) -> None:
        """Write the rest of the events and the final state, once and together."""
        self._ended.set()
        self._wake.set()
        self._thread.join()
        for attempt in range(5):
            try:
                self._write(values | {"finished_at": utc_now()})
                return
            except sa.exc.OperationalError:
                _logger.exception("The job's end could not be written, attempt %d.", attempt + 1)
                time.sleep(1.0)

    def _keep(self) -> None:
        heard, asked = time.monotonic(), 0.0
        while not self._ended.is_set():
            self._wake.wait(HEARTBEAT_SECONDS)
            if self._ended.wait(FLUSH_SECONDS if self._wake.is_set() else 0):
                return
            self._wake.clear()
            try:
                due = time.monotonic() - heard >= HEARTBEAT_SECONDS
                self._write({"heartbeat_at": utc_now()} if due else {})
                heard = time.monotonic() if due else heard
                if not asked and due and self.is_cancel_requested():
                    asked = time.monotonic()
                    self.cancelled.set()
                    os.kill(os.getpid(), signal.SIGTERM)
                elif asked and time.monotonic() - asked > GRACE_SECONDS:
                    self._mine.kill_group()
            except sa.exc.SQLAlchemyError:
                _logger.exception("The job's records could not be written; trying again.")

    def is_cancel_requested(self) -> bool:
        """Whether somebody asked for the job to be cancelled; else a SIGTERM came from outside."""
        with self.database.session(read_only=True) as session:
            return bool(session.scalar(sa.select(JobRow.cancel_requested).where(JobRow.id == self.job_id)))

    def _write(self, values: dict[str, Any]) -> None:
        events, run_id = self._drain()
        progress, self._progress = self._progress, None
        values = dict(values)
        if progress is not None:
            values["progress"] = progress
        if run_id:
            values.setdefault("run_id", run_id)
        if not events and not values:
            return
        try:
            with self.database.session() as session:
                session.add_all([_row(self.job_id, at, event) for at, event in events])
                if values:
                    alive = sa.update(JobRow).where(JobRow.id == self.job_id, JobRow.state == JobState.RUNNING.value)
                    session.execute(alive.where(JobRow.pid == self._mine.pid).values(**values))
        except sa.exc.SQLAlchemyError:
            for item in events:
                self._events.put(item)
            self._progress = self._progress or progress
            raise

    def _drain(self) -> tuple[list[tuple[Any, dict[str, Any]]], str | None]:
        events: list[tuple[Any, dict[str, Any]]] = []
        with contextlib.suppress(queue.Empty):
            while True:
                events.append(self._events.get_nowait())
        run_id = next((e["run_id"] for _, e in events if e.get("run_id")), None)
        return events, run_id


def _row(job_id: str, at: Any, event: dict[str, Any]) -> JobEventRow:
    kind = str(event.get("kind", "log"))
    data = {k: v for k, v in event.items() if k != "kind"}
    step = event.get("step") or (event.get("id") if kind == "step" else None)
    return JobEventRow(job_id=job_id, at=at, kind=kind, step=step, data=data)
