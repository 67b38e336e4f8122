from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines.jobs import Jobs
from pipelines.records import Database
from pipelines.workspace import Home

ROOT = Path(__file__).parents[3]

KINDS = """
import os, signal, subprocess, sys, time
from pathlib import Path
from pipelines.errors import StepError

def _mark(payload):
    with Path(payload["marks"]).open("a") as file:
        file.write(f"{os.getpid()}\\n")

def answer(payload, job):
    print("working")
    print("to the other stream", file=sys.stderr)
    job.emit({"kind": "step", "id": "clean", "type": "clean", "title": "Clean", "status": "running"})
    job.emit({"kind": "step", "id": "clean", "type": "clean", "title": "Clean", "status": "done", "rows": 5})
    job.progress(0.5, "half")
    job.started("run-1")
    return {"answer": payload["number"] + 1}

def wait_for_file(payload, job):
    _mark(payload)
    job.emit({"kind": "step", "id": "train", "type": "train", "title": "Train", "status": "running"})
    while not Path(payload["file"]).exists():
        time.sleep(0.02)
    return {"pid": os.getpid()}

def stubborn(payload, job):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    wait_for_file(payload, job)

def fail(payload, job):
    raise StepError("train", "Column 'x' is all missing.", fix="Leave it out.")

def bug(payload, job):
    return {}["nothing"]

def say_failed(payload, job):
    return {"run_id": "run-2", "status": "failed", "error": {"step": "split", "message": "No rows.", "fix": ""}}

def leave(payload, job):
    os._exit(3)
"""

WORKER = """
import sys
from pipelines.worker import Worker, leave
from pipelines.workspace import Home
names = "answer wait_for_file stubborn fail bug say_failed leave".split()
if __name__ == "__main__":
    Worker(Home.open(sys.argv[1]), kinds={n: f"kinds_under_test:{n}" for n in names}, slots=int(sys.argv[2])).run()
    leave()
"""


@pytest.fixture
def home(tmp_path):
    return Home.open(tmp_path / "workspace")


@pytest.fixture
def jobs(home):
    database = Database(home.database_url)
    database.upgrade()
    yield Jobs(database, home)
    database.close()


@pytest.fixture
def until():
    def wait(condition, seconds=60):
        end = time.monotonic() + seconds
        while not (found := condition()):
            assert time.monotonic() < end, "it did not happen"
            time.sleep(0.02)
        return found

    return wait


@pytest.fixture
def start_worker(home, jobs, tmp_path):
    """Starts real workers; those still alive are ended after the test, and their jobs with them."""
    (tmp_path / "kinds_under_test.py").write_text(KINDS)
    (tmp_path / "worker.py").write_text(WORKER)
    started = []

    def start(slots=1):
        env = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"}
        with (tmp_path / "worker.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, str(tmp_path / "worker.py"), str(home.root), str(slots)],
                env=env,
                stdout=log,
                stderr=log,
            )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
    for claim in jobs.running():
        if claim.process is not None:
            claim.process.kill_group()
