from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from pipelines.errors import ConflictError, InputError, UnavailableError
from pipelines.records import (
    Database,
    DatasetRow,
    DatasetVersionRow,
    EndpointRow,
    JobEventRow,
    JobRow,
    JobState,
    PipelineRow,
    utc_now,
)
from pipelines.records.database import migration_config
from pipelines.records.tables import Base

ROOT = Path(__file__).parents[3]


@pytest.fixture
def database(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/records.db")
    database.upgrade()
    yield database
    database.close()


def test_migrations_make_exactly_the_declared_tables(database):
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 20_000


def test_migrations_can_be_taken_back(database):
    with database.engine.begin() as connection:
        command.downgrade(migration_config(connection), "base")
        assert sa.inspect(connection).get_table_names() == ["alembic_version"]
    database.upgrade()
    with database.session() as session:
        session.add(DatasetRow(name="again"))


NAMES = (
    "id, name, model_uri, model_name, model_version, contract, example, key_hash, key_salt, key_hint, desired, state, "
    "reason, port, pid, process_started, restarts, created_at, updated_at"
)


def test_what_an_endpoint_served_becomes_its_deployment_and_back(database):
    now = "2026-01-01 00:00:00.000000"
    row = (
        "e",
        "price",
        "models:/p/3",
        "p",
        "3",
        '{"a": 1}',
        '{"x": 2.5}',
        "hash",
        "salt",
        "hint",
        "running",
        "healthy",
    )
    with database.engine.begin() as connection:
        command.downgrade(migration_config(connection), "0001")
    with database.engine.begin() as connection:
        connection.exec_driver_sql(
            f"INSERT INTO endpoint ({NAMES}) VALUES ({', '.join('?' * 19)})", (*row, "", 8000, 12, 1.5, 2, now, now)
        )
        before = connection.exec_driver_sql("SELECT * FROM endpoint").mappings().one()
    database.upgrade()
    with database.session(read_only=True) as session:
        endpoint = session.scalars(sa.select(EndpointRow)).one()
    (deployment,), (key,) = endpoint.deployments, endpoint.keys
    assert (deployment.name, deployment.model_uri, deployment.traffic) == ("v3", "models:/p/3", 100)
    assert (deployment.contract, deployment.example, deployment.restarts) == ({"a": 1}, {"x": 2.5}, 2)
    assert (deployment.servers[0]["pid"], deployment.servers[0]["port"]) == (12, 8000)
    assert (key.slot, key.hash, key.salt, key.hint) == ("primary", "hash", "salt", "hint")
    with database.engine.begin() as connection:
        command.downgrade(migration_config(connection), "0001")
        after = connection.exec_driver_sql("SELECT * FROM endpoint").mappings().one()
    assert dict(after) == dict(before) | {"port": None, "pid": None, "process_started": None}
    database.upgrade()


def test_several_processes_upgrade_a_missing_file_at_once(tmp_path):
    url = f"sqlite:///{tmp_path}/fresh/records.db"
    script = (
        "import sys; from pipelines.records import Database, JobRow\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "database = Database(sys.argv[1]); database.upgrade()\n"
        "with database.session() as session: session.add(JobRow(kind='run'))"
    )
    starts = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", script, url],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for start in starts:
        assert start.stdout.readline() == "ready\n"
    for start in starts:
        start.stdin.write("go\n")
        start.stdin.flush()
    for start in starts:
        _, errors = start.communicate(timeout=60)
        assert start.returncode == 0, errors
    with Database(url).session(read_only=True) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(JobRow)) == 4


def test_records_of_a_newer_version_are_refused_and_kept(database):
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConflictError, match="newer"):
        database.upgrade()
    with database.engine.begin() as connection:
        assert "job" in sa.inspect(connection).get_table_names()


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "records.db").write_bytes(b"not a database, but long enough to be read as one" * 40)
    with pytest.raises(UnavailableError, match=r"records\.db"):
        Database(f"sqlite:///{tmp_path}/records.db").upgrade()


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://u@h/x", "oracle://u@h/x", "unknown://x"])
def test_a_url_that_cannot_hold_records_is_refused(url):
    with pytest.raises(InputError, match="sqlite:///"):
        Database(url)


def test_a_password_is_not_shown():
    pytest.importorskip("psycopg")
    assert "secret" not in repr(Database("postgresql://me:secret@localhost/sekkei"))


def test_a_session_commits_or_rolls_back(database):
    with database.session() as session:
        session.add(DatasetRow(name="kept"))

    def fail_halfway() -> None:
        with database.session() as session:
            session.add(DatasetRow(name="lost"))
            session.flush()
            raise RuntimeError("halfway")

    with pytest.raises(RuntimeError, match="halfway"):
        fail_halfway()
    with database.session(read_only=True) as session:
        assert session.scalars(sa.select(DatasetRow.name)).all() == ["kept"]


def test_a_reading_session_cannot_write_and_the_next_session_can(database):
    with pytest.raises(sa.exc.OperationalError), database.session(read_only=True) as session:
        session.add(DatasetRow(name="x"))
    with database.session() as session:
        session.add(DatasetRow(name="y"))


def test_read_then_write_in_many_threads_loses_nothing(database):
    with database.session() as session:
        session.add(JobRow(id="j", kind="run", payload={"count": 0}))

    def count() -> None:
        for _ in range(10):
            with database.session() as session:
                job = session.get_one(JobRow, "j")
                job.payload = {"count": job.payload["count"] + 1}

    threads = [threading.Thread(target=count) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.session(read_only=True) as session:
        assert session.get_one(JobRow, "j").payload == {"count": 60}


def test_moments_come_back_aware_and_in_utc(database):
    tokyo = datetime(2026, 1, 2, 9, 30, tzinfo=timezone(timedelta(hours=9)))
    with database.session() as session:
        session.add(JobRow(id="j", kind="run", started_at=tokyo))
    with database.session(read_only=True) as session:
        job = session.get_one(JobRow, "j")
    assert job.started_at == tokyo
    assert job.started_at.tzinfo is UTC
    assert timedelta(0) <= utc_now() - job.created_at < timedelta(minutes=5)
    assert (job.state, job.cancel_requested, job.progress) == (JobState.QUEUED, False, None)
    with pytest.raises(sa.exc.StatementError, match="time zone"), database.session() as session:
        session.add(JobRow(kind="run", started_at=datetime(2026, 1, 2)))


def test_a_metric_that_is_no_number_is_stored_as_null(database):
    with database.session() as session:
        session.add(JobRow(id="j", kind="run", result={"r2": float("nan"), "by": [1.5, float("inf")], "名": "値"}))
    with database.session(read_only=True) as session:
        assert session.get_one(JobRow, "j").result == {"r2": None, "by": [1.5, None], "名": "値"}


def test_deleting_a_dataset_deletes_its_versions(database):
    version = DatasetVersionRow(version=1, rows=1, columns=[], content_hash="0", bytes=1)
    with database.session() as session:
        session.add(DatasetRow(id="d", name="cars", versions=[version]))
    with database.session() as session:
        session.delete(session.get_one(DatasetRow, "d"))
    with database.session(read_only=True) as session:
        assert session.scalars(sa.select(DatasetVersionRow)).all() == []


def test_a_record_cannot_point_at_nothing(database):
    with pytest.raises(sa.exc.IntegrityError), database.session() as session:
        session.add(JobEventRow(job_id="none", kind="log"))


def test_a_deleted_pipeline_frees_its_name_and_two_living_ones_cannot_share_it(database):
    with database.session() as session:
        session.add_all(
            [PipelineRow(name="cars", deleted_at=utc_now()), PipelineRow(name="cars", deleted_at=utc_now())]
        )
        session.add(PipelineRow(name="cars"))
    with pytest.raises(sa.exc.IntegrityError), database.session() as session:
        session.add(PipelineRow(name="cars"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_and_its_parent_both_write(tmp_path):
    script = """
import os, sys
from pipelines.records import Database, JobRow
database = Database(sys.argv[1]); database.upgrade()
with database.session() as session: session.add(JobRow(kind="parent"))
child = os.fork()
for _ in range(20):
    with database.session() as session: session.add(JobRow(kind="parent" if child else "child"))
if child:
    sys.exit(os.waitpid(child, 0)[1])
"""
    url = f"sqlite:///{tmp_path}/records.db"
    subprocess.run([sys.executable, "-W", "error", "-c", script, url], cwd=ROOT, check=True, timeout=60)
    with Database(url).session(read_only=True) as session:
        kinds = session.scalars(sa.select(JobRow.kind)).all()
    assert (kinds.count("parent"), kinds.count("child")) == (21, 20)
