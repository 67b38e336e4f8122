"""Batch jobs killed with SIGKILL and started again: nothing lost, nothing doubled, nothing half-written."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import random
import signal
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipelines import connections
from pipelines.batch import delivery, tables
from pipelines.batch.job import run
from pipelines.batch.order import Order
from pipelines.batch.work import Work
from pipelines.datasets import databases
from pipelines.errors import UnavailableError
from pipelines.jobs.process import JobCancelled
from pipelines.records import Database
from pipelines.settings import settings

pytestmark = pytest.mark.services

ROWS = 400
KILLED = -signal.SIGKILL


class Doomed:
    """A job's process, forked from here, that kills itself before or after the nth change of a file or a database."""

    def __init__(self, tricky: Any, order: Order, folder: Path) -> None:
        self.home, self.order, self.work = tricky.workspace.home, order, Work(folder)
        self.job_id = uuid.uuid4().hex
        tricky.workspace.database.close()

    def __call__(self, at: int | None) -> int:
        process = multiprocessing.get_context("fork").Process(target=self._run, args=(at,))
        process.start()
        process.join(120)
        assert process.exitcode is not None
        return process.exitcode

    def _run(self, at: int | None) -> None:
        if at is not None:
            _die(at)
        run(self.home, Database(self.home.database_url), self.order, self.work, self.job_id, name="houses")

    def until_done(self, kills: Callable[[int], int]) -> int:
        """Run again and again, killed at the moment that ``kills`` names for each attempt; gives how often."""
        count = 0
        while (code := self(kills(count))) == KILLED:
            count += 1
        assert code == 0
        return count


def _die(at: int) -> None:
    """Have this process end at its change number ``at``: every second number is before the change, else after."""
    counted = 0

    def watched(place: Any, name: str) -> None:
        real = getattr(place, name)

        def change(*args: Any, **options: Any) -> Any:
            nonlocal counted
            counted += 1
            if counted == at:
                os.kill(os.getpid(), signal.SIGKILL)
            found = real(*args, **options)
            counted += 1
            if counted == at:
                os.kill(os.getpid(), signal.SIGKILL)
            return found

        setattr(place, name, change)

    for place, name in (
        (os, "replace"),
        (os, "rename"),
        (os, "fsync"),
        (os, "unlink"),
        (Path, "replace"),
        (Path, "rename"),
        (Path, "unlink"),
        (delivery, "_exchange"),
        (tables._Delivery, "load"),
        (tables._Delivery, "publish"),
        (tables._Delivery, "drop"),
    ):
        watched(place, name)


@pytest.fixture(scope="module")
def numbered(tricky: Any) -> Path:
    """The tricky rows with a number each, and one row that cannot be scored, among the workspace's files."""
    path = tricky.workspace.home.files / "numbered.parquet"
    rows = tricky.rows.assign(number=range(ROWS), since=tricky.rows["since"].astype(str))
    rows.loc[7, "since"] = "never"
    rows.to_parquet(path)
    return path


def order(tricky: Any, output: Any) -> Order:
    given = {"file": "numbered.parquet"}
    return Order.of(tricky.model_uri, given, output, {"batch_rows": 150, "columns": ["number"]})


def whole(found: pd.DataFrame) -> None:
    assert sorted(found["number"].astype(int)) == [n for n in range(ROWS) if n != 7]
    assert list(found.columns) == ["number", "Scored Labels", "Scored Probabilities"]


@pytest.mark.usefixtures("numbered")
def test_killed_at_any_change_a_file_is_the_old_one_or_the_new_one(tricky: Any, tmp_path: Path) -> None:
    target = tricky.workspace.home.files / "scores.csv"
    at, kills = 0, 0
    while True:
        at += 1 + random.Random(at).randrange(8)
        target.write_text("old")
        job = Doomed(tricky, order(tricky, {"file": "scores.csv"}), tmp_path / str(at))
        code = job(at)
        found = target.read_text()
        if found != "old":
            whole(pd.read_csv(target))
        if code == 0:
            break
        assert code == KILLED
        kills += 1
        assert job(None) == 0
        whole(pd.read_csv(target))
        rejected = pd.read_csv(tricky.workspace.home.results / job.job_id / "rejected.csv")
        assert rejected["row"].tolist() == [8]
    assert kills > 8


@pytest.mark.usefixtures("numbered")
@pytest.mark.parametrize("mode", ["append", "upsert", "replace"])
def test_killed_at_random_a_table_gets_each_row_once(
    tricky: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    monkeypatch.setenv("SEKKEI_CONNECTION_SALES", f"sqlite:///{tmp_path}/sales.db")
    chance = random.Random(mode)
    wanted = {"database": "sales", "table": "scores", "mode": mode, "key": ["number"] if mode == "upsert" else []}
    for attempt in range(2):
        job = Doomed(tricky, order(tricky, wanted), tmp_path / str(attempt))
        assert job.until_done(lambda count: chance.randrange(1, 30 + 12 * count)) > 0
        found = databases.read("sales", table="scores")
        if mode == "append":
            counts = found["number"].value_counts()
            assert set(counts) == {attempt + 1}
            found = found.drop_duplicates("number")
        whole(found)
        assert databases.tables("sales") == ["scores"]


@pytest.mark.usefixtures("numbered")
def test_killed_at_any_change_objects_are_all_there_when_the_mark_is(
    tricky: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEKKEI_CONNECTION_LAKE", f"file://{tmp_path}/lake")
    given = {"batch_rows": 150, "columns": ["number", "zip"]}
    place = {"store": "lake", "path": "scores", "partition_by": ["zip"], "format": "csv"}
    wanted = Order.of(tricky.model_uri, {"file": "numbered.parquet"}, place, given)
    chance = random.Random(0)
    seen: set[bool] = set()
    for attempt in range(8):
        job = Doomed(tricky, wanted, tmp_path / str(attempt))
        folder = tmp_path / "lake" / "scores" / job.job_id
        code, marked = KILLED, False
        while code == KILLED:
            code = job(chance.randrange(1, 40) if folder.exists() else chance.randrange(60, 100))
            marked = (folder / delivery.MARK).exists()
            if marked:
                found = pd.concat([pd.read_csv(p) for p in folder.rglob("*.csv")])
                whole(found)
            seen.add(marked)
        assert (code, marked) == (0, True)
        assert not list(folder.rglob("*.writing"))
    assert seen == {True, False}


@pytest.mark.usefixtures("numbered")
def test_killed_at_any_change_a_partitioned_folder_is_whole(tricky: Any, tmp_path: Path) -> None:
    target = tricky.workspace.home.files / "by-label"
    wanted = order(tricky, {"file": "by-label", "partition_by": ["Scored Labels"], "format": "csv"})
    assert Doomed(tricky, wanted, tmp_path / "first")(None) == 0
    at = 0
    while True:
        at += 1 + random.Random(at).randrange(8)
        job = Doomed(tricky, wanted, tmp_path / str(at))
        code = job(at)
        for _moment in range(2):
            parts = [pd.read_csv(p).assign(**{"Scored Labels": p.parent.name}) for p in target.rglob("*.csv")]
            found = pd.concat(parts)[["number", "Scored Labels", "Scored Probabilities"]]
            whole(found)
            assert set(found["Scored Labels"]) == {"Scored Labels=yes", "Scored Labels=no"}
            if code == 0:
                break
            assert code == KILLED
            assert job(None) == 0
        if code == 0:
            break
    assert at > 70


@pytest.fixture
def other_disk() -> Iterator[Path]:
    """A folder on another file system, that batch jobs may write to."""
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == Path(tempfile.gettempdir()).stat().st_dev:
        pytest.skip("there is no other file system")
    with tempfile.TemporaryDirectory(dir=memory) as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEKKEI_BATCH_FOLDERS", folder)
        settings.cache_clear()
        yield Path(folder)
    settings.cache_clear()


@pytest.mark.usefixtures("numbered")
@pytest.mark.parametrize("by", [(), ("Scored Labels",)])
def test_killed_at_any_change_another_disk_has_the_result_and_nothing_beside_it(
    tricky: Any, tmp_path: Path, other_disk: Path, by: tuple[str, ...]
) -> None:
    target = other_disk / "scores"
    wanted = order(tricky, {"file": str(target), "format": "csv"} | ({"partition_by": list(by)} if by else {}))
    first = Doomed(tricky, wanted, tmp_path / "first")
    assert first(None) == 0
    at = 50
    while True:
        at += 1 + random.Random(at).randrange(3)
        job = Doomed(tricky, wanted, tmp_path / str(at))
        code = job(at)
        assert code in (0, KILLED)
        for path in target.rglob("*.csv") if by else (target,):
            assert path.read_bytes().endswith(b"\n")
        if code == KILLED:
            assert job(None) == 0
        files = list(target.rglob("*.csv")) if by else [target]
        assert sorted(n for p in files for n in pd.read_csv(p)["number"]) == [n for n in range(ROWS) if n != 7]
        assert [p.name for p in other_disk.iterdir()] == ["scores"]
        assert [p.name for p in job.work.folder.iterdir() if p.suffix != ".json"] == []
        if code == 0:
            break
    assert at > 60


@pytest.mark.usefixtures("numbered")
def test_a_version_made_by_a_killed_job_is_not_made_again_after_others(tricky: Any, tmp_path: Path) -> None:
    catalogue = tricky.workspace.datasets
    job = Doomed(tricky, order(tricky, {"dataset": "kept scores"}), tmp_path / "job")
    at = next(n for n in itertools.count(40) if _delivered_and_killed(job, n, catalogue))
    assert at > 40
    catalogue.add_frame("kept scores", pd.DataFrame({"number": [1]}))  # by somebody else
    assert job(None) == 0
    assert [len(catalogue.read("kept scores", v.version)) for v in catalogue.versions("kept scores")] == [ROWS - 1, 1]
    assert job.work.read("delivered")["version"] == 1


def _delivered_and_killed(job: Doomed, at: int, catalogue: Any) -> bool:
    """Whether the job, killed at its change number ``at``, had made its version and not yet said so."""
    job.work.clear()
    assert job(at) == KILLED
    return "kept scores" in [d.name for d in catalogue.list()]


@pytest.mark.usefixtures("numbered")
@pytest.mark.parametrize("mode", ["append", "replace"])
def test_rows_that_arrived_without_an_answer_arrive_once(
    tricky: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    monkeypatch.setenv("SEKKEI_CONNECTION_SALES", f"sqlite:///{tmp_path}/sales.db")
    wanted = order(tricky, {"database": "sales", "table": "scores", "mode": mode})
    assert Doomed(tricky, wanted, tmp_path / "first")(None) == 0
    job, real, cut = Doomed(tricky, wanted, tmp_path / "job"), connections.database, [2]  # the second is the move

    @contextmanager
    def cut_off(name: str, *, write: bool = False) -> Iterator[Any]:
        with real(name, write=write) as made:
            yield made
        cut[0] -= 1
        if cut[0] == 0:
            raise UnavailableError("The connection was lost after the server had committed.")

    monkeypatch.setattr(connections, "database", cut_off)
    database = Database(job.home.database_url)
    run(job.home, database, job.order, job.work, job.job_id)
    monkeypatch.setattr(connections, "database", real)
    run(job.home, database, job.order, job.work, job.job_id)
    database.close()
    assert set(databases.read("sales", table="scores")["number"].value_counts()) == {2 if mode == "append" else 1}
    assert databases.tables("sales") == ["scores"]


@pytest.mark.usefixtures("numbered")
def test_a_job_that_is_stopped_before_its_rows_are_moved_leaves_no_table(
    tricky: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEKKEI_CONNECTION_SALES", f"sqlite:///{tmp_path}/sales.db")
    job = Doomed(tricky, order(tricky, {"database": "sales", "table": "scores"}), tmp_path / "job")
    real = tables._Delivery.publish

    def stopped(delivery: Any) -> None:
        real(delivery)
        raise JobCancelled

    monkeypatch.setattr(tables._Delivery, "publish", stopped)
    database = Database(job.home.database_url)
    with pytest.raises(JobCancelled):
        run(job.home, database, job.order, job.work, job.job_id)
    assert databases.tables("sales") == []
    monkeypatch.setattr(tables._Delivery, "publish", real)
    run(job.home, database, job.order, job.work, job.job_id)
    database.close()
    whole(databases.read("sales", table="scores"))
    assert databases.tables("sales") == ["scores"]
