"""What the rules need to know of a sample, worked out once for each table and kept as long as the table is."""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np
import pandas as pd

from pipelines.messages import _
from pipelines.schema import ColumnType
from pipelines.table import Table

P = ParamSpec("P")
T = TypeVar("T")

ENOUGH = 20
"""With fewer rows than this, columns agree by chance."""


def per_table(function: Callable[Concatenate[Table, P], T]) -> Callable[Concatenate[Table, P], T]:
    """``function`` with its results kept for each table, by identity, until the table is gone.

    An edit leaves the tables before it as they were, so that the rules look at nothing twice. What the function gives
    must not hold the table itself.
    """
    kept: dict[int, dict[Hashable, Any]] = {}

    @wraps(function)
    def cached(table: Table, /, *args: P.args, **kwargs: P.kwargs) -> T:
        mine = kept.get(id(table))
        if mine is None:
            mine = kept[id(table)] = {}
            weakref.finalize(table, kept.pop, id(table), None).atexit = False
        key = (args, tuple(sorted(kwargs.items())))
        if key not in mine:
            mine[key] = function(table, *args, **kwargs)
        found: T = mine[key]
        return found

    return cached


@per_table
def part_of(table: Table, part: str) -> Table:
    """The table with the rows of one partition; the same object each time."""
    return table.only(part)


@per_table
def training_rows(table: Table) -> pd.DataFrame:
    """The rows a step may learn from."""
    return table.training


@per_table
def label_values(table: Table) -> pd.Series:
    """The label in the training rows, where it is known; the table must have one."""
    return training_rows(table)[table.label].dropna()


@per_table
def distinct(table: Table, column: str) -> int:
    """How many different values a column has, without missing ones."""
    return int(table.frame[column].nunique())


@per_table
def constant_columns(table: Table) -> tuple[tuple[str, str], ...]:
    """The features with the same value in every training row, with that value; empty text: no value at all."""
    rows = training_rows(table)
    if len(rows) < ENOUGH:
        return ()
    found = []
    for name in table.schema.features:
        if table.schema[name].type is ColumnType.OTHER:
            continue
        values = rows[name]
        first = values.iloc[0]
        if pd.isna(first):
            if values.isna().all():
                found.append((name, ""))
        elif values.iloc[-1] == first and bool((values == first).fillna(False).all()):
            found.append((name, str(first)))
    return tuple(found)


@per_table
def spreads(table: Table) -> pd.Series:
    """The standard deviation of every numeric feature that has any."""
    schema = table.schema
    numbers = [n for n in schema.features if schema[n].type.is_numeric]
    found = pd.Series({n: _spread(as_floats(table.frame[n])) for n in numbers}, dtype="float64")
    return found[found > 0]


@per_table
def numbers_as_text(table: Table, column: str) -> tuple[float, tuple[str, ...]]:
    """The share of a text column's values that are numbers, and up to three that are none.

    Codes with a leading zero, such as postal codes, count as text.
    """
    values = table.frame[column].dropna().astype(str).str.strip()
    if not len(values):
        return 0.0, ()
    if not any(c.isdigit() for c in values.iloc[0]) and not values.str.contains(r"\d").mean() >= 0.5:
        return 0.0, ()
    numeric = pd.to_numeric(values, errors="coerce")
    coded = values.str.fullmatch(r"[+-]?0\d.*")
    good = numeric.notna() & ~coded.astype(bool)
    return float(good.mean()), tuple(dict.fromkeys(values[~good]))[:3]


@per_table
def spellings(table: Table, column: str) -> dict[str, tuple[str, ...]]:
    """The values that differ from each other only in capitals or spaces, by the best way to write each.

    That is the commonest with one capital, so that No and Yes are in order whoever typed them; else the commonest.
    """
    counts = training_rows(table)[column].dropna().astype(str).value_counts()
    alike: dict[str, list[str]] = {}
    for text in sorted(counts.index, key=lambda t: (not t.istitle(), -counts[t], t)):
        alike.setdefault(" ".join(text.casefold().split()), []).append(text)
    return {" ".join(ways[0].split()): tuple(ways) for ways in alike.values() if len(ways) > 1}


@per_table
def id_like(table: Table, column: str) -> str:
    """Why a column looks like an id: a few words; empty where it does not.

    An id is text or a whole number that (nearly) every row has for itself. Measured whole numbers can be like that by
    chance, so they need the name of an id or to count the rows.
    """
    kind, values = table.schema[column].type, table.frame[column].dropna()
    if len(values) < ENOUGH or kind not in (ColumnType.TEXT, ColumnType.CATEGORY, ColumnType.INTEGER):
        return ""
    if not _nearly_all_distinct(values):
        return ""
    if kind is not ColumnType.INTEGER:
        short = float(values.head(200).astype(str).str.len().mean()) <= _LONGEST_ID
        return _("a text of its own in nearly every row") if short or named_like_an_id(column) else ""
    if named_like_an_id(column):
        return _("a number of its own in nearly every row")
    return _("a number that counts the rows") if _counts_rows(values) else ""


@per_table
def prose(table: Table) -> tuple[tuple[str, str], ...]:
    """The columns that hold sentences rather than categories, with ``word`` or, without spaces, ``char``."""
    found = []
    for column in table.schema:
        if column.type not in (ColumnType.TEXT, ColumnType.CATEGORY):
            continue
        values = table.frame[column.name].dropna()
        texts = values.drop_duplicates().astype(str)
        if len(values) < ENOUGH or len(texts) < len(values) / 4:
            continue
        head = texts.head(200)
        if float(head.str.count(r"\S+").mean()) >= _WORDS:
            found.append((column.name, "word"))
        elif float(head.str.count(_KANA).mean()) >= _WORDS:
            found.append((column.name, "char"))
    return tuple(found)


def named_like_an_id(column: str) -> bool:
    """Whether a column is called as ids are: ``customer_id``, ``orderNo``, ``uuid``, ``Unnamed: 0``."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", column)
    words = re.sub(r"[\W_]+", " ", spaced.casefold()).split()
    return bool(words) and (words[0] in ("id", "unnamed", "index") or words[-1] in _ID_WORDS)


def as_floats(values: pd.Series) -> np.ndarray:
    """A column of numbers, truth values or moments as float64, NaN for what is missing."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        ticks = values.astype("int64").to_numpy(dtype=np.float64)
        return np.where(values.isna().to_numpy(), np.nan, ticks)
    return values.to_numpy(dtype=np.float64, na_value=np.nan)


_LONGEST_ID = 40.0
_WORDS = 4
_KANA = "[\u3041-\u30ff]"
_ID_WORDS = ("id", "ids", "no", "nr", "number", "key", "uuid", "guid", "index", "rowid", "serial", "row", "code")


def _spread(values: np.ndarray) -> float:
    """The standard deviation of those that are known; NaN of fewer than two."""
    known = values[~missing] if (missing := np.isnan(values)).any() else values
    return float(np.std(known, ddof=1)) if len(known) > 1 else np.nan


def _nearly_all_distinct(values: pd.Series) -> bool:
    """Whether at most two of a hundred values are repeated; a column of few values is told by its first ones."""
    head = values.iloc[:100]
    if len(head) - head.nunique() > 0.02 * len(values):
        return False
    return bool(values.nunique() >= 0.98 * len(values))


def _counts_rows(values: pd.Series) -> bool:
    """Whether whole numbers go up (or down) evenly from row to row, as a counter does; also in a sample of the rows."""
    numbers = as_floats(values)
    steps = np.diff(numbers)
    if not ((steps > 0).all() or (steps < 0).all()):
        return False
    return bool(abs(np.corrcoef(numbers, np.arange(len(numbers)))[0, 1]) >= 0.99)
