from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa

from pipelines.datasets import Catalogue
from pipelines.errors import ForbiddenError, NotFoundError
from pipelines.jobs import Jobs
from pipelines.records import BatchJobRow, BatchScheduleRow, Database, utc_now
from pipelines.serving.batch_endpoints import BatchEndpoints
from pipelines.serving.timekeeper import Timekeeper
from pipelines.workspace import Home


def test_a_schedule_makes_up_for_what_was_missed_once(batch: BatchEndpoints, home: Home) -> None:
    name = f"hourly-{uuid.uuid4().hex[:8]}"
    batch.create(name, "models:/echo/1")
    keeper = Timekeeper(home, batch.database)
    for wrong, kind in (({"input": "dataset:none"}, NotFoundError), ({"input": "file:../x"}, ForbiddenError)):
        with pytest.raises(kind):
            batch.schedule(name, "hour", "0 * * * *", wrong)
    batch.schedule(name, "hour", "0 * * * *", {"input": "dataset:echoes"}, time_zone="Asia/Tokyo")
    keeper.tick()
    assert batch.job_list(name) == []
    _set(batch, name, due_at=utc_now() - timedelta(hours=7))  # seven times were missed
    keeper.tick()
    keeper.tick()
    jobs = batch.job_list(name)
    assert [j.schedule for j in jobs] == ["hour"]
    schedule = batch.get(name).schedules[0]
    assert schedule.due_at is not None
    assert schedule.due_at > utc_now()
    assert schedule.job_id == jobs[0].id

    batch.delete_schedule(name, "hour")
    batch.schedule(name, "gone", "0 * * * *", {"input": "dataset:echoes"})
    _set(batch, name, due_at=utc_now() - timedelta(hours=1), request={"input": "dataset:lost"})
    keeper.tick()
    assert "lost" in batch.get(name).schedules[0].error
    batch.enable_schedule(name, "gone", False)
    assert batch.get(name).schedules[0].due_at is None


def _set(batch: BatchEndpoints, name: str, **values: Any) -> None:
    with batch.database.session() as session:
        wanted = BatchScheduleRow.endpoint_id == batch.get(name).id
        session.execute(sa.update(BatchScheduleRow).where(wanted).values(**values))


def test_a_job_that_is_still_going_keeps_its_schedule_waiting(
    batch: BatchEndpoints, home: Home, echoes: pd.DataFrame, tmp_path: Path
) -> None:
    other = Home.open(tmp_path / "idle")  # nobody works here
    database = Database(other.database_url)
    database.upgrade()
    Catalogue(other, database).add_frame("echoes", echoes)
    idle = BatchEndpoints(other, database, Jobs(database, other))
    folder = next((home.artifacts).rglob("MLmodel")).parent
    idle.create("idle", str(folder))
    idle.schedule("idle", "hour", "0 * * * *", {"input": "dataset:echoes"})
    keeper = Timekeeper(other, database)
    for _hour in range(3):
        _set(idle, "idle", due_at=utc_now() - timedelta(hours=1))
        keeper.tick()
    assert len(idle.job_list("idle")) == 1
    idle.cancel("idle", idle.job_list("idle")[0].id)
    keeper.tick()
    assert len(idle.job_list("idle")) == 2
    with database.session(read_only=True) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(BatchJobRow)) == 2
    database.close()
