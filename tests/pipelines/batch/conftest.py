from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipelines.batch.job import batch_job
from pipelines.batch.order import Order
from pipelines.settings import settings


class Ran:
    """Runs batch jobs of the tricky model in this process; each has an id, and goes on under the same one."""

    def __init__(self, tricky: Any) -> None:
        self.tricky = tricky
        self.home = tricky.workspace.home
        self.told: list[tuple[float, str, dict[str, int]]] = []

    def __call__(
        self,
        given: Any,
        output: Any = None,
        *,
        job_id: str | None = None,
        cancelled: Callable[[], bool] = lambda: False,
        **parameters: Any,
    ) -> dict[str, Any]:
        order = Order.of(self.tricky.model_uri, given, output, parameters)
        self.told.clear()
        self.job_id = job_id or uuid.uuid4().hex
        context = SimpleNamespace(
            job_id=self.job_id,
            home=self.home,
            database=self.tricky.workspace.database,
            folder=self.home.runs / self.job_id,
            progress=lambda done, text="", counts=None: self.told.append((done, text, dict(counts or {}))),
            cancelled=cancelled,
        )
        return batch_job({"order": order.model_dump(mode="json")}, context)


@pytest.fixture
def ran(tricky: Any) -> Ran:
    return Ran(tricky)


@pytest.fixture
def put(tricky: Any) -> Callable[[str], Path]:
    """A place among the workspace's files for a test's own file."""
    folder = tricky.workspace.home.files / uuid.uuid4().hex
    folder.mkdir()
    return lambda name: folder / name


@pytest.fixture
def setting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Changes settings by their environment variables, for a test."""

    def change(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"SEKKEI_{name.upper()}", value)
        settings.cache_clear()

    yield change
    monkeypatch.undo()
    settings.cache_clear()
