"""The worker: starts queued jobs in processes of their own and watches them."""

from __future__ import annotations

import json
import logging
import os
import signal
import threading
import time
from collections.abc import Sequence
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerProcess
from types import FrameType
from typing import NoReturn

import sqlalchemy as sa
from filelock import Timeout

from pipelines.errors import ConflictError
from pipelines.jobs.process import GRACE_SECONDS, errand, limit_threads, start, warm_up
from pipelines.jobs.queue import Claim, Jobs, stop_process
from pipelines.messages import _
from pipelines.processes import ProcessId
from pipelines.records import Database, utc_now
from pipelines.serving.timekeeper import Timekeeper
from pipelines.settings import settings
from pipelines.workspace import Home, write_atomic

KINDS: dict[str, str] = {
    "run": "pipelines.sdk.running:run_job",
    "batch": "pipelines.batch.job:batch_job",
    "publish": "pipelines.sdk.models:publish_job",
}
"""What runs each kind of job: ``module:function``, loaded in the job's process."""

SETTLE = "pipelines.sdk.lost:settle_home"
"""What is called after a job was killed, and when the worker begins: some may have been while there was none."""

POLL_SECONDS = 0.1
RECONCILE_SECONDS = 3.0
_KILLED = (-signal.SIGKILL, 255)
"""How a process ends that is killed, alone or with the warm parent: before its job began, it is started once more."""

_logger = logging.getLogger(__name__)


class Worker:
    """Runs the jobs of one workspace, up to ``settings().workers`` at a time.

    Jobs outlive it: one that runs when the worker ends goes on, and the next worker watches it instead of starting a
    second one.
    """

    def __init__(self, home: Home, *, kinds: dict[str, str] | None = None, slots: int | None = None) -> None:
        self.home = home
        self.kinds = KINDS if kinds is None else kinds
        self.slots = slots or settings().workers
        self.me = ProcessId.mine()
        self.database = Database(home.database_url)
        self.jobs = Jobs(self.database, home)
        self._children: dict[str, ForkServerProcess] = {}
        self._stopping: dict[str, float] = {}
        self._adopted: set[str] = set()
        self._tried_again: set[str] = set()
        self._unsettled = True
        self._errand: ForkServerProcess | None = None
        self._stop = threading.Event()

    def run(self) -> None:
        """Work until SIGTERM or SIGINT. ConflictError when this workspace has a worker already."""
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self._on_signal)
        lock = self.home.lock("worker", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise ConflictError(_("This workspace has a worker already.")) from None
        try:
            self.database.upgrade()
            limit_threads(self.slots)
            warm = warm_up()
            timekeeper = Timekeeper(self.home, self.database)
            keeping = threading.Thread(target=timekeeper.run, args=(self._stop,), name="timekeeper", daemon=True)
            keeping.start()
            self._loop()
            warm.kill()
        finally:
            lock.release()

    def stop(self) -> None:
        """End ``run`` soon; its jobs go on."""
        self._stop.set()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.stop()

    def _loop(self) -> None:
        checked = 0.0
        while not self._stop.is_set():
            try:
                self._collect()
                if time.monotonic() - checked >= RECONCILE_SECONDS:
                    self._reconcile()
                    self._beat()
                    checked = time.monotonic()
                running = self.jobs.running()
                self._watch_adopted(running)
                self._settle()
                self._end_cancelled(running)
                if len(running) < self.slots and self._start_next():
                    continue
            except (sa.exc.SQLAlchemyError, OSError):
                _logger.exception("The worker could not read its queue; trying again.")
                self._stop.wait(1.0)
            self._wait()

    def _wait(self) -> None:
        sentinels = [child.sentinel for child in self._children.values()]
        if sentinels:
            wait(sentinels, POLL_SECONDS)
        else:
            self._stop.wait(POLL_SECONDS)

    def _start_next(self) -> bool:
        claim = self.jobs.claim(self.me)
        if claim is None:
            return False
        handler = self.kinds.get(claim.kind)
        if handler is None:
            self.jobs.abandon(claim.id, _("This Sekkei knows no jobs of kind {kind!r}.", kind=claim.kind))
            return True
        _logger.info("Starting job %s (%s).", claim.id, claim.kind)
        try:
            self._children[claim.id] = start(self.home, claim.id, handler, self.me)
        except (OSError, EOFError) as error:  # the warm parent was killed at this moment; the next call makes another
            self.jobs.release(claim.id)
            raise OSError(f"Job {claim.id} was not started: {error!r}") from error
        return True

    def _collect(self) -> None:
        """Let go of the children that have ended; those that ended without a word are put right."""
        for job_id in [j for j, child in self._children.items() if not child.is_alive()]:
            child = self._children.pop(job_id)
            if any(c.id == job_id and not c.has_begun for c in self.jobs.running()):
                if child.exitcode in _KILLED and job_id not in self._tried_again:
                    self._tried_again.add(job_id)
                    self.jobs.release(job_id)
                    continue
                self.jobs.abandon(
                    job_id, _("The job's process could not begin (exit code {exitcode}).", exitcode=child.exitcode)
                )
            self._unsettled = self._unsettled or child.exitcode != 0
            self._reconcile()

    def _reconcile(self) -> None:
        self._unsettled = bool(self.jobs.reconcile()) or self._unsettled

    def _watch_adopted(self, running: Sequence[Claim]) -> None:
        """Of a job that an earlier worker started, nobody tells how it ended."""
        now = {c.id for c in running} - self._children.keys()
        self._unsettled = self._unsettled or bool(self._adopted - now)
        self._adopted = now

    def _settle(self) -> None:
        """Have the runs of killed jobs put right, by one process at a time."""
        if self._unsettled and (self._errand is None or not self._errand.is_alive()):
            self._unsettled, self._errand = False, errand(self.home, SETTLE)

    def _end_cancelled(self, running: Sequence[Claim]) -> None:
        for claim in running:
            if not claim.cancel_requested or not claim.has_begun or claim.process is None:
                continue
            if claim.id not in self._stopping:
                self._stopping[claim.id] = time.monotonic() + GRACE_SECONDS
                stop_process(claim.process)
            elif time.monotonic() > self._stopping[claim.id]:
                claim.process.kill_group()
                self._reconcile()
        self._stopping = {k: v for k, v in self._stopping.items() if any(c.id == k for c in running)}

    def _beat(self) -> None:
        state = self.me.to_dict() | {"at": utc_now().isoformat(), "jobs": sorted(self._children)}
        write_atomic(self.home.locks / "worker.json", json.dumps(state).encode())


def leave(code: int = 0) -> NoReturn:
    """End the worker's process without waiting for its jobs, which multiprocessing would do."""
    logging.shutdown()
    os._exit(code)
