"""A step type's example, run: the small tables that go in, and what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, cast

import pandas as pd

from pipelines.chain.chain import Chain
from pipelines.execution.apply import apply
from pipelines.execution.context import Datasets, StepContext
from pipelines.execution.events import ignore
from pipelines.schema import Role
from pipelines.steps import library
from pipelines.steps.base import Behaviour, Context, Inputs, Output, Port, Step
from pipelines.steps.data_input.enter_data import EnterData
from pipelines.table import Table

MARKING = (Behaviour.SPLIT, Behaviour.FOLDS)


@dataclass(frozen=True)
class Demonstration:
    """What an example shows: the tables given, by port, and what the step made of them."""

    given: Mapping[str, pd.DataFrame]
    output: Output
    roles: Mapping[str, Role]  # those that the step gave, predictions left out


@cache
def demonstrate(step_type: type[Step]) -> Demonstration | None:
    """The example of a step type, run as a pipeline runs it; None where it has none."""
    example = step_type.example
    if example is None:
        return None
    roles = {example.label: Role.LABEL} if example.label else {}
    bench = _Bench()
    bench.put("given", Table(_read(example.table), roles, head="given"))
    for number, (name, params) in enumerate(example.before):
        bench.run(f"before_{number}", library.get(name).model_validate(params))
    others = [f"other_{number}" for number in range(len(example.others))]
    first = bench.latest("table")
    for key, text in zip(others, example.others, strict=True):
        bench.put(key, Table(_read(text), head=key))
    given = bench.inputs(step_type.inputs, [first, *others])
    output = bench.run("step", step_type.model_validate(example.params), given)
    if output.table is not None and step_type.model_validate(example.params).acts_as in MARKING:
        output = replace(output, table=_with_marks(output.table))
    had = {name for table in given.tables.values() for name in table.roles}
    after = output.table.roles if output.table else {}
    new = {name: role for name, role in after.items() if name not in had and role is not Role.SCORE}
    return Demonstration({name: table.frame for name, table in given.tables.items()}, output, new)


def _with_marks(table: Table) -> Table:
    """The table with its rows' marks as columns, to be seen."""
    marks = {"partition": table.partition, "fold": table.folds}
    return replace(table, frame=table.frame.assign(**{n: m for n, m in marks.items() if m is not None}))


def _read(text: str) -> pd.DataFrame:
    """Rows as an analyst enters them."""
    found = EnterData(data=text).run(Inputs(), cast(Context, None)).table
    assert found is not None
    return found.frame


@dataclass
class _Bench:
    """Outputs by step id, which is the key of a result too."""

    steps: dict[str, Step] = field(default_factory=dict)
    outputs: dict[str, Output] = field(default_factory=dict)

    def put(self, key: str, table: Table) -> None:
        self.outputs[key] = Output(table=table)

    def run(self, key: str, step: Step, given: Inputs | None = None) -> Output:
        self.steps[key] = step
        context = StepContext(key, self.steps, self, cast(Datasets, self), ignore)
        self.outputs[key] = apply(step, given or self.inputs(step.inputs, []), context, key)
        return self.outputs[key]

    def inputs(self, ports: tuple[Port, ...], keys: list[str]) -> Inputs:
        """What the ports read: tables by these keys in turn, then the latest of each port's kind."""
        tables: dict[str, Table] = {}
        models: dict[str, Chain] = {}
        found: dict[str, str] = {}
        left = list(keys)
        for port in ports:
            if port.kind == "model":
                model = self.outputs[self.latest("model")].model
                assert model is not None
                models[port.name] = model
            elif left or not port.optional:
                found[port.name] = left.pop(0) if left else self.latest("table")
                tables[port.name] = self.table(found[port.name])
        return Inputs(tables, models, found)

    def latest(self, kind: str) -> str:
        return next(k for k in reversed(self.outputs) if getattr(self.outputs[k], kind) is not None)

    def table(self, key: str) -> Table:
        found = self.outputs[key].table
        assert found is not None
        return found

    def transformer(self, key: str) -> Any:
        return self.outputs[key].transformer
