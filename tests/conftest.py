"""Workspaces that tests share. Each process of a parallel run makes its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

# Tests run side by side: threads of several processes that wait for each other take longer than one thread does.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Every publication would wait for a Spark of its own; what Spark answers has tests that ask for it.
os.environ["SEKKEI_PARITY_SPARK"] = "false"

import hypothesis
import pytest
import yaml

from pipelines.document import codec
from pipelines.document.model import PipelineDocument
from pipelines.sdk import Workspace
from tests.command_line import CommandLine
from tests.command_line import command_line as opened

# A landing is judged on the same examples each time; people at work get new ones.
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("ci")


@pytest.fixture(autouse=True)
def interpreter() -> Iterator[None]:
    """The import path and the main module are the next test's again.

    A model that MLflow loads puts its own copy of the engine first on the path. A page under AppTest leaves its script
    as the main module, which a process that a later test starts would run again.
    """
    path, main = list(sys.path), sys.modules["__main__"]
    yield
    sys.path[:] = path
    sys.modules["__main__"] = main


@pytest.fixture(scope="session")
def command_line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    with opened(tmp_path_factory.mktemp("said")) as made:
        yield made


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with the samples, shared by tests that only read datasets and add runs of their own."""
    return Workspace.open(tmp_path_factory.mktemp("furnished") / "workspace")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty workspace of the test's own."""
    home = tmp_path / "workspace"
    home.mkdir()
    (home / ".furnished").touch()
    return Workspace.open(home)


@pytest.fixture
def document() -> Callable[[str], PipelineDocument]:
    """Steps written as YAML list items, made a document."""

    def make(steps: str, name: str = "test") -> PipelineDocument:
        return codec.loads(yaml.safe_dump({"format": 1, "name": name, "steps": yaml.safe_load(steps)}))

    return make
