"""Links of a chain: scikit-learn transformers that take a DataFrame and give a DataFrame."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin, clone


class Transformer(TransformerMixin, BaseEstimator):
    """Base of every link. It keeps the rows as they are: as many, in the same order, with the same index.

    A subclass stores its parameters in ``__init__`` and overrides ``transform``; one that learns overrides ``learn``.
    Learned attributes end in an underscore and hold only what skops can store: numbers, text, lists, dicts, arrays
    and scikit-learn estimators.
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
        values = self._values(frame)
        self.transformer_ = clone(self.transformer).fit(values, None if y is None else y.to_numpy())
        names = [str(n) for n in self.transformer_.get_feature_names_out(self.columns)]
        self.in_place_ = names == list(self.columns) and not self.append
        self.outputs_ = names

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        if not self.columns:
            return X
        result = self.transformer_.transform(self._values(X))
        if sparse.issparse(result):
            result = result.toarray()
        made = {name: result[:, i] for i, name in enumerate(self.outputs_)}
        if self.in_place_:
            return X.assign(**made)
        kept = X if self.append else X.drop(columns=[c for c in self.columns if c not in made])
        return pd.concat([kept.drop(columns=[c for c in made if c in kept]), pd.DataFrame(made, index=X.index)], axis=1)

    def _values(self, frame: pd.DataFrame) -> np.ndarray:
        """The columns as one array: float64 where all are numbers, else objects with NaN for what is missing."""
        found = [frame[c] for c in self.columns]
        if all(pd.api.types.is_numeric_dtype(v.dtype) for v in found):
            values = np.empty((len(frame), len(found)))
            for i, column in enumerate(found):
                plain = isinstance(column.dtype, np.dtype)
                values[:, i] = column.to_numpy() if plain else column.to_numpy(dtype=np.float64, na_value=np.nan)
            return values
        objects = np.empty((len(frame), len(found)), dtype=object)
        for i, column in enumerate(found):
            objects[:, i] = column.to_numpy(dtype=object)
        objects[pd.isna(objects)] = np.nan
        return objects

    def requires(self, outputs: set[str]) -> set[str]:
        made = set(self.outputs_)
        if self.in_place_:
            return set(outputs)
        return (outputs - made) | (set(self.columns) if outputs & made else set())
