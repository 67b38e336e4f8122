"""The last link: the columns an algorithm takes, as numbers, and the fitted scikit-learn estimator."""

from __future__ import annotations

from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, clone

from pipelines.schema import ColumnType, column_type

LABELS = "Scored Labels"
PROBABILITIES = "Scored Probabilities"
SECONDS_A_DAY = 86_400.0

Task = Literal["classification", "regression", "clustering"]
Encoding = Literal["onehot", "ordinal"]


class FeatureMatrix(BaseEstimator):
    """Columns of a table as one float64 array.

    Numbers stay, truth values become 0 and 1, timestamps days since 1970. Text and categories become one column a
    category seen in training (``onehot``, after the commonest ``max_categories`` the rest share none; a missing value
    is a category of its own where training had it) or the category's number (``ordinal``; unseen or missing is NaN).
    """

    def __init__(self, encoding: Encoding = "onehot", max_categories: int = 100) -> None:
        self.encoding = encoding
        self.max_categories = max_categories

    def fit(self, X: pd.DataFrame, y: object = None) -> Self:
        kinds = {str(c): column_type(X[c]) for c in X.columns}
        self.columns_ = list(kinds)
        self.times_ = [c for c, k in kinds.items() if k is ColumnType.DATETIME]
        self.categories_ = {
            c: self._categories(X[c])
            for c, k in kinds.items()
            if k in (ColumnType.TEXT, ColumnType.CATEGORY, ColumnType.OTHER)
        }
        self.numbers_ = [c for c in self.columns_ if c not in self.categories_ and c not in self.times_]
        self._index()
        return self

    def transform(self, X: pd.DataFrame) -> np.ndarray:
        if not hasattr(self, "indexes"):
            self._index()
        blocks = []
        if self.numbers_:
            blocks.append(_floats(X[self.numbers_]))
        for name in self.times_:
            blocks.append(_days(X[name]))
        for name, index in self.indexes.items():
            codes = index.get_indexer(_plain(X[name]))
            blocks.append(self._encode(codes, len(index)))
        return np.concatenate(blocks, axis=1) if blocks else np.empty((len(X), 0))

    def get_feature_names_out(self, input_features: object = None) -> list[str]:
        """A name for each column of the array: the column's own, or ``column=category``."""
        names = self.numbers_ + self.times_
        for column, values in self.categories_.items():
            names = names + ([column] if self.encoding == "ordinal" else [f"{column}={v}" for v in values])
        return names

    @property
    def categorical_mask(self) -> list[bool]:
        """Which columns of the array are category numbers; all False under ``onehot``."""
        plain = len(self.numbers_) + len(self.times_)
        return [False] * plain + ([True] * len(self.categories_) if self.encoding == "ordinal" else [False] * 0)

    def _categories(self, values: pd.Series) -> list[object]:
        counts = values.astype(object).value_counts(dropna=self.encoding == "ordinal")
        kept = list(counts.index[: self.max_categories])
        return [None if _is_nan(v) else v for v in sorted(kept, key=lambda v: (_is_nan(v), str(v)))]

    def _encode(self, codes: np.ndarray, size: int) -> np.ndarray:
        if self.encoding == "ordinal":
            return np.where(codes < 0, np.nan, codes.astype(np.float64)).reshape(-1, 1)
        block = np.zeros((len(codes), size))
        seen = np.flatnonzero(codes >= 0)
        block[seen, codes[seen]] = 1.0
        return block

    def _index(self) -> None:
        self.indexes = {
            c: pd.Index([np.nan if v is None else v for v in values], dtype=object) for c, values in self.categories_.items()
        }

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in super().__getstate__().items() if k != "indexes"}


class Predictor(BaseEstimator):
    """A feature matrix and an estimator behind it: fitted on a table, it gives a table of predictions.

    ``takes_missing`` False: a row with a missing number gets no prediction (its results are missing), as no number
    could stand for it that training has seen.
    """

    def __init__(self, estimator: Any, task: Task, encoding: Encoding = "onehot", takes_missing: bool = False) -> None:
        self.estimator = estimator
        self.task = task
        self.encoding = encoding
        self.takes_missing = takes_missing

    def fit(self, X: pd.DataFrame, y: pd.Series | None = None, sample_weight: np.ndarray | None = None) -> Self:
        limit = 255 if self.encoding == "ordinal" else 100
        self.features_ = FeatureMatrix(self.encoding, limit).fit(X)
        matrix = self.features_.transform(X)
        self.estimator_ = clone(self.estimator)
        if self.encoding == "ordinal" and any(self.features_.categorical_mask):
            parameters = self.estimator_.get_params()
            if "categorical_features" in parameters:
                self.estimator_.set_params(categorical_features=self.features_.categorical_mask)
        extra = {} if sample_weight is None else {"sample_weight": sample_weight}
        self.estimator_.fit(matrix, None if y is None else _target(y, self.task), **extra)
        self.classes_ = list(getattr(self.estimator_, "classes_", [])) if self.task == "classification" else []
        return self

    @property
    def columns(self) -> list[str]:
        """The columns the algorithm takes."""
        return list(self.features_.columns_)

    def score(self, X: pd.DataFrame) -> pd.DataFrame:
        """One row of results for each row: ``Scored Labels`` and, where there are any, ``Scored Probabilities``."""
        matrix = self.features_.transform(X)
        if self.takes_missing:
            return self._score(matrix, X.index)
        whole = ~np.isnan(matrix).any(axis=1)
        if whole.all():
            return self._score(matrix, X.index)
        found = self._score(matrix[whole], X.index[whole]) if whole.any() else self.empty()
        return _nullable(found).reindex(X.index)

    def empty(self) -> pd.DataFrame:
        """The results of no rows."""
        width = len(self.features_.get_feature_names_out())
        return self._score(np.zeros((1, width)), pd.RangeIndex(1)).iloc[:0]

    def _score(self, matrix: np.ndarray, index: pd.Index) -> pd.DataFrame:
        if not len(matrix):
            return self.empty().reindex(index)
        if self.task == "classification" and hasattr(self.estimator_, "predict_proba"):
            shares = self.estimator_.predict_proba(matrix)
            labels = np.asarray(self.classes_, dtype=self.estimator_.classes_.dtype)[shares.argmax(axis=1)]
            return pd.DataFrame({LABELS: labels, **_probabilities(shares, self.classes_)}, index=index)
        return pd.DataFrame({LABELS: self.estimator_.predict(matrix)}, index=index)


def probability_columns(classes: list[object]) -> list[str]:
    """Names of the probability columns: one for two classes (that of the second), else one for each class."""
    return [PROBABILITIES] if len(classes) == 2 else [f"{PROBABILITIES}_{c}" for c in classes]


def _probabilities(shares: np.ndarray, classes: list[object]) -> dict[str, np.ndarray]:
    names = probability_columns(classes)
    return {names[0]: shares[:, 1]} if len(classes) == 2 else {n: shares[:, i] for i, n in enumerate(names)}


def _nullable(frame: pd.DataFrame) -> pd.DataFrame:
    """Whole numbers and truth values that can also be missing."""
    return frame.astype({c: "Int64" for c in frame if frame[c].dtype.kind == "i"} | {c: "boolean" for c in frame if frame[c].dtype.kind == "b"})


def _target(y: pd.Series, task: Task) -> np.ndarray:
    if task == "regression":
        return y.to_numpy(dtype=np.float64)
    return y.astype(object).to_numpy().astype(str) if column_type(y) in (ColumnType.TEXT, ColumnType.CATEGORY) else y.to_numpy()


def _floats(block: pd.DataFrame) -> np.ndarray:
    if all(isinstance(d, np.dtype) for d in block.dtypes):
        return block.to_numpy(dtype=np.float64)
    return block.to_numpy(dtype=np.float64, na_value=np.nan)


def _days(values: pd.Series) -> np.ndarray:
    stamps = values.dt.tz_localize(None) if values.dt.tz is not None else values
    return ((stamps - pd.Timestamp(0)) / pd.Timedelta(seconds=SECONDS_A_DAY)).to_numpy(dtype=np.float64).reshape(-1, 1)


def _plain(values: pd.Series) -> np.ndarray:
    plain = values.astype(object).to_numpy()
    blank = pd.isna(plain)
    if blank.any():
        plain = plain.copy()
        plain[blank] = np.nan
    return plain


def _is_nan(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and value != value)


