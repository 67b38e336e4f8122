"""A column, however it was read, in the one form a chain takes it in.

JSON writes 39 for 39.0 and null for what is missing; a CSV reader makes numbers of text, and floats of whole numbers
with a gap; a database gives its own types. The rules are those of the dataset reader, so that a row looks the same
when it is scored as it did in training: whole numbers are int64 (float64 where one is missing), numbers float64, truth
values bool (``boolean`` where one is missing), text ``str``, times datetime64 in UTC without a zone. What meant
"missing" in the file that training read (``missing``, such as ``?``) means it here, and so do the usual words among
numbers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import pandas as pd

from pipelines.errors import ContractError
from pipelines.messages import _
from pipelines.schema import NUMBER_WORDS, YEAR_FIRST, ColumnType

TRUTHS = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False, "1.0": True, "0.0": False}
LARGEST = 2.0**63
_TEXT = pd.StringDtype(na_value=np.nan)
_TEXT_ARRAY: Any = _TEXT.construct_array_type()
_YEAR_FIRST = re.compile(YEAR_FIRST)
SHOWN = 80
EXPECTED = {
    ColumnType.INTEGER: _("a number"),
    ColumnType.FLOAT: _("a number"),
    ColumnType.BOOLEAN: _("true or false"),
    ColumnType.DATETIME: _("a date such as 2026-01-31"),
    ColumnType.TEXT: _("text"),
    ColumnType.CATEGORY: _("text"),
    ColumnType.OTHER: _("text"),
}


Values = Any
"""A Series, or an array of objects."""


class Wanted(Protocol):
    """What is asked of a column."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> ColumnType: ...
    @property
    def example(self) -> Any: ...
    @property
    def empty_text(self) -> bool: ...
    @property
    def missing(self) -> tuple[str, ...]: ...


def conform_column(values: Values, column: Wanted) -> Any:
    """``values`` as an array of the column's type; ContractError for the first that cannot be read as one."""
    match column.type:
        case ColumnType.INTEGER | ColumnType.FLOAT:
            return _numbers(values, column)
        case ColumnType.BOOLEAN:
            return _truths(values, column)
        case ColumnType.DATETIME:
            return _times(values, column)
        case _:
            return _texts(values, column)


def unfit(values: pd.Series, column: Wanted) -> dict[int, str]:
    """Every value that cannot be read as the column's type, by its row counted from 0, with what is wrong with it."""
    try:
        conform_column(values, column)
    except ContractError:
        pass
    else:
        return {}
    read = _READERS[column.type]
    found: dict[int, str] = {}
    for row, value in enumerate(values.tolist()):
        try:
            if not (is_missing(value) or value in column.missing):
                read(value)
        except (ValueError, TypeError, KeyError, OverflowError):
            found[row] = _(
                "Column {column!r}: found {value!r}, expected {expected}.",
                column=column.name,
                value=str(value)[:SHOWN],
                expected=EXPECTED[column.type],
            )
    return found


def as_text(value: object) -> str:
    """A value as it would be written in a table: 5.0 is ``5``, true is ``True``."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def is_missing(value: Any) -> bool:
    """Whether a single value stands for nothing; empty text does not."""
    return (
        value is None
        or value is pd.NA
        or value is pd.NaT
        or (isinstance(value, float | np.floating) and value != value)
    )


def _numbers(values: Values, column: Wanted) -> np.ndarray:
    dtype = values.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "iufb":
        found = values.to_numpy()
    elif pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_complex_dtype(dtype):
        found = values.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        found = np.array(_each(values, column, read_number), dtype=np.float64)
    if column.type is ColumnType.FLOAT or (found.dtype.kind == "u" and found.size and found.max() >= 2**63):
        return found.astype(np.float64, copy=False)
    if found.dtype.kind != "f":
        return found.astype(np.int64, copy=False)
    whole = bool(np.all((np.abs(found) < LARGEST) & (found == np.floor(found))))
    return found.astype(np.int64) if whole and found.size else found.astype(np.float64, copy=False)


def read_number(value: Any) -> float:
    """A number, of text too, NaN where a word for none stands; ValueError, TypeError or OverflowError."""
    if isinstance(value, str):
        text = value.strip()
        if text in NUMBER_WORDS:
            return math.nan
        if "_" in text:  # Python reads 1_000; a table does not mean that
            raise ValueError
        return float(text) if text else math.nan
    if isinstance(value, pd.Timestamp | pd.Timedelta | complex):
        raise ValueError
    return float(value)


def _truths(values: Values, column: Wanted) -> Any:
    if values.dtype == np.bool_:
        return values.to_numpy()
    found = _each(values, column, read_truth)
    return pd.array(found, dtype="boolean") if None in found else np.array(found, dtype=bool)


def read_truth(value: Any) -> bool | None:
    """A truth value, of text and of 0 and 1 too; KeyError."""
    if isinstance(value, str) and not value.strip():
        return None
    return TRUTHS[str(value).strip().casefold()]


def _times(values: Values, column: Wanted) -> Any:
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        known = isinstance(values.dtype, np.dtype | pd.DatetimeTZDtype)
        times: Any = values if known else values.astype("datetime64[us]")
        return (times.dt.tz_convert(None) if times.dt.tz is not None else times).array
    found = _each(values, column, read_time)
    return pd.DatetimeIndex([pd.NaT if t is None else t for t in found]).as_unit("us").array


def read_time(value: Any) -> pd.Timestamp | None:
    """A moment in UTC without a zone; ValueError or TypeError. A number is none."""
    if isinstance(value, int | float | np.number):
        raise ValueError
    if isinstance(value, str) and not value.strip():
        return None
    stamp = pd.to_datetime(_in_iso(value), format="ISO8601") if isinstance(value, str) else pd.Timestamp(value)
    return stamp.tz_convert(None) if stamp.tz is not None else stamp


def _in_iso(text: str) -> str:
    """A date that has the year first, as ISO 8601 has it: ``2022/3/8`` is ``2022-03-08``."""
    found = _YEAR_FIRST.match(text.strip())
    if found is None:
        return text
    year, month, day, time = found.groups()
    return f"{year}-{month:0>2}-{day:0>2}" + (f"T{time:0>{5 if time.count(':') == 1 else 8}}" if time else "")


def _texts(values: Values, column: Wanted) -> Any:
    dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        names = text_array(_plain_texts(dtype.categories, column))
        return names.take(values.cat.codes.to_numpy(), allow_fill=True)
    if isinstance(dtype, pd.StringDtype) and len(values) > 64:
        texts = values if dtype.na_value is np.nan else values.astype("str")
        marks = column.missing if column.empty_text else ("", *column.missing)
        if not marks:
            return texts.array
        blank = (texts.isin(marks) if column.missing else texts == "").to_numpy(dtype=bool)
        return (texts.mask(blank) if blank.any() else texts).array
    return text_array(_plain_texts(values, column))


def text_array(texts: list[str | None]) -> Any:
    """The array that pandas makes of texts, without its looking for their type: most of the time for few of them."""
    return _TEXT_ARRAY._from_sequence(texts, dtype=_TEXT)


def _plain_texts(values: Any, column: Wanted) -> list[str | None]:
    texts = [v if type(v) is str else None if is_missing(v) else as_text(v) for v in values.tolist()]
    marks = column.missing
    if marks:
        texts = [None if t in marks else t for t in texts]
    return texts if column.empty_text else [t or None for t in texts]


def _each(values: Values, column: Wanted, read: Callable[[Any], Any]) -> list[Any]:
    """Each value read; None for a missing one."""
    found = []
    for row, value in enumerate(values.tolist(), start=1):
        try:
            found.append(None if is_missing(value) or value in column.missing else read(value))
        except (ValueError, TypeError, KeyError, OverflowError):
            raise misfit(row, column, value) from None
    return found


def misfit(row: int, column: Wanted, value: object, expected: str = "") -> ContractError:
    """The error for a value that cannot be read as the column's type; ``row`` counts from 1."""
    found, expected = str(value)[:SHOWN], expected or EXPECTED[column.type]
    return ContractError(
        _(
            "Row {row}, column {column!r}: found {value!r}, expected {expected}.",
            row=row,
            column=column.name,
            value=found,
            expected=expected,
        ),
        fix=_("An example is {example!r}.", example=column.example) if column.example is not None else "",
        row=row,
        column=column.name,
        found=found,
        expected=expected,
    )


_READERS: dict[ColumnType, Callable[[Any], Any]] = {
    ColumnType.INTEGER: read_number,
    ColumnType.FLOAT: read_number,
    ColumnType.BOOLEAN: read_truth,
    ColumnType.DATETIME: read_time,
}
