"""The input contract: what a model asks for, column by column, and how rows are brought into that form."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from pipelines.chain.conform import EXPECTED, as_text, conform_column
from pipelines.errors import ContractError, nearest
from pipelines.messages import _, listed
from pipelines.schema import ColumnType, column_type, missing_marks

SHOWN_CATEGORIES = 200
TWENTIETHS = np.linspace(0, 1, 21)
SAMPLED = 100_000
AGAIN = 2  # a column whose values come this often on average holds categories, and no free text
_UNIT = re.compile(r".*\S\s*[(\[]\s*([^()\[\]]{1,20}?)\s*[)\]]\s*")


class ContractColumn(BaseModel):
    """One input column of a model. ``required``: training never saw it missing, so it must be given."""

    model_config = ConfigDict(frozen=True)

    name: str
    type: ColumnType
    required: bool = True
    minimum: float | None = None
    maximum: float | None = None
    quantiles: tuple[float, ...] = Field(
        (), description="Values at every twentieth part of (at most 100,000) training rows."
    )
    categories: list[str] | None = Field(None, description="Values seen in training, most frequent first; at most 200.")
    example: Any = None
    closed: bool = Field(False, description="Whether the categories are all that training saw, each many times.")
    unit: str = Field("", description="What the values are measured in.")
    empty_text: bool = Field(False, description="Whether empty text is a value of its own in the training rows.")
    passed: bool = Field(False, description="Whether no prediction depends on it: it comes back beside the answer.")
    width: int = Field(0, description="Bits that the model's own server casts to; other values must not get there.")
    missing: tuple[str, ...] = Field((), description="Texts that mean a missing value, as in the file training read.")


class ContractOutput(BaseModel):
    """One column of a model's answers."""

    model_config = ConfigDict(frozen=True)

    name: str
    type: ColumnType


class Contract(BaseModel):
    """The input columns of a model, in order, and what kind of question it answers."""

    model_config = ConfigDict(frozen=True)

    columns: tuple[ContractColumn, ...]
    task: str = ""
    label: str = Field("", description="The column that is predicted; empty where there is none.")
    outputs: tuple[ContractOutput, ...] = ()
    classes: tuple[str, ...] = Field((), description="What a classifier tells apart, in its own order.")
    threshold: float | None = Field(None, description="The probability that makes the answer the second class, if set.")
    parameters: dict[str, Any] = Field({}, description="Parameters that a request may set, with their defaults.")

    @property
    def names(self) -> list[str]:
        return [c.name for c in self.columns]

    def __getitem__(self, name: str) -> ContractColumn:
        return next(c for c in self.columns if c.name == name)

    @classmethod
    def of(cls, frame: pd.DataFrame, names: list[str]) -> Contract:
        """The contract of columns ``names`` as the training rows in ``frame`` have them.

        The frame's ``attrs`` may tell which texts meant "missing" in the file the rows came from.
        """
        marks = missing_marks(frame)
        return cls(columns=tuple(_describe(frame[n], marks) for n in names))

    def example(self, rows: pd.DataFrame, count: int = 5) -> pd.DataFrame:
        """Up to ``count`` real rows of ``rows``, complete ones first, in the contract's columns."""
        block = rows[self.names]
        return block.iloc[np.argsort(block.isna().sum(axis=1).to_numpy(), kind="stable")[:count]]

    def conform(self, frame: pd.DataFrame) -> pd.DataFrame:
        """``frame`` in the contract's columns and types; other columns are left out.

        A column that training saw missing values in may be absent. ContractError names the row, the column, what was
        found and what was expected.
        """
        return pd.DataFrame(self.arrays(frame), index=frame.index, copy=False)

    def arrays(self, frame: pd.DataFrame) -> dict[str, Any]:
        """The columns of ``conform`` as arrays, for a caller that builds a wider table of them."""
        given = {str(name): values for name, values in frame.items()}  # quicker than asking for one after the other
        if len(given) < len(frame.columns):
            twice = frame.columns[frame.columns.map(str).duplicated()][0]
            raise ContractError(
                _("The rows have two columns {twice!r}.", twice=str(twice)),
                fix=_("Give every column a name of its own."),
            )
        return self.columns_of(given, len(frame))

    def columns_of(self, given: Mapping[str, Any], rows: int) -> dict[str, Any]:
        """The same of columns that stand alone: Series, or arrays of objects, by name."""
        arrays = {}
        for column in self.columns:
            if column.name in given:
                arrays[column.name] = conform_column(given[column.name], column)
            elif column.required:
                raise self.absent(column.name, given)
            else:
                arrays[column.name] = conform_column(np.full(rows, np.nan, dtype=object), column)
        return arrays

    def absent(self, name: str, given: Collection[str]) -> ContractError:
        """The error for a required column that is not among those given."""
        close = nearest(name, [g for g in given if g not in self.names])
        shown = listed([repr(c) for c in list(given)[:8]]) or _("none")
        fix = _("Is it {close!r} here?", close=close) if close else _("The columns given are {shown}.", shown=shown)
        message = _("The model needs column {name!r}, which is not in the rows given.", name=name)
        return ContractError(message, fix=fix, row=1, column=name, expected=EXPECTED[self[name].type])


def _describe(values: pd.Series, marks: tuple[str, ...]) -> ContractColumn:
    kind = column_type(values)
    present = values.dropna() if values.hasnans else values
    minimum = maximum = categories = None
    quantiles: tuple[float, ...] = ()
    closed = empty = False
    typical: Any = None
    if kind.is_numeric:
        if len(present):
            numbers = present.to_numpy()
            ordered = np.sort(_some(numbers))
            minimum, maximum, typical = _finite(numbers.min()), _finite(numbers.max()), ordered[len(ordered) // 2]
            quantiles = _quantiles(ordered.astype(np.float64, copy=False))
    elif kind in (ColumnType.TEXT, ColumnType.CATEGORY):
        distinct = _commonest_first(present)
        categories = list(dict.fromkeys(as_text(v) for v in distinct[:SHOWN_CATEGORIES]))
        closed = 0 < len(distinct) <= min(SHOWN_CATEGORIES, len(present) / AGAIN)
        typical, empty = (distinct[0] if distinct else None), "" in distinct
    else:
        typical = _typical(present, kind)
    known = set(categories or ())
    return ContractColumn(
        name=str(values.name),
        missing=tuple(m for m in marks if m not in known),
        type=kind,
        required=len(present) == len(values),
        minimum=minimum,
        maximum=maximum,
        quantiles=quantiles,
        categories=categories,
        closed=closed,
        unit=_unit(str(values.name)) if kind.is_numeric else "",
        example=_plain(typical, kind),
        empty_text=empty,
    )


def _unit(name: str) -> str:
    """The unit that a column's name ends in, as in ``length (mm)``."""
    found = _UNIT.fullmatch(name)
    return found[1] if found else ""


def _quantiles(ordered: np.ndarray) -> tuple[float, ...]:
    values = ordered[np.searchsorted(ordered, -np.inf, "right") : np.searchsorted(ordered, np.inf, "left")]
    places = np.ceil(len(values) * TWENTIETHS - 1).clip(0).astype(np.intp)  # where numpy.quantile's inverted_cdf looks
    return tuple(values[places].tolist()) if len(values) else ()


def _some(numbers: np.ndarray) -> np.ndarray:
    """The numbers; of very many the extremes, and as many drawn at random as tell how they lie."""
    if len(numbers) <= SAMPLED:
        return numbers
    drawn = np.random.default_rng(0).integers(0, len(numbers), SAMPLED)
    return numbers[np.concatenate([drawn, [numbers.argmin(), numbers.argmax()]])]


def _commonest_first(present: pd.Series) -> list[Any]:
    """The distinct values; of two as common, the one that comes first."""
    codes, distinct = pd.factorize(present)
    order = np.argsort(-np.bincount(codes, minlength=len(distinct)), kind="stable")
    return list(distinct.take(order).tolist())


def _finite(value: Any) -> float | None:
    return float(value) if math.isfinite(value) else None


def _typical(present: pd.Series, kind: ColumnType) -> Any:
    if not len(present):
        return None
    if kind in (ColumnType.DATETIME, ColumnType.OTHER):
        return present.iloc[len(present) // 2]
    return _commonest_first(present)[0]


def _plain(value: Any, kind: ColumnType) -> Any:
    """A value that JSON can hold."""
    if value is None:
        return None
    if kind is ColumnType.DATETIME:
        return pd.Timestamp(value).isoformat()
    if kind.is_numeric:
        return int(value) if kind is ColumnType.INTEGER else _finite(value)
    return bool(value) if kind is ColumnType.BOOLEAN else as_text(value)
