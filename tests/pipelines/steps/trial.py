"""Single steps on tables that a test has at hand, and the sample datasets to try them on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

import pipelines.samples
from pipelines.execution.apply import pass_through
from pipelines.execution.context import StepContext
from pipelines.execution.events import ignore
from pipelines.schema import Role, schema_of
from pipelines.steps import library
from pipelines.steps.base import Inputs
from pipelines.table import Table

SAMPLES = Path(pipelines.samples.__file__).parent / "datasets"
CONTEXT = StepContext("step", {}, None, None, ignore)  # type: ignore[arg-type]
PREVIEW = StepContext("step", {}, None, None, ignore, preview=True)  # type: ignore[arg-type]


def read(name: str) -> pd.DataFrame:
    """A sample dataset."""
    return pd.read_csv(SAMPLES / f"{name}.csv", na_values="?")


def numeric(frame: pd.DataFrame) -> list[str]:
    """The names of the columns that hold numbers."""
    return list(frame.select_dtypes("number").columns)


def done(step_type: str, frame: pd.DataFrame, label: str | None = None, /, **params: Any) -> Table:
    """The table that a row-wise or fitted step gives."""
    step = library.get(step_type).model_validate(params)
    table = Table(frame, {label: Role.LABEL} if label else {})
    return pass_through(step, table)[1]


def made(step_type: str, frame: pd.DataFrame, label: str | None = None, /, **params: Any) -> pd.DataFrame:
    """The rows that a row-wise or fitted step gives."""
    return done(step_type, frame, label, **params).frame


def changed(step_type: str, frame: pd.DataFrame, /, **params: Any) -> pd.DataFrame:
    """The rows that a row-changing step gives."""
    return library.get(step_type).model_validate(params).change(frame, schema_of(frame))


def combined(step_type: str, /, *tables: Table | pd.DataFrame, context: StepContext = CONTEXT, **params: Any) -> Table:
    """The table that a combining step gives."""
    step = library.get(step_type).model_validate(params)
    given = [t if isinstance(t, Table) else Table(t) for t in tables]
    names = [p.name for p in step.inputs]
    found = step.run(Inputs(dict(zip(names, given, strict=False))), context).table
    assert found is not None
    return found
