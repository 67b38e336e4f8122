"""Links of a chain: scikit-learn transformers that take a DataFrame and give a DataFrame."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler

from pipelines.errors import InputError


class Transformer(TransformerMixin, BaseEstimator):
    """Base of every link. It keeps the rows as they are: as many, in the same order, with the same index.

    A subclass stores its parameters in ``__init__`` and overrides ``transform``; one that learns overrides ``learn``.
    Learned attributes end in an underscore and hold only what skops can store: numbers, text, lists, dicts, arrays
    and scikit-learn estimators. ``columns``, where a subclass has it, names the columns whose values it may change.
    """

    columns_in_: list[str]

    def fit(self, X: pd.DataFrame, y: pd.Series | None = None) -> Self:
        self.columns_in_ = [str(c) for c in X.columns]
        self.learn(X, y)
        return self

    def learn(self, frame: pd.DataFrame, y: pd.Series | None) -> None:
        """Learn from rows; nothing by default."""

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        raise NotImplementedError

    def requires(self, outputs: set[str]) -> set[str]:
        """The input columns needed to produce ``outputs``; all of them unless a subclass knows better."""
        return set(self.columns_in_)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "columns_in_")


class OnColumns(Transformer):
    """A scikit-learn transformer applied to some columns of a table, the others passed on.

    Where it gives one column for each it takes, results stand in the same columns under the same names; otherwise the
    columns it took leave, and its own, named by ``get_feature_names_out``, follow at the end (``append`` keeps both).
    """

    def __init__(self, transformer: Any, columns: list[str], append: bool = False) -> None:
        self.transformer = transformer
        self.columns = columns
        self.append = append

    def learn(self, frame: pd.DataFrame, y: pd.Series | None) -> None:
        self.outputs_: list[str] = list(self.columns)
        self.in_place_ = True
        if not self.columns:
            return
        values = _values(frame, self.columns)
        _require_finite(values, self.columns)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # a column without any value has no mean; it stays missing
            self.transformer_ = clone(self.transformer).fit(values, None if y is None else y.to_numpy())
        names = [str(n) for n in self.transformer_.get_feature_names_out(self.columns)]
        self.in_place_ = names == list(self.columns) and not self.append
        self.outputs_ = names

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        if not self.columns or not len(X):
            return self._of_no_rows(X)
        result = _apply(self.transformer_, _values(X, self.columns))
        if self.in_place_:
            return replaced(X, {name: result[:, i] for i, name in enumerate(self.outputs_)})
        return appended(X, [] if self.append else self.columns, result, self.outputs_)

    def _of_no_rows(self, X: pd.DataFrame) -> pd.DataFrame:
        """No columns, or no rows, which scikit-learn refuses."""
        if not self.columns:
            return X
        if self.in_place_:
            return X.astype({c: np.float64 for c in self.columns if pd.api.types.is_numeric_dtype(X[c].dtype)})
        return appended(X, [] if self.append else self.columns, np.zeros((0, len(self.outputs_))), self.outputs_)

    def requires(self, outputs: set[str]) -> set[str]:
        made = set(self.outputs_)
        if self.in_place_:
            return set(outputs)
        return (outputs - made) | (set(self.columns) if outputs & made else set())


def replaced(frame: pd.DataFrame, made: Mapping[str, Any]) -> pd.DataFrame:
    """``frame`` with the columns in ``made`` instead of those of the same names; the others are shared, not copied."""
    result = frame.copy(deep=False)
    for name, values in made.items():
        result[name] = values
    return result


def appended(frame: pd.DataFrame, without: Sequence[str], values: np.ndarray, names: Sequence[str]) -> pd.DataFrame:
    """``frame`` without some columns, and without those called as the new ones, which follow at the end."""
    gone = {*without, *names}
    kept = frame[[c for c in frame.columns if c not in gone]]
    return pd.concat([kept, pd.DataFrame(values, index=frame.index, columns=list(names), copy=False)], axis=1)


def numbers(values: pd.Series) -> np.ndarray | None:
    """A column of numbers or truth values as an array, NaN for what is missing; None when it holds anything else."""
    dtype = values.dtype
    if isinstance(dtype, np.dtype):
        return values.to_numpy() if dtype.kind in "iufb" else None
    return values.to_numpy(dtype=np.float64, na_value=np.nan) if pd.api.types.is_numeric_dtype(dtype) else None


def _values(frame: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """The columns as one array: float64 where all are numbers, else objects with NaN for what is missing."""
    found = np.empty((len(frame), len(columns)))
    for i, name in enumerate(columns):
        column = numbers(frame[name])
        if column is None:
            values = frame[list(columns)].astype(object).to_numpy()
            values[pd.isna(values)] = np.nan
            return values
        found[:, i] = column
    return found


def _require_finite(values: np.ndarray, columns: Sequence[str]) -> None:
    if values.dtype.kind != "f":
        return
    infinite = np.isinf(values).any(axis=0)
    if infinite.any():
        raise InputError(
            f"Column {columns[int(infinite.argmax())]!r} holds an infinite number in the training rows.",
            fix="Take such rows out with Filter Rows, or repair the column with Apply SQL.",
        )


def _apply(transformer: Any, values: np.ndarray) -> np.ndarray:
    """``transformer.transform(values)``. A scaler's arithmetic is done here, in its own order, so that the numbers are
    the same to the last bit; its checks cost more than a row does, and refuse an infinite number in any row."""
    match transformer:
        case StandardScaler(mean_=mean, scale_=scale) if type(transformer) is StandardScaler:
            return (values - mean) / scale
        case MinMaxScaler(clip=False) if type(transformer) is MinMaxScaler:
            return values * transformer.scale_ + transformer.min_
        case RobustScaler(center_=center, scale_=scale) if type(transformer) is RobustScaler:
            return (values - center) / scale
        case MaxAbsScaler(scale_=scale) if type(transformer) is MaxAbsScaler and not getattr(
            transformer, "clip", False
        ):
            return values / scale
    result = transformer.transform(values)
    return result.toarray() if sparse.issparse(result) else result
