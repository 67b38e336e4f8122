"""The schedules of batch endpoints: jobs that begin by themselves."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from pipelines.errors import NotFoundError
from pipelines.records import BatchEndpointRow, BatchScheduleRow
from pipelines.serving.batch_jobs import BatchJobs
from pipelines.serving.batch_records import BatchEndpoint, check_name, row_of
from pipelines.serving.batch_requests import read_request
from pipelines.serving.schedules import next_time


class BatchSchedules(BatchJobs):
    """The schedules of the batch endpoints of one workspace."""

    def schedule(
        self, name: str, schedule: str, cron: str, request: dict[str, Any], *, time_zone: str = "UTC"
    ) -> BatchEndpoint:
        """Have jobs begin by themselves; one of this name is replaced. ``request`` is as a caller would send it."""
        check_name(schedule)
        due = next_time(cron, time_zone)
        wanted = read_request(request)
        with self.database.session(read_only=True) as session:
            row = row_of(session, name)
            version = self._deployment(session, row, wanted.deployment or row.default_deployment or "")
        self._order(row, version, wanted, caller=False)
        with self._changing(name) as (session, row):
            session.execute(sa.delete(BatchScheduleRow).where(*_of(row, schedule)))
            made = BatchScheduleRow(endpoint_id=row.id, name=schedule, cron=cron.strip(), time_zone=time_zone.strip())
            made.request, made.due_at = wanted.to_dict(), due
            session.add(made)
        return self.get(name)

    def enable_schedule(self, name: str, schedule: str, enabled: bool = True) -> BatchEndpoint:
        """Let a schedule rest, or wake it: from now on, without what it missed at rest."""
        with self._changing(name) as (session, row):
            found = session.scalar(sa.select(BatchScheduleRow).where(*_of(row, schedule)))
            if found is None:
                raise NotFoundError("schedule", schedule)
            found.enabled = enabled
            found.due_at = next_time(found.cron, found.time_zone) if enabled else None
        return self.get(name)

    def delete_schedule(self, name: str, schedule: str) -> BatchEndpoint:
        with self._changing(name) as (session, row):
            session.execute(sa.delete(BatchScheduleRow).where(*_of(row, schedule)))
        return self.get(name)


def _of(row: BatchEndpointRow, schedule: str) -> tuple[Any, ...]:
    return (BatchScheduleRow.endpoint_id == row.id, BatchScheduleRow.name == schedule)
