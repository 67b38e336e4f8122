"""An engine in memory: single steps run as the runner runs them, on tables that a test makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipelines.chain.chain import Chain
from pipelines.execution.apply import apply
from pipelines.execution.context import StepContext
from pipelines.execution.events import ignore
from pipelines.schema import Role
from pipelines.steps.base import Inputs, Output, Step
from pipelines.table import Table


@dataclass
class Engine:
    """Outputs by step id, which is the key of a result too. A step reads the one before it unless told otherwise."""

    exports: Path
    preview: bool = False
    steps: dict[str, Step] = field(default_factory=dict)
    outputs: dict[str, Output] = field(default_factory=dict)
    saved: dict[str, pd.DataFrame] = field(default_factory=dict)

    def source(self, frame: pd.DataFrame, label: str | None = None, name: str = "source", **roles: Role) -> Table:
        """Rows at the head of a chain."""
        given = dict(roles) | ({label: Role.LABEL} if label else {})
        self.outputs[name] = Output(table=Table(frame, given, head=name))
        return self.table(name)

    def do(self, name: str, step: Step, **sources: str) -> Output:
        """Run ``step`` as ``name``."""
        tables: dict[str, Table] = {}
        models: dict[str, Chain] = {}
        keys: dict[str, str] = {}
        for port in step.inputs:
            if port.optional and port.name not in sources:
                continue
            key = sources.get(port.name) or self._latest(port.kind)
            found = self.outputs[key]
            if port.kind == "model":
                assert found.model is not None
                models[port.name] = found.model
            else:
                assert found.table is not None
                tables[port.name], keys[port.name] = found.table, key
        self.steps[name] = step
        context = StepContext(name, self.steps, self, self, ignore, self.exports, self.preview)  # type: ignore[arg-type]
        self.outputs[name] = apply(step, Inputs(tables, models, keys), context, name)  # type: ignore[arg-type]
        return self.outputs[name]

    def _latest(self, kind: str) -> str:
        return next(
            k
            for k in reversed(self.outputs)
            if (self.outputs[k].model if kind == "model" else self.outputs[k].table) is not None
        )

    def table(self, key: str) -> Table:
        found = self.outputs[key].table
        assert found is not None
        return found

    def transformer(self, key: str) -> Any:
        return self.outputs[key].transformer

    def save(self, name: str, frame: pd.DataFrame, source: str) -> str:
        self.saved[name] = frame
        return f"{name} version 1"


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return Engine(tmp_path / "exports")


@pytest.fixture
def make_engine(tmp_path: Path) -> Callable[..., Engine]:
    return lambda **options: Engine(tmp_path / "exports", **options)
