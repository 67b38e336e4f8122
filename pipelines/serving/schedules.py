"""When batch jobs begin by themselves: a cron expression in a time zone. What was missed is made up for, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.records import BatchScheduleRow, utc_now


@dataclass(frozen=True)
class Schedule:
    """A schedule of a batch endpoint. ``due_at`` is the next time; ``error`` says why the last job could not begin."""

    name: str
    cron: str
    time_zone: str
    request: dict[str, Any]
    enabled: bool
    due_at: datetime | None
    job_id: str | None
    error: str

    @classmethod
    def of(cls, row: BatchScheduleRow) -> Schedule:
        return cls(row.name, row.cron, row.time_zone, row.request, row.enabled, row.due_at, row.job_id, row.error or "")


def next_time(cron: str, time_zone: str, after: datetime | None = None) -> datetime:
    """The first moment after ``after`` (now) that the expression names, in UTC. InputError when it names none."""
    try:
        zone = ZoneInfo(time_zone.strip())
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InputError(
            _("There is no time zone {name!r}.", name=time_zone),
            fix=_("Write it as in Europe/Berlin, Asia/Tokyo or UTC."),
        ) from None
    try:
        if len(cron.split()) != 5:
            raise CronSimError
        return next(CronSim(cron.strip(), (after or utc_now()).astimezone(zone))).astimezone(UTC)
    except (CronSimError, StopIteration):
        raise InputError(
            _("{cron!r} is no cron expression.", cron=cron),
            fix=_("Write minute, hour, day, month and weekday, as in 30 6 * * MON-FRI."),
        ) from None
