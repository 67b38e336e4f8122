"""Columns of a table as the one array of numbers that an algorithm takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.base import BaseEstimator

from pipelines.chain.conform import as_text, is_missing
from pipelines.chain.transformer import Arrays
from pipelines.schema import ColumnType, column_type

Encoding = Literal["onehot", "ordinal"]
CATEGORICAL = (ColumnType.TEXT, ColumnType.CATEGORY, ColumnType.OTHER)
SMALL = 64
"""Up to so many rows a plain loop beats what is made for many; both give the same."""


class FeatureMatrix(BaseEstimator):
    """Columns of a table as one float64 array.

    Numbers stay, truth values become 0 and 1, timestamps days since 1970. Text and categories become one column a
    category seen in training (``onehot``, after the commonest ``max_categories`` the rest share none; a missing value
    is a category of its own where training had it) or the category's number (``ordinal``; unseen or missing is NaN).
    A category is known by its text, so that 5, 5.0 and "5" are one. A column with no value at all is left out.
    """

    def __init__(self, encoding: Encoding = "onehot", max_categories: int = 100) -> None:
        self.encoding = encoding
        self.max_categories = max_categories

    def fit(self, X: pd.DataFrame, y: object = None) -> Self:
        kinds = {str(c): column_type(values) for c, values in X.items() if not values.isna().all()}
        self.columns_ = list(kinds)
        self.times_ = [c for c, k in kinds.items() if k is ColumnType.DATETIME]
        self.categories_ = {c: self._categories(X[c]) for c, k in kinds.items() if k in CATEGORICAL}
        self.numbers_ = [c for c in self.columns_ if c not in self.categories_ and c not in self.times_]
        self._prepare()
        return self

    def transform(self, X: pd.DataFrame) -> np.ndarray:
        return self.matrix(Arrays(X), len(X))

    def by_column(self, X: pd.DataFrame) -> np.ndarray:
        """The same array with each column in one piece, for what else would copy it so."""
        return self.matrix(Arrays(X), len(X), "F")

    def matrix(self, columns: Mapping[str, Any], rows: int, order: Literal["C", "F"] = "C") -> np.ndarray:
        """The array for columns that stand alone, or in a table: around one row a table costs more than its numbers."""
        return self.encode(columns, rows).matrix(0, rows, order)

    def encode(self, columns: Mapping[str, Any], rows: int) -> Encoded:
        """The columns as numbers, each still by itself."""
        if not hasattr(self, "lookups"):
            self._prepare()
        numbers = [_floats(columns[name]) for name in self.numbers_]
        numbers += [_days(pd.Series(columns[name])) for name in self.times_]
        codes = [codes_of(columns[name], lookup) for name, lookup in self.lookups.items()]
        if self.encoding == "ordinal":
            return Encoded(rows, [*numbers, *(np.where(c < 0, np.nan, c) for c in codes)], [], [])
        return Encoded(rows, numbers, codes, [len(lookup) for lookup in self.lookups.values()])

    def sparse(self, X: pd.DataFrame) -> sparse.csr_matrix:
        """The same array, with only what is not zero: a twentieth of it where most columns are categories."""
        plain = [_floats(X[name]) for name in self.numbers_] + [_days(X[name]) for name in self.times_]
        blocks = [sparse.csr_matrix(np.column_stack(plain).astype(np.float64))] if plain else []
        for name, lookup in self.lookups.items():
            codes = codes_of(X[name], lookup)
            seen = codes >= 0
            starts = np.concatenate([[0], np.cumsum(seen)])
            blocks.append(sparse.csr_matrix((np.ones(starts[-1]), codes[seen], starts), shape=(len(X), len(lookup))))
        return sparse.hstack(blocks, format="csr")

    def get_feature_names_out(self, input_features: object = None) -> list[str]:
        """A name for each column of the array: the column's own, or ``column=category``."""
        names = self.numbers_ + self.times_
        for column, values in self.categories_.items():
            names = names + ([column] if self.encoding == "ordinal" else [f"{column}={v}" for v in values])
        return names

    @property
    def categorical_mask(self) -> list[bool]:
        """Which columns of the array are category numbers; all False under ``onehot``."""
        codes = self.encoding == "ordinal"
        plain = len(self.numbers_) + len(self.times_)
        return [False] * plain + [codes] * (len(self.get_feature_names_out()) - plain)

    def _categories(self, values: pd.Series) -> list[str | None]:
        counts: dict[str | None, int] = {}
        for value, count in values.value_counts(dropna=False).items():
            text = None if is_missing(value) else as_text(value)
            if count and not (text is None and self.encoding == "ordinal"):
                counts[text] = counts.get(text, 0) + int(count)
        commonest = sorted(counts, key=lambda v: (-counts[v], v is None, v or ""))[: self.max_categories]
        return sorted(commonest, key=lambda v: (v is None, v or ""))

    def _prepare(self) -> None:
        self.lookups = {c: {v: i for i, v in enumerate(values)} for c, values in self.categories_.items()}

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in super().__getstate__().items() if k != "lookups"}


@dataclass(frozen=True)
class Encoded:
    """Columns as an algorithm takes them before they are one array: ``numbers``, then categories by their ``codes``.

    A code is that of the column of 1 among the ``widths`` of its category; -1 stands for none of them.
    """

    rows: int
    numbers: list[np.ndarray]
    codes: list[np.ndarray]
    widths: list[int]

    @property
    def width(self) -> int:
        return len(self.numbers) + sum(self.widths)

    def matrix(self, start: int, stop: int, order: Literal["C", "F"] = "C") -> np.ndarray:
        """The array of the rows from ``start`` to before ``stop``."""
        matrix = np.zeros((stop - start, self.width), order=order)
        for at, values in enumerate(self.numbers):
            matrix[:, at] = values[start:stop]
        at = len(self.numbers)
        for found, width in zip(self.codes, self.widths, strict=True):
            codes = found[start:stop]
            seen = np.flatnonzero(codes >= 0)
            matrix[seen, at + codes[seen]] = 1.0
            at += width
        return matrix

    def whole(self, takes_missing: bool) -> np.ndarray | None:
        """Which rows have finite numbers alone, or missing ones too; None when all do."""
        floats = [n for n in self.numbers if n.dtype.kind == "f"]
        with np.errstate(over="ignore", invalid="ignore"):
            if np.isfinite(sum(n.sum() for n in floats)):  # the quickest way to see it
                return None
        whole = np.ones(self.rows, dtype=bool)
        for values in floats:
            whole &= ~np.isinf(values) if takes_missing else np.isfinite(values)
        return None if whole.all() else whole

    def only(self, kept: np.ndarray) -> Encoded:
        """The rows that ``kept`` is True for."""
        return Encoded(int(kept.sum()), [n[kept] for n in self.numbers], [c[kept] for c in self.codes], self.widths)


def codes_of(values: Any, lookup: dict[str | None, int]) -> np.ndarray:
    """The number of each value's category, -1 for one that ``lookup`` does not know."""
    if len(values) <= SMALL:
        return np.array([_code(v, lookup) for v in values.tolist()], dtype=np.intp)
    codes, distinct = pd.factorize(values)
    numbers = [_code(v, lookup) for v in distinct.tolist()] + [lookup.get(None, -1)]
    return np.array(numbers, dtype=np.intp)[codes]


def _code(value: Any, lookup: dict[str | None, int]) -> int:
    return lookup.get(None if is_missing(value) else as_text(value), -1)


def _floats(values: Any) -> np.ndarray:
    if isinstance(values.dtype, np.dtype):
        return np.asarray(values) if values.dtype.kind in "iufb" else np.asarray(pd.Series(values), dtype=np.float64)
    return values.to_numpy(dtype=np.float64, na_value=np.nan)


def _days(values: pd.Series) -> np.ndarray:
    if not pd.api.types.is_datetime64_any_dtype(values.dtype):
        values = pd.to_datetime(values)
    stamps = values.dt.tz_convert(None) if values.dt.tz is not None else values
    seconds = stamps.to_numpy(dtype="datetime64[us]")
    days = seconds.astype(np.int64) / (86_400 * 1e6)
    return np.where(np.isnat(seconds), np.nan, days)
