"""The last link: the columns an algorithm takes, as numbers, and the fitted scikit-learn estimator."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Literal, Protocol, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, clone
from sklearn.linear_model import ElasticNet, LinearRegression

from pipelines.chain.clusters import distances
from pipelines.chain.conform import as_text, is_missing
from pipelines.chain.features import SMALL, Encoded, Encoding, FeatureMatrix
from pipelines.chain.small_batch import small_batch
from pipelines.chain.transformer import Arrays
from pipelines.chain.weighted import ClassWeighted
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.schema import ColumnType, column_type

__all__ = [
    "DISTANCES",
    "LABELS",
    "PROBABILITIES",
    "QUANTILES",
    "Encoding",
    "FeatureMatrix",
    "Predictor",
    "Task",
    "probability_columns",
    "target",
]

LABELS = "Scored Labels"
PROBABILITIES = "Scored Probabilities"
DISTANCES = "Scored Distances"
QUANTILES = "Scored Quantiles"
ONEHOT_CATEGORIES = 100
ORDINAL_CATEGORIES = 255
BLOCK = 2**18
"""Numbers of an array that is predicted at once, 2 MiB: a longer one would leave the processor's caches."""
BY_COLUMN = (LinearRegression, ElasticNet)
"""Estimators that take an array column by column, and make one of any other."""

Task = Literal["classification", "regression", "clustering", "anomaly"]


class Predicts(Protocol):
    """What a chain asks of its last link, however it learns: ``score`` gives a row of results for each row."""

    task: Any

    @property
    def classes_(self) -> list[Any]: ...

    @property
    def columns(self) -> list[str]: ...

    def score(self, X: pd.DataFrame) -> pd.DataFrame: ...

    def empty(self) -> pd.DataFrame: ...


class Predictor(BaseEstimator):
    """A feature matrix and an estimator behind it: fitted on a table, it gives a table of predictions.

    ``takes_missing`` False: a row with a missing number gets no prediction (its results are missing), as no number
    could stand for it that training has seen. An infinite number never gets one. ``sparse``: the estimator learns
    from a sparse array where categories have made columns, which changes its speed and not what it learns.
    """

    def __init__(
        self,
        estimator: Any,
        task: Task,
        encoding: Encoding = "onehot",
        takes_missing: bool = False,
        sparse: bool = False,
    ) -> None:
        self.estimator = estimator
        self.task = task
        self.encoding = encoding
        self.takes_missing = takes_missing
        self.sparse = sparse

    def fit(self, X: pd.DataFrame, y: pd.Series | None = None, sample_weight: np.ndarray | None = None) -> Self:
        estimator = clone(self.estimator)
        parameters = estimator.get_params()
        limit = min([ORDINAL_CATEGORIES, *(parameters[n] for n in _named(parameters, "max_bins"))])
        self.features_ = FeatureMatrix(self.encoding, limit if self.encoding == "ordinal" else ONEHOT_CATEGORIES).fit(X)
        if codes := [i for i, coded in enumerate(self.features_.categorical_mask) if coded]:
            estimator.set_params(**dict.fromkeys(_named(parameters, "categorical_features"), codes))
        names = self.features_.get_feature_names_out()
        estimator.set_params(**dict.fromkeys(_named(parameters, "feature_names"), names))
        if "copy_X" in parameters:
            estimator.set_params(copy_X=False)  # the array is made for this fit alone
        extra = {} if sample_weight is None else {"sample_weight": sample_weight}
        learn_from = self.features_.by_column if isinstance(estimator, BY_COLUMN) else self.features_.transform
        if self.sparse and self.features_.categories_:
            learn_from = self.features_.sparse
        estimator.fit(learn_from(X), None if y is None else target(y, self.task), **extra)
        self.estimator_ = estimator.estimator_ if isinstance(estimator, ClassWeighted) else estimator
        self.classes_ = list(estimator.classes_.tolist()) if self.task in ("classification", "anomaly") else []
        self._prepare()
        return self

    @property
    def columns(self) -> list[str]:
        """The columns the algorithm takes."""
        return list(self.features_.columns_)

    def score(self, X: pd.DataFrame) -> pd.DataFrame:
        """One row of results for each row: ``Scored Labels`` and, where there are any, ``Scored Probabilities``.

        Clusters come with the distances to their centres, or the probability of each, where the algorithm has any;
        anomalies (1, and 0 for normal rows) with a score from 0 to 1 in the place of the probability; numbers with
        ``Scored Quantiles`` where some are wanted.
        """
        return self.score_columns(Arrays(X), X.index)

    def score_columns(self, columns: Mapping[str, Any], index: pd.Index) -> pd.DataFrame:
        """The same for columns that stand alone, as arrays by name."""
        encoded = self.features_.encode(columns, len(index))
        if not encoded.rows:
            return self.empty().reindex(index)
        whole = encoded.whole(self.takes_missing)
        if whole is None:
            return self._score(encoded, index)
        found = self._score(encoded.only(whole), index[whole]) if whole.any() else self.empty()
        return _nullable(found).reindex(index)

    def answers(self, columns: Mapping[str, Any], rows: int) -> dict[str, Any] | None:
        """The results of few rows as arrays by name; None where some row gets none."""
        encoded = self.features_.encode(columns, rows)
        return self._answers(encoded.matrix(0, rows)) if encoded.whole(self.takes_missing) is None else None

    def empty(self) -> pd.DataFrame:
        """The results of no rows."""
        width = len(self.features_.get_feature_names_out())
        return pd.DataFrame(self._answers(np.zeros((1, width)))).iloc[:0]

    def _score(self, encoded: Encoded, index: pd.Index) -> pd.DataFrame:
        """The results of rows that can all be asked, asked in blocks that stay near the processor."""
        count = math.ceil(encoded.rows * encoded.width / BLOCK)
        if count <= 1:
            return pd.DataFrame(self._answers(encoded.matrix(0, encoded.rows)), index=index, copy=False)
        edges = [encoded.rows * i // count for i in range(count + 1)]
        blocks = [self._answers(encoded.matrix(start, stop)) for start, stop in pairwise(edges)]
        joined = {name: _joined([block[name] for block in blocks]) for name in blocks[0]}
        return pd.DataFrame(joined, index=index, copy=False)

    def _answers(self, matrix: np.ndarray) -> dict[str, Any]:
        if not hasattr(self, "labels"):
            self._prepare()
        if self.task == "clustering":
            return _clusters(self.estimator_, matrix)
        if self.task == "anomaly":
            score = self.estimator_.score_anomaly(matrix)
            return {LABELS: (score > 0.5).astype(np.int64), PROBABILITIES: score}
        if quantiles := getattr(self.estimator_, "quantiles", ()):
            found = self.estimator_.predict_quantiles(matrix, [self.estimator_.quantile, *quantiles])
            names = [LABELS, *(f"{QUANTILES}_{q:g}" for q in quantiles)]
            return dict(zip(names, found.T, strict=True))
        quick = self.quick if len(matrix) <= SMALL else None
        if not hasattr(self.estimator_, "predict_proba"):
            found = quick(matrix) if quick else self.estimator_.predict(matrix)
            return {LABELS: self._labelled(found)}
        shares = quick(matrix) if quick else self.estimator_.predict_proba(matrix)
        return {LABELS: self.labels.take(shares.argmax(axis=1)), **_probabilities(shares, self.classes_)}

    def _labelled(self, found: np.ndarray) -> Any:
        if self.task == "classification" and isinstance(self.classes_[0], str):
            return pd.array(found, dtype="str")
        return found.astype(np.int64) if found.dtype.kind == "i" else found

    def _prepare(self) -> None:
        """What is derived from the fitted state, and not stored with it."""
        self.quick = small_batch(self.estimator_)
        texts = any(isinstance(c, str) for c in self.classes_)
        self.labels: Any = pd.array(self.classes_, dtype="str") if texts else np.array(self.classes_)

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in super().__getstate__().items() if k not in ("quick", "labels")}


def probability_columns(classes: list[object]) -> list[str]:
    """Names of the probability columns: one for two classes (that of the second), else one for each class."""
    return [PROBABILITIES] if len(classes) == 2 else [f"{PROBABILITIES}_{c}" for c in classes]


def target(y: pd.Series, task: Task) -> np.ndarray:
    """A label, nothing missing, as scikit-learn takes it; classes that are no numbers or truth values as text.

    Of an anomaly it is always text, empty where it is missing.
    """
    if task == "regression":
        return y.to_numpy(dtype=np.float64)
    if task == "anomaly":
        return np.array(["" if is_missing(v) else as_text(v) for v in y.tolist()], dtype=str)
    kind = column_type(y)
    if kind is ColumnType.BOOLEAN:
        return y.to_numpy(dtype=bool)
    if kind.is_numeric:
        values = y.to_numpy(dtype=np.float64)
        whole = kind is ColumnType.INTEGER or bool((values == np.floor(values)).all())
        if not whole:
            raise InputError(
                _(
                    "The label has numbers with fractions, such as {value:g}, which are no classes.",
                    value=float(values[values != np.floor(values)][0]),
                ),
                fix=_("Choose an algorithm of regression, or make the label a category with Edit Metadata."),
            )
        return y.to_numpy(dtype=np.int64)
    codes, distinct = pd.factorize(y)
    return np.array([as_text(v) for v in distinct.tolist()], dtype=str)[codes]


def _named(parameters: Mapping[str, Any], name: str) -> list[str]:
    """The parameters of this name, also those of estimators inside the estimator that see the features."""
    return [p for p in parameters if p.split("__")[-1] == name and "final_estimator" not in p.split("__")]


def _probabilities(shares: np.ndarray, classes: list[object]) -> dict[str, np.ndarray]:
    names = probability_columns(classes)
    return {names[0]: shares[:, 1]} if len(classes) == 2 else {n: shares[:, i] for i, n in enumerate(names)}


def _joined(parts: list[Any]) -> Any:
    """Arrays of one type, one behind the other."""
    if isinstance(parts[0], np.ndarray):
        return np.concatenate(parts)
    return pd.concat([pd.Series(part, copy=False) for part in parts], ignore_index=True).array


def _clusters(estimator: Any, matrix: np.ndarray) -> dict[str, np.ndarray]:
    results: dict[str, np.ndarray] = {LABELS: np.asarray(estimator.predict(matrix)).astype(np.int64)}
    if hasattr(estimator, "predict_proba"):
        shares = estimator.predict_proba(matrix)
        return results | {f"{PROBABILITIES}_{i}": shares[:, i] for i in range(shares.shape[1])}
    away = distances(estimator, matrix)
    return results if away is None else results | {f"{DISTANCES}_{i}": away[:, i] for i in range(away.shape[1])}


def _nullable(frame: pd.DataFrame) -> pd.DataFrame:
    """Whole numbers and truth values that can also be missing."""
    kinds = {c: {"i": "Int64", "b": "boolean"}.get(frame[c].dtype.kind) for c in frame}
    return frame.astype({c: k for c, k in kinds.items() if k})
