"""The step contract: what a step type declares, and what the engine asks of it.

A step is a frozen pydantic model whose fields are its parameters. The engine never looks at a step's name, only at
what it *is*: its ``behaviour`` says which of the methods below it has.

    behaviour      the step gives                                        seen by the engine as
    SOURCE         run() -> Output                                       the head of a chain
    ROW_WISE       build(schema) -> Transformer, fitted on any rows      a link; each row alone
    FITTED         build(schema) -> Transformer, fitted on training rows a link; refitted in every fold
    ROW_CHANGING   change(frame, schema) -> frame with origin index      training only; no link
    COMBINE        run() -> Output                                       the head of a new chain
    SPLIT          assign(frame, schema) -> Series of "train" / "test"   marks the rows
    FOLDS          assign(training rows, schema) -> Series of numbers    marks the rows for cross-validation
    TRAIN, SCORE, EVALUATE, SINK   run() -> Output                       ends and results
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Literal, Protocol

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from pipelines.chain.chain import Chain, Link
from pipelines.chain.transformer import OnColumns, Transformer
from pipelines.columns import NUMERIC, Columns
from pipelines.parameters import ColumnRule
from pipelines.schema import Role, TableSchema
from pipelines.table import Table


class Behaviour(StrEnum):
    SOURCE = "source"
    ROW_WISE = "row-wise"
    FITTED = "fitted"
    ROW_CHANGING = "row-changing"
    COMBINE = "combine"
    SPLIT = "split"
    FOLDS = "folds"
    TRAIN = "train"
    SCORE = "score"
    EVALUATE = "evaluate"
    SINK = "sink"

    @property
    def is_link(self) -> bool:
        """Whether a step of this kind becomes a link of the chain."""
        return self in (Behaviour.ROW_WISE, Behaviour.FITTED)


@dataclass(frozen=True, slots=True)
class Port:
    """An input or output of a step. The first input is the main one: the step before feeds it unless said otherwise.

    An output that stands ``aside`` is read only by steps that name it: the next step takes what came before.
    """

    name: str
    kind: Literal["table", "model"] = "table"
    optional: bool = False
    aside: bool = False


@dataclass(frozen=True)
class Curve:
    """A line to plot: ``kind`` says which picture it belongs to, such as ``roc`` or ``precision_recall``."""

    kind: str
    name: str
    x: list[float]
    y: list[float]
    x_label: str
    y_label: str


@dataclass(frozen=True)
class Bars:
    """Numbers with names, drawn as bars in this order; ``spread`` has the standard deviation of each, if known."""

    name: str
    labels: list[str]
    values: list[float]
    value_label: str
    spread: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class HeatMap:
    """A number for each pair of a row and a column, None where there is none; ``low`` to ``high`` is the colours' span.

    A span around 0 has two colours, any other one.
    """

    name: str
    rows: list[str]
    columns: list[str]
    values: list[list[float | None]]
    low: float
    high: float


@dataclass(frozen=True)
class Report:
    """What a step found out: metrics by scikit-learn's names, curves, tables (column -> values), a confusion matrix.

    ``conclusions`` say in whole sentences what the numbers mean.
    """

    metrics: dict[str, float] = field(default_factory=dict)
    curves: tuple[Curve, ...] = ()
    tables: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    confusion: dict[str, Any] | None = None
    bars: tuple[Bars, ...] = ()
    heat_maps: tuple[HeatMap, ...] = ()
    conclusions: tuple[str, ...] = ()

    @property
    def is_finding(self) -> bool:
        """Whether it tells about the data: there is more to see than measures of a model."""
        return bool(self.conclusions or self.bars or self.heat_maps)


@dataclass(frozen=True)
class Output:
    """All that a step can give: a table, the link it fitted, a model, a report, notes for the log.

    ``others`` are the tables of its further outputs, by port name; one that is not there was not made this time.
    """

    table: Table | None = None
    transformer: Transformer | None = None
    model: Chain | None = None
    report: Report | None = None
    notes: tuple[str, ...] = ()
    others: Mapping[str, Table] = field(default_factory=dict)


@dataclass(frozen=True)
class Inputs:
    """What came in, by port name; ``keys`` has the result key behind each table."""

    tables: Mapping[str, Table] = field(default_factory=dict)
    models: Mapping[str, Chain] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)

    @property
    def table(self) -> Table:
        """The main table."""
        return next(iter(self.tables.values()))

    @property
    def model(self) -> Chain:
        return next(iter(self.models.values()))


class Replay(Protocol):
    """The steps a table went through since the last point where nothing had been learned, ready to be refitted.

    ``base`` is the table at that point; ``refit(rows)`` fits every step since then on those rows of ``base`` alone
    (row-changing steps change these rows only) and gives the fitted links and the rows as they come out.
    """

    @property
    def base(self) -> Table: ...

    def refit(self, rows: pd.Index) -> tuple[list[Link], Table]: ...


class Context(Protocol):
    """What the engine offers a step that runs. ``step`` is its id; ``preview`` is True on the design-time sample."""

    step: str
    preview: bool

    def dataset(self, name: str, version: int | None) -> pd.DataFrame: ...

    def links(self, table: Table) -> list[Link]: ...

    def head(self, table: Table) -> Table: ...

    def replay(self, table: Table) -> Replay: ...

    def export(self, name: str, write: Callable[[Any], None]) -> str: ...

    def save_dataset(self, name: str, frame: pd.DataFrame) -> str: ...

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any: ...

    def progress(self, done: float, text: str = "") -> None: ...


@dataclass(frozen=True)
class Example:
    """A step shown on a small table, for the library's pages: ``table`` is CSV text, ``others`` feed further ports.

    ``label`` is the column of ``table`` that is its label. ``before`` are steps, with their parameters, that the table
    goes through first.
    """

    params: Mapping[str, Any]
    table: str
    others: tuple[str, ...] = ()
    label: str = ""
    before: tuple[tuple[str, Mapping[str, Any]], ...] = ()


class Step(BaseModel):
    """Base of every step type. The docstring's first line is the palette's tooltip.

    ``synonyms`` are other words for it; ``known_as`` what the Azure Machine Learning designer and Studio (classic) call
    it: both are found by the palette's search. ``equivalent`` is the same work in pandas, scikit-learn or another
    library, as a line or a few of Python on a DataFrame ``table``; ``example`` shows it at work.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants")

    type: ClassVar[str]
    title: ClassVar[str]
    category: ClassVar[str]
    behaviour: ClassVar[Behaviour]
    release: ClassVar[int] = 1  # raised when the same parameters give something else, so that no old result is reused
    inputs: ClassVar[tuple[Port, ...]] = (Port("table"),)
    outputs: ClassVar[tuple[Port, ...]] = (Port("table"),)
    synonyms: ClassVar[tuple[str, ...]] = ()
    known_as: ClassVar[tuple[str, ...]] = ()
    equivalent: ClassVar[str] = ""
    example: ClassVar[Example | None] = None
    makes_features: ClassVar[bool] = False  # whether its algorithm learns from what the step makes, not from the table
    makes_rows: ClassVar[bool] = False  # whether it makes rows out of others that were there
    cross_fits: ClassVar[bool] = False  # whether its link makes a training row out of other rows' labels
    runs_code: ClassVar[bool] = False  # whether it runs the analyst's own code; a preview keeps that at a distance

    reads_outside: ClassVar[bool] = False  # whether its rows come from a system of others, that may be slow or gone

    @property
    def reads_anew(self) -> bool:
        """Whether it reads at every run from where no versions are kept: its result is known by its rows."""
        return False

    @property
    def acts_as(self) -> Behaviour:
        """What the step is with the parameters it has; its class's behaviour unless a parameter changes that."""
        return self.behaviour

    @property
    def marks_by_value(self) -> bool:
        """Whether a split looks at values to mark a row: it then stays where it is written, as steps make values."""
        return False

    def roles(self, schema: TableSchema) -> dict[str, Role]:
        """The roles of the columns that leave the step; those that came in, by default."""
        return {c.name: c.role for c in schema if c.role is not Role.FEATURE}

    def named_columns(self) -> list[tuple[str, str]]:
        """(parameter, column) for every column that a parameter spells out, to be checked against the main input."""
        named: list[tuple[str, str]] = []
        for name, info in type(self).model_fields.items():
            value = getattr(self, name)
            widget = next((m.widget for m in info.metadata if hasattr(m, "widget")), None)
            if isinstance(value, Columns):
                named += [(name, c) for c in value.named()]
            elif widget == "column" and value:
                named.append((name, value))
        return named

    def summary(self) -> str:
        """One line that says what the step does, for lists and the canvas."""
        given = self.model_dump(mode="json", exclude_defaults=True)
        return ", ".join(_brief(v) for v in given.values())[:80]

    # What each behaviour gives; the base refuses, so that a wrong declaration fails loudly.

    def build(self, schema: TableSchema) -> Transformer:
        raise NotImplementedError(f"{self.type} declares {self.acts_as} but has no build()")

    def report(self, link: Transformer) -> Report | None:
        """What the fitted link of this step has learned, where that is worth a look."""
        return None

    def tells_by(self, schema: TableSchema) -> list[str]:
        """The columns that ``kept`` needs to see, all by default."""
        return schema.names

    def kept(self, frame: pd.DataFrame, schema: TableSchema) -> np.ndarray | None:
        """Of a row-changing step that only leaves rows out: which it keeps. None: ask ``change``."""
        return None

    def change(self, frame: pd.DataFrame, schema: TableSchema) -> pd.DataFrame:
        kept = self.kept(frame, schema)
        if kept is None:
            raise NotImplementedError(f"{self.type} declares {self.acts_as} but has neither change() nor kept()")
        return frame[kept]

    def assign(self, frame: pd.DataFrame, schema: TableSchema) -> pd.Series:
        raise NotImplementedError(f"{self.type} declares {self.acts_as} but has no assign()")

    def asks(self, model: Chain) -> Chain:
        """The model as a scoring step asks it in an inference pipeline: one answer a row, as this step has them."""
        return model

    def run(self, inputs: Inputs, context: Context) -> Output:
        raise NotImplementedError(f"{self.type} declares {self.acts_as} but has no run()")


class FittedStep(Step):
    """A step that learns from the training rows: its author gives an unfitted scikit-learn transformer, no more."""

    behaviour = Behaviour.FITTED

    columns: ColumnRule = NUMERIC

    def estimator(self) -> Any:
        """An unfitted scikit-learn transformer over the selected columns."""
        raise NotImplementedError

    def build(self, schema: TableSchema) -> Transformer:
        return OnColumns(self.estimator(), self.columns.select(schema))


def _brief(value: Any) -> str:
    if isinstance(value, dict):
        return _brief(value.get("type") or " ".join(_brief(v) for v in value.values()))
    if isinstance(value, list):
        return ", ".join(_brief(v) for v in value[:4]) + ("…" if len(value) > 4 else "")
    if isinstance(value, float):
        return f"{value:g}"
    return str(value).splitlines()[0] if str(value) else ""


def rng(seed: int) -> np.random.Generator:
    """The random generator of a step with ``random_state``."""
    return np.random.default_rng(seed)
