"""Everything killed in the middle, by ``kill -9``: nothing says afterwards that it runs, and nothing made is lost."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipelines.addresses import status
from pipelines.errors import NotFoundError
from pipelines.execution.cache import ResultStore
from pipelines.jobs import Job
from pipelines.processes import ProcessId
from pipelines.records import JobState
from pipelines.sdk import Workspace
from tests.command_line import CommandLine
from tests.journeys.studio import ROOT, Studio, call, new_studio, until

pytestmark = [
    pytest.mark.services,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="signals, and mounts of small disks"),
]

ROWS = 1500  # more than a sample has: so a step can tell a run from a preview

QUICK = """
format: 1
name: {name}
steps:
- {{id: rows, type: dataset, params: {{dataset: rows}}}}
- {{id: label, type: set_label, params: {{column: y}}}}
- {{id: split, type: split_data, params: {{train_fraction: 0.7, random_state: 0}}}}
- {{id: scale, type: normalize_data}}
{more}- {{id: train, type: train_model, params: {{algorithm: {{type: ridge}}}}}}
- {{id: score, type: score_model}}
- {{id: evaluate, type: evaluate_model}}
"""

WAIT = """
import os, pathlib, time
def run(table):
    if len(table) > 1000:
        pathlib.Path({began!r}).touch()
        while not os.path.exists({go!r}):
            time.sleep(0.02)
    return table
"""


def table(rows: int = ROWS, columns: int = 4) -> pd.DataFrame:
    chance = np.random.default_rng(0)
    found = pd.DataFrame(chance.normal(size=(rows, columns)), columns=[f"x{n}" for n in range(columns)])
    return found.assign(y=found["x0"] * 2 - found["x1"] + chance.normal(0, 0.1, rows))


@dataclass(frozen=True)
class Waiting:
    """A pipeline whose step ``wait`` says that it began, and ends when the file ``go`` is there."""

    document: str
    began: Path
    go: Path


_numbers = itertools.count()


@pytest.fixture
def waiting(tmp_path: Path) -> Callable[[], Waiting]:
    def make() -> Waiting:
        number = next(_numbers)
        began, go = tmp_path / f"began-{number}", tmp_path / f"go-{number}"
        params = {"code": WAIT.format(began=str(began), go=str(go))}
        step = f"- {{id: wait, type: execute_python, params: {json.dumps(params)}}}\n"
        return Waiting(QUICK.format(name=f"waiting {number}", more=step), began, go)

    return make


@dataclass(frozen=True)
class Made:
    """What must never be lost: two datasets, a draft that no revision has, and a finished run."""

    draft: str
    text: str
    run_id: str
    metrics: dict[str, float]


@pytest.fixture(scope="module")
def made(studio: Studio) -> Made:
    workspace = studio.workspace
    workspace.datasets.add_frame("rows", table())
    workspace.datasets.add_frame("名前", pd.DataFrame({"名": ["a", None, ""], "n": [1, 2, 3]}))
    first = workspace.sample("automobile-price")
    info = workspace.pipelines.create(first)
    opened = workspace.pipelines.open(info.id)
    changed = first.model_copy(update={"description": "not yet a revision"})
    workspace.pipelines.save_draft(info.id, changed, opened.version)
    finished = workspace.run(QUICK.format(name="quick", more=""))
    return Made(info.id, "not yet a revision", finished.run_id, dict(finished.result.metrics))


@pytest.fixture
def sound(studio: Studio, made: Made) -> Iterator[None]:
    """After the test: nothing says it runs, and all that was made is there."""
    yield
    workspace = studio.workspace
    assert [j.id for j in workspace.jobs.list() if not j.state.is_final] == []
    assert [r.run_id for r in workspace.runs.list() if r.status in ("running", "queued")] == []
    assert len(workspace.datasets.read("rows")) == ROWS
    assert list(workspace.datasets.read("名前")["n"]) == [1, 2, 3]
    assert workspace.pipelines.open(made.draft).document.description == made.text
    assert workspace.runs.get(made.run_id).summary.metrics == made.metrics


def submitted(studio: Studio, waits: Waiting) -> tuple[Job, ProcessId]:
    """A job in the middle of its step ``wait``, and its process."""
    workspace = studio.workspace
    job = workspace.submit(waits.document)
    until(waits.began.exists, "the step begins")
    until(lambda: workspace.jobs.get(job.id).run_id, "the run is known")
    (claim,) = [c for c in workspace.jobs.running() if c.id == job.id]
    assert claim.process is not None
    return workspace.jobs.get(job.id), claim.process


@contextmanager
def started(command: list[str], environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is gone after the block, whatever happens in it."""
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def queued(studio: Studio) -> Job:
    return studio.workspace.submit(QUICK.format(name="queued", more=""))


def over(studio: Studio, job: Job) -> Job:
    jobs = studio.workspace.jobs
    return until(lambda: (now := jobs.get(job.id)).state.is_final and now, f"job {job.title} ends")


def told_by_mlflow(studio: Studio, run_id: str) -> str:
    """The status that MLflow's own pages show."""
    from mlflow import MlflowClient

    return str(MlflowClient(tracking_uri=str(studio.service("mlflow").url)).get_run(run_id).info.status)


def test_a_killed_job_has_failed_in_mlflow_too_and_the_next_one_runs(
    studio: Studio, made: Made, sound: None, waiting: Callable[[], Waiting]
) -> None:
    job, process = submitted(studio, waiting())
    following = queued(studio)
    assert told_by_mlflow(studio, job.run_id) == "RUNNING"
    process.send(signal.SIGKILL)
    ended = over(studio, job)
    assert ended.state is JobState.FAILED
    assert "killed" in ended.error["message"]
    until(lambda: told_by_mlflow(studio, job.run_id) == "FAILED", "the worker tells MLflow")
    assert over(studio, following).state is JobState.DONE
    found = studio.workspace.runs.get(job.run_id)
    assert found.summary.status == "failed"
    assert "ended before" in found.error["message"]
    assert {s.id: str(s.status) for s in found.steps}["wait"] == "failed"
    assert {s.id: str(s.status) for s in found.steps}["split"] in ("done", "reused")


def test_a_cancelled_job_is_cancelled_in_mlflow_too(
    studio: Studio, made: Made, sound: None, waiting: Callable[[], Waiting]
) -> None:
    job, process = submitted(studio, waiting())
    studio.workspace.jobs.cancel(job.id)
    assert over(studio, job).state is JobState.CANCELLED
    until(lambda: not process.is_alive)
    assert told_by_mlflow(studio, job.run_id) == "KILLED"
    assert studio.workspace.runs.get(job.run_id).summary.status == "cancelled"
    assert over(studio, queued(studio)).state is JobState.DONE


def test_a_run_outlives_its_killed_worker(
    studio: Studio, made: Made, sound: None, waiting: Callable[[], Waiting]
) -> None:
    waits = waiting()
    job, process = submitted(studio, waits)
    following = queued(studio)
    before = studio.service("worker")
    os.kill(before.pid, signal.SIGKILL)
    until(lambda: (now := status(studio.home)["worker"]).state == "running" and now.pid != before.pid, "a new worker")
    assert process.is_alive
    assert studio.workspace.jobs.get(job.id).state is JobState.RUNNING
    waits.go.touch()
    assert over(studio, job).state is JobState.DONE
    assert told_by_mlflow(studio, job.run_id) == "FINISHED"
    assert over(studio, following).state is JobState.DONE


def test_a_job_killed_after_its_worker_was_has_failed(
    studio: Studio, made: Made, sound: None, waiting: Callable[[], Waiting]
) -> None:
    job, process = submitted(studio, waiting())
    os.kill(studio.service("worker").pid, signal.SIGKILL)
    process.send(signal.SIGKILL)
    assert over(studio, job).state is JobState.FAILED
    until(lambda: told_by_mlflow(studio, job.run_id) == "FAILED", "the next worker tells MLflow")
    studio.wait_up()


def test_a_run_survives_a_killed_mlflow_server(
    studio: Studio, made: Made, sound: None, waiting: Callable[[], Waiting]
) -> None:
    waits = waiting()
    job, _ = submitted(studio, waits)
    before = studio.service("mlflow")
    os.kill(before.pid, signal.SIGKILL)
    waits.go.touch()
    ended = over(studio, job)
    assert ended.state is JobState.DONE, ended.error
    after = until(lambda: (now := status(studio.home)["mlflow"]).state == "running" and now.pid != before.pid and now)
    assert after.url == before.url
    assert told_by_mlflow(studio, job.run_id) == "FINISHED"
    assert told_by_mlflow(studio, made.run_id) == "FINISHED"


def test_a_killed_command_line_run_does_not_say_it_runs(
    studio: Studio, made: Made, sound: None, waiting: Callable[[], Waiting], tmp_path: Path
) -> None:
    waits = waiting()
    (tmp_path / "wait.yaml").write_text(waits.document)
    command = [sys.executable, "-m", "pipelines", "run", str(tmp_path / "wait.yaml")]
    with started(command, studio.environment) as process:
        until(waits.began.exists, "the step begins")
        (run,) = [r for r in studio.workspace.runs.list() if r.status == "running"]
        process.kill()
    found = studio.workspace.runs.get(run.run_id)
    assert (found.summary.status, told_by_mlflow(studio, run.run_id)) == ("failed", "FAILED")


@pytest.fixture(scope="module")
def endpoint(studio: Studio, made: Made) -> tuple[str, str]:
    """The address and key of a served model."""
    model = studio.workspace.models.publish(made.run_id, "quick")
    created, key = studio.workspace.endpoints.create("quick", model.model_uri, wait=True, timeout=180)
    assert created.state == "healthy", created.reason
    return created.url, key


BODY = json.dumps({"dataframe_records": [{"x0": 1.0, "x1": 0.5, "x2": 0.0, "x3": -1.0}]}).encode()


def test_callers_of_a_killed_model_server_get_an_answer_or_a_time_to_come_again(
    studio: Studio, made: Made, sound: None, endpoint: tuple[str, str]
) -> None:
    url, key = endpoint
    expected = call(url, BODY, key)
    assert expected[0] == 200
    answers: list[tuple[int, dict[str, Any], Any]] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            answers.append(call(url, BODY, key))
            stop.wait(0.01)

    askers = [threading.Thread(target=ask) for _ in range(3)]
    for asker in askers:
        asker.start()
    try:
        before = studio.workspace.endpoints.get("quick").restarts
        until(lambda: len(answers) > 20)
        (server,) = studio.workspace.endpoints.get("quick").deployments[0].servers
        assert server.process is not None
        server.process.send(signal.SIGKILL)
        until(lambda: studio.workspace.endpoints.get("quick").restarts > before, "it is noticed")
        seen = len(answers)
        until(lambda: any(a[0] == 200 for a in answers[seen:]), "it comes back")
    finally:
        stop.set()
        for asker in askers:
            asker.join()
    assert sum(a[0] != 200 for a in answers) <= len(askers)  # those under way; all others wait for the next process
    for code, answer, headers in answers:
        if code == 503:
            assert int(headers["Retry-After"]) > 0
            assert "restart" in answer["message"]
        else:
            assert (code, answer) == expected[:2]
    assert studio.workspace.endpoints.get("quick").restarts == before + 1


def test_a_killed_studio_comes_back_with_its_endpoints_and_its_run(
    studio: Studio, made: Made, sound: None, endpoint: tuple[str, str], waiting: Callable[[], Waiting]
) -> None:
    url, key = endpoint
    expected = call(url, BODY, key)[1]
    waits = waiting()
    job, process = submitted(studio, waits)
    services = [s for s in studio.wait_up().values() if s.pid is not None]
    assert studio.process is not None
    studio.process.kill()
    studio.process.wait()
    until(lambda: not any(s.is_alive for s in services), "no service outlives it")
    assert studio.workspace.endpoints.get("quick").state == "stopped"
    assert (studio.workspace.jobs.get(job.id).state, process.is_alive) == (JobState.RUNNING, True)
    studio.up()
    waits.go.touch()
    assert over(studio, job).state is JobState.DONE
    until(lambda: studio.workspace.endpoints.get("quick").state == "healthy", "the endpoint comes back")
    assert call(url, BODY, key)[1] == expected


@pytest.fixture
def slow_model(studio: Studio, made: Made, waiting: Callable[[], Waiting]) -> tuple[Waiting, str]:
    """A model that waits, when it is asked for many rows, and its address."""
    waits = waiting()
    waits.go.touch()
    run = studio.workspace.run(waits.document)
    waits.go.unlink()
    waits.began.unlink()
    (model,) = studio.workspace.runs.get(run.run_id).models
    return waits, model.model_uri


def test_a_killed_batch_job_leaves_no_half_file_and_goes_on(
    studio: Studio, made: Made, sound: None, slow_model: tuple[Waiting, str]
) -> None:
    waits, model_uri = slow_model
    workspace = studio.workspace
    job = workspace.batch.submit(model_uri, "rows", "csv")
    until(waits.began.exists, "scoring begins")
    (claim,) = [c for c in workspace.jobs.running() if c.id == job.id]
    claim.process.send(signal.SIGKILL)
    until(lambda: [c for c in workspace.jobs.running() if c.id == job.id and c != claim], "it is started anew")
    assert list((studio.home.results / job.id).glob("*")) == []
    waits.go.touch()
    again = over(studio, job)
    assert again.state is JobState.DONE
    assert len(pd.read_csv(again.result["output"])) == ROWS


def test_a_killed_score_command_keeps_the_old_output(
    studio: Studio, made: Made, sound: None, slow_model: tuple[Waiting, str], tmp_path: Path
) -> None:
    waits, model_uri = slow_model
    table().to_csv(tmp_path / "in.csv", index=False)
    (tmp_path / "out.csv").write_text("the last one\n")
    command = [
        sys.executable,
        "-m",
        "pipelines",
        "score",
        model_uri,
        str(tmp_path / "in.csv"),
        str(tmp_path / "out.csv"),
    ]
    with started(command, studio.environment) as process:
        until(waits.began.exists, "scoring begins")
        process.kill()
    assert (tmp_path / "out.csv").read_text() == "the last one\n"


# The cache may be damaged or deleted at any time.


@pytest.mark.parametrize("file", ["table.parquet", "meta.json", "transformer.skops", "model.skops", "report.json"])
def test_damaged_results_are_made_anew(studio: Studio, made: Made, sound: None, file: str) -> None:
    damaged = list(studio.home.cache.rglob(file))
    assert damaged
    for path in damaged:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    found = studio.workspace.run(QUICK.format(name="quick", more=""))
    assert str(found.result.status) == "done", found.result.failure
    assert found.result.metrics == made.metrics
    assert studio.workspace.runs.get(found.run_id).models


def test_a_cache_deleted_in_the_middle_costs_time_only(
    studio: Studio, made: Made, sound: None, waiting: Callable[[], Waiting]
) -> None:
    waits = waiting()
    job, _ = submitted(studio, waits)
    shutil.rmtree(studio.home.cache)
    waits.go.touch()
    ended = over(studio, job)
    assert ended.state is JobState.DONE, ended.error
    assert ended.result["metrics"] == pytest.approx(made.metrics)
    shutil.rmtree(studio.home.cache)
    with pytest.raises(NotFoundError, match="no longer kept"):
        studio.workspace.runs.output(made.run_id, "split").page()
    assert str(studio.workspace.run(QUICK.format(name="quick", more="")).result.status) == "done"


def test_a_result_with_damaged_rows_is_not_taken_for_one(studio: Studio, made: Made) -> None:
    run = studio.workspace.run(QUICK.format(name="quick", more=""))
    key = next(s.key for s in run.result.steps if s.id == "scale")
    path = ResultStore(studio.home.cache).rows_path(key)
    path.write_bytes(b"PAR1")
    assert studio.workspace.run(QUICK.format(name="quick", more="")).result.metrics == made.metrics


# Previews of code.


def test_a_preview_does_not_outlive_its_caller(tmp_path: Path) -> None:
    script = f"""
import sys, time
sys.path.insert(0, {str(ROOT)!r})
import multiprocessing
from pipelines.execution import isolate
from pipelines.processes import ProcessId
import tests.journeys.test_kills as here
if __name__ == "__main__":
    isolate.call(here.tell_and_sleep, sys.argv[1], timeout=600)
"""
    (tmp_path / "caller.py").write_text(script)
    told = tmp_path / "pid"
    with started(
        [sys.executable, str(tmp_path / "caller.py"), str(told)], os.environ | {"PYTHONPATH": str(ROOT)}
    ) as caller:
        pid = until(lambda: told.exists() and told.read_text(), "the code runs")
        process = ProcessId.of(int(pid))
        assert process is not None
        caller.kill()
    until(lambda: not process.is_alive, "the code ends with its caller")


def tell_and_sleep(path: str) -> None:
    import time

    Path(path).write_text(str(os.getpid()))
    time.sleep(600)


# Disks that are full or cannot be written to.


@pytest.fixture
def small_disk(tmp_path: Path, command_line: CommandLine) -> Iterator[Studio]:
    """A workspace on a disk of 16 MiB of its own."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("disks can be mounted by the administrator only")
    yield new_studio(disk / "workspace", command_line)
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def bulky(rows: int) -> pd.DataFrame:
    """Rows that do not get much smaller on disk."""
    return table(rows, columns=20)


def half_written(studio: Studio) -> list[Path]:
    marks = (".writing-", ".importing-")
    found = [p for p in studio.root.rglob("*") if p.name.startswith(marks) or p.name.endswith(".part")]
    return found + list(studio.home.uploads.glob("*"))


def test_an_import_to_a_full_disk_fails_in_words_and_leaves_nothing(small_disk: Studio, tmp_path: Path) -> None:
    table().to_csv(tmp_path / "small.csv", index=False)
    bulky(120_000).to_parquet(tmp_path / "large.parquet", index=False)
    kept = small_disk.cli("dataset", "add", "rows", tmp_path / "small.csv")
    told = small_disk.cli("dataset", "add", "rows", tmp_path / "large.parquet", code=1)
    assert "full" in told["error"]["message"], told
    assert told["error"]["fix"]
    assert half_written(small_disk) == []
    assert small_disk.cli("dataset", "list")["datasets"] == [kept]
    again = small_disk.cli("dataset", "add", "more", tmp_path / "small.csv")
    assert again["rows"] == ROWS


def test_a_run_on_a_full_disk_fails_in_words(small_disk: Studio, tmp_path: Path) -> None:
    bulky(12_000).to_parquet(tmp_path / "rows.parquet", index=False)
    small_disk.cli("dataset", "add", "rows", tmp_path / "rows.parquet")
    (tmp_path / "run.yaml").write_text(QUICK.format(name="full", more=""))
    with (small_disk.root / "ballast").open("wb") as ballast:
        left = shutil.disk_usage(small_disk.root).free
        ballast.write(b"\0" * (left - 4 * 2**20))
    told = small_disk.cli("run", tmp_path / "run.yaml", code=1)
    assert "full" in told["error"]["message"], told
    assert half_written(small_disk) == []
    workspace = Workspace.open(small_disk.root)
    assert [r.status for r in workspace.runs.list()] == ["failed"]
    (small_disk.root / "ballast").unlink()
    assert small_disk.cli("run", tmp_path / "run.yaml", "--set", "train.algorithm.alpha=2")["status"] == "done"


def test_tracking_that_found_no_room_for_its_tables_is_whole_when_there_is(small_disk: Studio, tmp_path: Path) -> None:
    table().to_csv(tmp_path / "small.csv", index=False)
    small_disk.cli("dataset", "add", "rows", tmp_path / "small.csv")
    (tmp_path / "run.yaml").write_text(QUICK.format(name="full", more=""))
    with (small_disk.root / "ballast").open("wb") as ballast:
        ballast.write(b"\0" * (shutil.disk_usage(small_disk.root).free - 2**19))
    assert "full" in small_disk.cli("run", tmp_path / "run.yaml", code=1)["error"]["message"]
    assert half_written(small_disk) == []
    (small_disk.root / "ballast").unlink()
    assert small_disk.cli("run", tmp_path / "run.yaml")["status"] == "done"


def test_a_workspace_that_cannot_be_written_to_is_said_to_be_so(small_disk: Studio, tmp_path: Path) -> None:
    table().to_csv(tmp_path / "small.csv", index=False)
    small_disk.cli("dataset", "add", "rows", tmp_path / "small.csv")
    (tmp_path / "run.yaml").write_text(QUICK.format(name="read only", more=""))
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk.root.parent)], check=True)
    for arguments in (("dataset", "add", "rows", tmp_path / "small.csv"), ("run", tmp_path / "run.yaml")):
        told = small_disk.cli(*arguments, code=1)
        assert "read-only" in told["error"]["message"].casefold() + told["error"]["fix"], told
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk.root.parent)], check=True)
    assert small_disk.cli("dataset", "show", "rows")["rows"] == ROWS
