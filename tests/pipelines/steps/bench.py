"""A step and the bare call of its work on the same rows, each ready to run."""

from __future__ import annotations

import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.schema import Role
from pipelines.steps import library
from pipelines.steps.base import Output
from tests.pipelines.steps.cases import Bare
from tests.pipelines.steps.conftest import Engine
from tests.pipelines.steps.many_rows import table

LABELS = {"adult": "income", "messages": "category"}


def bare_of(type: str) -> list[Bare] | str:
    """What the step type's test module says it is measured against, or why there is nothing."""
    module = library.BUILT_IN[type].__module__.rpartition(".")[0]
    found: list[Bare] | str = import_module(f"tests.{module}.test_{type}").BARE
    return found


class Bench:
    """One bare call and its step; the steps before them have run."""

    def __init__(self, type: str, bare: Bare, rows: int) -> None:
        self.bare = bare
        self.engine = Engine(Path(tempfile.mkdtemp()))
        frames = [table(name, rows) for name in bare.tables]
        if bare.columns:
            frames[0] = frames[0][list(bare.columns)]
        label = bare.label or LABELS.get(bare.tables[0], "")
        for number, frame in enumerate(frames):
            roles = {label: Role.LABEL} if label in frame.columns and not number else {}
            self.engine.source(frame, None, f"source_{number}", **roles)
        last = "source_0"
        for number, (name, params) in enumerate(bare.before):
            step = library.get(name).model_validate(params)
            made = self.engine.do(f"before_{number}", step, **{step.inputs[0].name: last})
            last = f"before_{number}" if made.table is not None else last
        self.type = library.get(type).model_validate(bare.params)
        tables = [p.name for p in self.type.inputs if p.kind == "table"]
        self.sources = dict(zip(tables, [last, *(f"source_{n}" for n in range(1, len(frames)))], strict=False))
        models = [o.model for o in self.engine.outputs.values() if o.model is not None]
        taken = any(p.kind == "model" for p in self.type.inputs)
        self.given: list[Any] = [self.engine.table(last).frame, *frames[1:], *(models if taken else [])]

    def step(self) -> Output:
        """What the step gives."""
        output = self.engine.do("step", self.type, **self.sources)
        del self.engine.outputs["step"]
        return output

    def call(self) -> Any:
        """What the bare call gives."""
        return self.bare.call(*self.given)

    def agree(self) -> None:
        """Hold that both give the same, where the call gives a table."""
        found, expected = self.step(), self.call()
        if isinstance(expected, pd.DataFrame):
            assert found.table is not None
            pd.testing.assert_frame_equal(
                found.table.frame, expected, check_dtype=False, check_index_type=False, check_categorical=False
            )
