"""The input contract: what a model asks for, column by column, and how rows are brought into that form."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from pipelines.errors import ContractError, nearest
from pipelines.schema import ColumnType, column_type

SHOWN_CATEGORIES = 200


class ContractColumn(BaseModel):
    """One input column of a model. ``required``: training never saw it missing, so it must be given."""

    model_config = ConfigDict(frozen=True)

    name: str
    type: ColumnType
    required: bool = True
    minimum: float | None = None
    maximum: float | None = None
    categories: list[str] | None = Field(None, description="Values seen in training, most frequent first; at most 200.")
    example: Any = None
    empty_text: bool = Field(False, description="Whether empty text is a value of its own in the training rows.")


class Contract(BaseModel):
    """The input columns of a model, in order."""

    model_config = ConfigDict(frozen=True)

    columns: tuple[ContractColumn, ...]

    @property
    def names(self) -> list[str]:
        return [c.name for c in self.columns]

    def __getitem__(self, name: str) -> ContractColumn:
        return next(c for c in self.columns if c.name == name)

    @classmethod
    def of(cls, frame: pd.DataFrame, names: list[str]) -> Contract:
        """The contract of columns ``names`` as the training rows in ``frame`` have them."""
        return cls(columns=tuple(_describe(frame[n]) for n in names))

    def example(self, rows: pd.DataFrame, count: int = 5) -> pd.DataFrame:
        """Up to ``count`` real rows of ``rows``, complete ones first, in the contract's columns."""
        block = rows[self.names]
        return block.iloc[np.argsort(block.isna().sum(axis=1).to_numpy(), kind="stable")[:count]]

    def conform(self, frame: pd.DataFrame) -> pd.DataFrame:
        """``frame`` in the contract's columns and types; other columns are left out.

        A column that training saw missing values in may be absent. ContractError names the row, the column, what was
        found and what was expected.
        """
        given = {str(c): frame[c] for c in frame.columns}
        absent = [c.name for c in self.columns if c.required and c.name not in given]
        if absent:
            close = nearest(absent[0], [g for g in given if g not in self.names])
            fix = f"Is it {close!r} here?" if close else f"The columns given are {', '.join(map(repr, list(given)[:8])) or 'none'}."
            raise ContractError(f"The model needs column {absent[0]!r}, which is not in the rows given.", fix=fix)
        nothing = pd.Series(np.nan, index=frame.index, dtype=object)
        return pd.DataFrame({c.name: conform_column(given.get(c.name, nothing), c) for c in self.columns}, index=frame.index)


def conform_column(values: pd.Series, column: ContractColumn) -> pd.Series:
    """``values`` as the model takes them: numbers as int64 or float64, truth values, text, or timestamps."""
    match column.type:
        case ColumnType.INTEGER | ColumnType.FLOAT:
            return _numbers(values, column)
        case ColumnType.BOOLEAN:
            return _truths(values, column)
        case ColumnType.DATETIME:
            return _times(values, column)
        case _:
            return _texts(values, column)


def _numbers(values: pd.Series, column: ContractColumn) -> pd.Series:
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "iuf":
        return values
    if isinstance(values.dtype, np.dtype) and values.dtype.kind == "b":
        return values.astype(np.int64)
    blank = values.map(lambda v: isinstance(v, str) and not v.strip()) if not _is_extension_number(values) else None
    if blank is not None and blank.any():
        values = values.mask(blank)
    numbers = pd.to_numeric(values, errors="coerce").astype("Float64")
    _refuse(values, values.notna() & numbers.isna(), column, "a number")
    return pd.Series(numbers.to_numpy(dtype=np.float64, na_value=np.nan), index=values.index)


def _is_extension_number(values: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(values.dtype)


TRUTHS = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False, "1.0": True, "0.0": False}


def _truths(values: pd.Series, column: ContractColumn) -> pd.Series:
    if values.dtype == np.bool_:
        return values
    truths = values.map(lambda v: None if _is_blank(v) else TRUTHS.get(str(v).strip().casefold(), "?"))
    _refuse(values, truths.map(lambda v: v == "?"), column, "true or false")
    result = truths.astype("boolean")
    return result if result.isna().any() else result.astype(bool)


def _times(values: pd.Series, column: ContractColumn) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return values.dt.tz_localize(None) if values.dt.tz is not None else values
    texts = values.map(lambda v: pd.NaT if _is_blank(v) else v)
    _refuse(values, texts.map(lambda v: isinstance(v, int | float) and not pd.isna(v)), column, "a date such as 2026-01-31")
    times = pd.to_datetime(texts, errors="coerce", format="ISO8601", utc=True)
    _refuse(values, texts.notna() & times.isna(), column, "a date such as 2026-01-31")
    return times.dt.tz_localize(None)


def _texts(values: pd.Series, column: ContractColumn) -> pd.Series:
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(object)
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "iufb" or column_type(values) is not ColumnType.TEXT:
        values = values.map(as_text, na_action="ignore")
    texts = values.astype("str")
    return texts if column.empty_text else texts.mask((texts == "").fillna(False).astype(bool))


def as_text(value: object) -> str:
    """A value as it would be written in a table: 5.0 is ``5``, true is ``True``."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _is_blank(value: object) -> bool:
    return value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)) or value is pd.NA or value == ""


def _refuse(values: pd.Series, wrong: pd.Series, column: ContractColumn, expected: str) -> None:
    wrong = wrong.fillna(False).astype(bool)
    if wrong.any():
        row = int(np.argmax(wrong.to_numpy()))
        raise ContractError(
            f"Row {row + 1}, column {column.name!r}: found {values.iloc[row]!r}, expected {expected}.",
            fix=f"An example is {column.example!r}." if column.example is not None else "",
        )


def _describe(values: pd.Series) -> ContractColumn:
    kind = column_type(values)
    present = values.dropna()
    minimum = maximum = categories = None
    if kind.is_numeric and len(present):
        minimum, maximum = float(present.min()), float(present.max())
    if kind in (ColumnType.TEXT, ColumnType.CATEGORY):
        categories = [str(v) for v in present.astype(object).value_counts().index[:SHOWN_CATEGORIES]]
    return ContractColumn(
        name=str(values.name),
        type=kind,
        required=len(present) == len(values),
        minimum=minimum,
        maximum=maximum,
        categories=categories,
        example=_plain(_typical(present, kind)),
        empty_text=bool(kind is ColumnType.TEXT and (present == "").any()),
    )


def _typical(present: pd.Series, kind: ColumnType) -> object:
    if not len(present):
        return None
    if kind.is_numeric:
        return present.sort_values().iloc[len(present) // 2]
    return present.mode().iloc[0] if kind is not ColumnType.DATETIME else present.iloc[len(present) // 2]


def _plain(value: object) -> object:
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    return value.item() if isinstance(value, np.generic) else value
