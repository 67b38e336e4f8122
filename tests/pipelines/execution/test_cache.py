"""Kept results that are gone or damaged: never taken for something else, made anew by the next run."""

from __future__ import annotations

import errno
import shutil
import threading
import time
from pathlib import Path

import pandas as pd
import pytest

from pipelines.errors import StorageError
from pipelines.execution.cache import LostResultError, ResultStore
from pipelines.messages import Message, _
from pipelines.steps.base import Bars, HeatMap, Output, Report
from pipelines.table import Table

KEY = "a" * 40


@pytest.fixture
def store(tmp_path: Path) -> ResultStore:
    """A store with one result on disk and none in memory."""
    made = ResultStore(tmp_path / "cache")
    made.put(KEY, Output(table=Table(pd.DataFrame({"x": [1, 2]})), report=Report(metrics={"r2": 1.0})))
    made.forget()
    return made


def test_what_a_result_does_not_have_is_none(store: ResultStore) -> None:
    assert store.transformer(KEY) is None
    assert store.model(KEY) is None
    report = store.report(KEY)
    assert report is not None
    assert report.metrics == {"r2": 1.0}


def test_a_result_that_is_gone_is_lost_and_not_a_step_that_learned_nothing(store: ResultStore) -> None:
    shutil.rmtree(store.folder)
    for read in (store.transformer, store.model, store.report, store.table, store.meta, store.rows_path):
        with pytest.raises(LostResultError, match=r"gone or damaged\. Run the pipeline again"):
            read(KEY)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"{"])
@pytest.mark.parametrize("file", ["table.parquet", "report.json", "meta.json"])
def test_a_damaged_result_is_removed_when_it_is_read(store: ResultStore, file: str, content: bytes) -> None:
    (store.folder / KEY[:2] / KEY / file).write_bytes(content)
    with pytest.raises(LostResultError):
        (store.table if file == "table.parquet" else store.report if file == "report.json" else store.meta)(KEY)
    assert KEY not in store
    store.put(KEY, Output(table=Table(pd.DataFrame({"x": [1, 2]}))))
    store.forget()
    assert list(store.table(KEY).frame["x"]) == [1, 2]


def test_a_folder_deleted_while_results_are_written_is_no_error(store: ResultStore) -> None:
    for number in range(30):
        store.put(f"{number:040}", Output(table=Table(pd.DataFrame({"x": range(1000)}))))
        shutil.rmtree(store.folder, ignore_errors=True)
    store.flush()


def test_a_result_that_cannot_be_written_leaves_nothing_and_says_why(
    store: ResultStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: pd.DataFrame, path: Path, **options: object) -> None:
        Path(path).write_bytes(b"PAR1")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_parquet", full)
    store.put("b" * 40, Output(table=Table(pd.DataFrame({"x": [1]}))))
    with pytest.raises(StorageError, match=r"The disk is full\. Make room"):
        store.flush()
    assert [p.name for p in store.folder.glob("*/*")] == [KEY]


@pytest.mark.parametrize("end", ["flush", "release"])
def test_an_error_in_writing_is_raised_when_nothing_is_written_any_more(store: ResultStore, monkeypatch, end) -> None:
    write, other = ResultStore._write_files, "b" * 40
    failed = threading.Event()

    def slow(self: ResultStore, part: Path, key: str, *rest: object) -> None:
        if key == other:
            write(self, part, key, *rest)
            failed.wait(10)
            time.sleep(0.3)
        else:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(ResultStore, "_write_files", slow)
    store.put("c" * 40, Output(report=Report(metrics={"r2": 1.0})))
    store.put(other, Output(report=Report(metrics={"r2": 1.0})))
    while not store._pending[0].done():
        time.sleep(0.01)
    failed.set()
    with pytest.raises(StorageError, match="The disk is full"):
        store.flush() if end == "flush" else store.release([])
    assert sorted(p.name for p in store.folder.glob("*/*")) == [KEY, other]


def test_a_conclusion_on_disk_can_still_be_said_in_another_language(tmp_path: Path) -> None:
    store = ResultStore(tmp_path / "cache")
    said = _("{column} differs.", column="price")
    bars, heat_map = Bars("scores", ["a"], [1.0], "F", [0.5]), HeatMap("pairs", ["a"], ["b"], [[None]], -1.0, 1.0)
    given = Report(conclusions=(said,), bars=(bars,), heat_maps=(heat_map,))
    store.put(KEY, Output(report=given))
    store.forget()
    found = store.report(KEY)
    assert found == given
    assert isinstance(found.conclusions[0], Message)
    assert found.conclusions[0].template == "{column} differs."
