"""What happens to batch endpoints by itself: jobs whose time has come are filed, and webhooks are told of ends."""

from __future__ import annotations

import contextlib
import logging
import shutil
import threading
import time
from typing import Any

import sqlalchemy as sa

from pipelines.errors import SekkeiError
from pipelines.jobs import Jobs
from pipelines.records import BatchEndpointRow, BatchJobRow, BatchScheduleRow, Database, JobRow, JobState, utc_now
from pipelines.serving import webhooks
from pipelines.serving.batch_answers import job_answer
from pipelines.serving.batch_endpoints import BatchEndpoints
from pipelines.serving.batch_requests import read_request
from pipelines.serving.schedules import next_time
from pipelines.settings import settings
from pipelines.workspace import Home

TICK_SECONDS = 1.0
HOUR, DAY = 3600.0, 86_400.0
_FINAL = tuple(s.value for s in JobState if s.is_final)

_logger = logging.getLogger(__name__)


class Timekeeper:
    """Keeps the time of one workspace; one at a time, beside its worker."""

    def __init__(self, home: Home, database: Database) -> None:
        self.home, self.database = home, database
        self.jobs = Jobs(database, home)
        self.endpoints = BatchEndpoints(home, database, self.jobs)
        self._swept = 0.0

    def run(self, stop: threading.Event) -> None:
        """Tick until ``stop``."""
        while not stop.wait(TICK_SECONDS):
            try:
                self.tick()
            except (sa.exc.SQLAlchemyError, SekkeiError, OSError):
                _logger.exception("Schedules and webhooks could not be looked after; trying again.")

    def tick(self) -> None:
        """Do what is due now."""
        self._start_due()
        self._tell_due()
        if time.monotonic() - self._swept > HOUR:
            self._swept = time.monotonic()
            self._sweep()

    def _sweep(self) -> None:
        """Delete what jobs keep to go on with, when they ended days ago."""
        before = time.time() - settings().upload_days * DAY
        for folder in self.home.runs.glob("*/batch"):
            with contextlib.suppress(SekkeiError, OSError):
                if folder.stat().st_mtime < before and self.jobs.get(folder.parent.name).state.is_final:
                    shutil.rmtree(folder)

    def _start_due(self) -> None:
        now = utc_now()
        due = sa.select(BatchScheduleRow).where(BatchScheduleRow.enabled, BatchScheduleRow.due_at <= now)
        with self.database.session(read_only=True) as session:
            rows = list(session.scalars(due))
            names = dict(session.execute(sa.select(BatchEndpointRow.id, BatchEndpointRow.name)).all())
        for row in rows:
            if not self._is_busy(row):
                self._start(row, names[row.endpoint_id])

    def _is_busy(self, row: BatchScheduleRow) -> bool:
        """Whether its last job is not over: then it stays due, and is made up for once, afterwards."""
        if row.job_id is None:
            return False
        with self.database.session(read_only=True) as session:
            state = session.scalar(sa.select(JobRow.state).where(JobRow.id == row.job_id))
        return state is not None and state not in _FINAL

    def _start(self, row: BatchScheduleRow, endpoint: str) -> None:
        """File one job, however often its time has passed; the next time is set with it, or neither."""
        following = next_time(row.cron, row.time_zone)
        moved = (
            sa.update(BatchScheduleRow)
            .where(BatchScheduleRow.id == row.id, BatchScheduleRow.due_at == row.due_at, BatchScheduleRow.enabled)
            .values(due_at=following, error=None)
        )

        def move(session: sa.orm.Session) -> None:
            if not session.execute(moved).rowcount:  # type: ignore[attr-defined]
                raise _MovedError

        try:
            made = self.endpoints.start(endpoint, read_request(row.request), schedule=row, beside=move)
            values: dict[str, Any] = {"job_id": made.id}
        except _MovedError:
            return
        except SekkeiError as error:
            _logger.warning("The schedule %s of %s could not begin a job: %s", row.name, endpoint, error)
            values = {"due_at": following, "error": error.message}
        with self.database.session() as session:
            session.execute(sa.update(BatchScheduleRow).where(BatchScheduleRow.id == row.id).values(**values))

    def _tell_due(self) -> None:
        due = (
            sa.select(BatchJobRow, BatchEndpointRow)
            .join(JobRow, JobRow.id == BatchJobRow.job_id)
            .join(BatchEndpointRow, BatchEndpointRow.id == BatchJobRow.endpoint_id)
            .where(BatchJobRow.webhook_due_at <= utc_now(), JobRow.state.in_(_FINAL))
        )
        with self.database.session(read_only=True) as session:
            found = [(row, endpoint) for row, endpoint in session.execute(due)]
        for row, endpoint in found:
            self._tell(row, endpoint)

    def _tell(self, row: BatchJobRow, endpoint: BatchEndpointRow) -> None:
        import httpx

        attempts = row.webhook_attempts + 1
        values: dict[str, Any] = {"webhook_state": "delivered", "webhook_due_at": None, "webhook_attempts": attempts}
        try:
            content = job_answer(self.home, self.endpoints.job(endpoint.name, row.job_id), "")
            webhooks.send(self.home, endpoint.id, row.webhook or "", row.job_id, content)
        except (httpx.HTTPError, SekkeiError, OSError) as error:
            _logger.warning("The webhook of job %s was not heard: %s", row.job_id, type(error).__name__)
            is_last = attempts > len(webhooks.WAITS)
            values["webhook_state"] = "failed" if is_last else "waiting"
            values["webhook_due_at"] = None if is_last else utc_now() + webhooks.WAITS[attempts - 1]
        with self.database.session() as session:
            session.execute(sa.update(BatchJobRow).where(BatchJobRow.job_id == row.job_id).values(**values))


class _MovedError(Exception):
    """Somebody else has filed the job, or changed the schedule."""
