from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.command_line import Call, CommandLine

ROOT = Path(__file__).parents[3]
CARS = """
format: 1
name: cars
steps:
- {id: cars, type: dataset, params: {dataset: automobile-price}}
- {id: numbers, type: select_columns, params: {columns: [horsepower, curb-weight, price]}}
- {id: clean, type: clean_missing_data, params: {strategy: median, columns: {kind: numeric}}}
- {id: label, type: set_label, params: {column: price}}
- {id: train, type: train_model, params: {algorithm: {type: ridge}}}
- {id: score, type: score_model}
"""


@pytest.fixture(scope="package")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("commands") / "workspace"


@pytest.fixture(scope="package")
def call(root: Path, command_line: CommandLine) -> Call:
    return partial(command_line.call, environment={"SEKKEI_HOME": str(root)})


@pytest.fixture(scope="package")
def model(call: Call, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URI of a published model of car prices."""
    file = tmp_path_factory.mktemp("pipelines") / "cars.yaml"
    file.write_text(CARS)
    code, run = call("run", file)
    assert code == 0, run
    code, made = call("publish", run["run_id"], "cars", "--alias", "champion")
    assert (code, made["version"]) == (0, 1)
    return "models:/cars/1"


@pytest.fixture(scope="package")
def worker(root: Path, model: str) -> Iterator[None]:
    """A worker that does the workspace's jobs."""
    command = [sys.executable, "-m", "pipelines.services", "service", "worker", f"--home={root}"]
    with (root / "worker.log").open("ab") as log:
        process = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=log, stderr=log)
    yield
    process.terminate()
    process.wait(30)
