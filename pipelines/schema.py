"""Column types, roles and the schema of a table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, cached_property
from typing import Any

import numpy as np
import pandas as pd
from pandas.api import types as dtypes

from pipelines.errors import ColumnMissingError

NUMBER_WORDS = ("?", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "Null", "null", "None", "none", "-", "--", ".")
"""What is written for a missing number. In a column of words each of these may be a value and stays one."""

YEAR_FIRST = (
    r"^([0-9]{4})(?:/|-|年)([0-9]{1,2})(?:/|-|月)([0-9]{1,2})日?"
    r"[T ]?([0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?$"
)
"""Dates that are not quite ISO 8601 and can be read one way only: 2022/3/8, 2022-3-8 7:05, 2022年3月8日.

The groups are year, month, day and time."""

_MISSING_MARKS = "missing_marks"  # not "missing": kept results of before hold a list under that


class ColumnType(StrEnum):
    """What a column holds, apart from how pandas stores it."""

    INTEGER = "integer"
    FLOAT = "float"
    BOOLEAN = "boolean"
    TEXT = "text"
    CATEGORY = "category"
    DATETIME = "datetime"
    OTHER = "other"

    @property
    def is_numeric(self) -> bool:
        return self in (ColumnType.INTEGER, ColumnType.FLOAT)

    @property
    def is_categorical(self) -> bool:
        return self in (ColumnType.TEXT, ColumnType.CATEGORY, ColumnType.BOOLEAN)


class Role(StrEnum):
    """What a column is for. Everything is a feature until it is said otherwise."""

    FEATURE = "feature"
    LABEL = "label"
    ID = "id"
    WEIGHT = "weight"
    SCORE = "score"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``missing`` tells whether any value is missing in the rows the schema was read from."""

    name: str
    type: ColumnType
    missing: bool = False
    role: Role = Role.FEATURE


@dataclass(frozen=True)
class TableSchema:
    """The columns of a table, in order. Names are unique."""

    columns: tuple[Column, ...] = ()

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    def __contains__(self, name: str) -> bool:
        return name in self._named

    def __getitem__(self, name: str) -> Column:
        try:
            return self._named[name]
        except KeyError:
            raise ColumnMissingError(name, self.names) from None

    @cached_property
    def _named(self) -> dict[str, Column]:
        return {c.name: c for c in self.columns}

    @property
    def names(self) -> list[str]:
        return [c.name for c in self.columns]

    @property
    def features(self) -> list[str]:
        return [c.name for c in self.columns if c.role is Role.FEATURE]

    @property
    def label(self) -> str | None:
        return next((c.name for c in self.columns if c.role is Role.LABEL), None)

    @property
    def weight(self) -> str | None:
        return next((c.name for c in self.columns if c.role is Role.WEIGHT), None)

    def with_roles(self, roles: dict[str, Role]) -> TableSchema:
        """The same columns, with the roles given; the others keep theirs."""
        return TableSchema(tuple(replace(c, role=roles.get(c.name, c.role)) for c in self.columns))

    def require(self, names: Sequence[str]) -> list[str]:
        """``names`` as a list; ColumnMissingError for the first that is not here."""
        for name in names:
            self[name]
        return list(names)


def keep_missing_marks(frame: pd.DataFrame, marks: Sequence[str]) -> None:
    """Tell in the frame's ``attrs`` which cells mean a missing value in the file it came from.

    As one text: pandas copies ``attrs`` deeply for every column it takes out of a frame.
    """
    if marks:
        frame.attrs[_MISSING_MARKS] = json.dumps(list(marks))


def missing_marks(frame: pd.DataFrame) -> tuple[str, ...]:
    """What ``keep_missing_marks`` told; nothing where it did not."""
    return tuple(json.loads(frame.attrs.get(_MISSING_MARKS, "[]")))


def column_type(values: pd.Series) -> ColumnType:
    """The type of a column as pandas stores it. An ``object`` column is text when every value present is a string."""
    found = _stored_type(values.dtype)
    if found is None:
        is_text = pd.api.types.infer_dtype(values, skipna=True) in ("string", "empty")
        return ColumnType.TEXT if is_text else ColumnType.OTHER
    return found


def _stored_type(dtype: Any) -> ColumnType | None:
    """The type that a storage type means by itself; None where the values tell."""
    return ColumnType.CATEGORY if isinstance(dtype, pd.CategoricalDtype) else _plain_type(dtype)


@cache
def _plain_type(dtype: Any) -> ColumnType | None:
    if dtypes.is_bool_dtype(dtype):
        return ColumnType.BOOLEAN
    if dtypes.is_integer_dtype(dtype):
        return ColumnType.INTEGER
    if dtypes.is_float_dtype(dtype) or dtypes.is_numeric_dtype(dtype):
        return ColumnType.FLOAT
    if dtypes.is_datetime64_any_dtype(dtype):
        return ColumnType.DATETIME
    return ColumnType.TEXT if dtypes.is_string_dtype(dtype) else None


def schema_of(frame: pd.DataFrame, roles: dict[str, Role] | None = None) -> TableSchema:
    """The schema of ``frame``; a column without an entry in ``roles`` is a feature."""
    roles = roles or {}
    missing = np.asarray(frame.isna().to_numpy().any(axis=0))
    found = []
    for place, (name, dtype) in enumerate(zip(frame.columns, frame.dtypes, strict=True)):
        kind = _stored_type(dtype) or column_type(frame.iloc[:, place])
        found.append(Column(str(name), kind, bool(missing[place]), roles.get(name, Role.FEATURE)))
    return TableSchema(tuple(found))
