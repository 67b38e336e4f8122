"""Links of a chain: scikit-learn transformers that take a DataFrame and give a DataFrame."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin, clone
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler
from sklearn.utils import get_tags

from pipelines.errors import InputError
from pipelines.messages import _

MANY = 16  # columns, from which a table of new ones is quicker made than the old one filled


class Transformer(TransformerMixin, BaseEstimator):
    """Base of every link. It keeps the rows as they are: as many, in the same order, with the same index.

    A subclass stores its parameters in ``__init__`` and overrides ``transform``; one that learns overrides ``learn``.
    Learned attributes end in an underscore and hold only what skops can store: numbers, text, lists, dicts, arrays
    and scikit-learn estimators. ``columns``, where a subclass has it, names the columns whose values it may change.

    One that learns from the label may let a row see its own, which a model then learns by heart. Such a link
    ``cross_fits``: as in scikit-learn, its ``fit_transform`` makes each of the rows it learns from out of the labels of
    others, and is no longer ``fit`` and ``transform``.
    """

    columns_in_: list[str]
    cross_fits = False

    def fit(self, X: pd.DataFrame, y: pd.Series | None = None) -> Self:
        self.columns_in_ = [str(c) for c in X.columns]
        self.learn(X, y)
        return self

    def learn(self, frame: pd.DataFrame, y: pd.Series | None) -> None:
        """Learn from rows; nothing by default."""

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        raise NotImplementedError

    def apply(self, columns: dict[str, Any], rows: int) -> dict[str, Any]:
        """``transform`` for columns that stand alone: arrays by name, of ``rows`` values each."""
        return columns_of(self.transform(pd.DataFrame(columns, index=pd.RangeIndex(rows), copy=False)))

    def requires(self, outputs: set[str]) -> set[str]:
        """The input columns needed to produce ``outputs``; all of them unless a subclass knows better."""
        return set(self.columns_in_)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "columns_in_")


class Columnwise(Transformer):
    """A link that makes columns of columns.

    ``make`` is all there is to it, on a table as on columns that stand alone, where no table is built around one row.
    """

    def make(self, columns: Mapping[str, Any], rows: int) -> dict[str, Any]:
        """The columns it makes, as arrays by name."""
        raise NotImplementedError

    def gone(self) -> Collection[str]:
        """The columns that leave. What is made under their names, or under new ones, follows at the end."""
        return ()

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        return self.placed(X, self.make(Arrays(X), len(X)))

    def placed(self, X: pd.DataFrame, made: dict[str, Any]) -> pd.DataFrame:
        """The table with the columns it made."""
        gone = self.gone()
        result = X[[c for c in X.columns if c not in gone]] if gone else X.copy(deep=False)
        new = {name: made.pop(name) for name in list(made) if name not in result.columns}
        if len(made) > max(MANY, len(result.columns) / 2):  # to set one after the other takes six times as long
            columns = {c: made[c] if c in made else result[c] for c in result.columns}
            result = pd.DataFrame(columns, index=X.index, copy=False)
            result.attrs = X.attrs
        else:
            for name, values in made.items():
                result[name] = values
        return pd.concat([result, pd.DataFrame(new, index=X.index, copy=False)], axis=1) if new else result

    def apply(self, columns: dict[str, Any], rows: int) -> dict[str, Any]:
        made = self.make(columns, rows)
        gone = self.gone()
        return ({n: v for n, v in columns.items() if n not in gone} if gone else columns) | made


class OnColumns(Columnwise):
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
        values = _values(Arrays(frame), self.columns, len(frame))
        _require_finite(values, self.columns)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # a column without any value has no mean; it stays missing
            learner = clone(self.transformer)
            self.transformer_ = learner.fit(values, y.to_numpy() if y is not None and _learns_of(learner) else None)
        names = [str(n) for n in self.transformer_.get_feature_names_out(self.columns)]
        self.in_place_ = names == list(self.columns) and not self.append
        self.outputs_ = names

    def make(self, columns: Mapping[str, Any], rows: int) -> dict[str, Any]:
        return self.made_of(self.given(columns, rows)) if self.columns else {}

    def given(self, columns: Mapping[str, Any], rows: int) -> np.ndarray:
        """The columns it takes, as one new array."""
        return _values(columns, self.columns, rows)

    def made_of(self, values: np.ndarray) -> dict[str, Any]:
        """The columns it makes of such an array, which may be written into."""
        # scikit-learn refuses no rows
        result = _apply(self.transformer_, values) if len(values) else np.zeros((0, len(self.outputs_)))
        return {name: result[:, i] for i, name in enumerate(self.outputs_)}

    def gone(self) -> Collection[str]:
        if self.in_place_:
            return ()
        return set(self.outputs_) if self.append else {*self.columns, *self.outputs_}

    def requires(self, outputs: set[str]) -> set[str]:
        made = set(self.outputs_)
        if self.in_place_:
            return set(outputs)
        return (outputs - made) | (set(self.columns) if outputs & made else set())


def array_of(values: pd.Series) -> Any:
    """A column as an array: NumPy's own for numbers and truth values, else pandas'."""
    return values.to_numpy() if isinstance(values.dtype, np.dtype) and values.dtype.kind in "iufbO" else values.array


def columns_of(frame: pd.DataFrame) -> dict[str, Any]:
    """The columns of a table as arrays by name."""
    return {str(name): array_of(values) for name, values in frame.items()}


class Arrays(Mapping[str, Any]):
    """A table seen as arrays by name."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame

    def __getitem__(self, name: str) -> Any:
        return array_of(self.frame[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self.frame.columns)

    def __len__(self) -> int:
        return len(self.frame.columns)


def numbers(values: Any) -> np.ndarray | None:
    """A column of numbers or truth values as an array, NaN for what is missing; None when it holds anything else."""
    dtype = values.dtype
    if isinstance(dtype, np.dtype):
        return np.asarray(values) if dtype.kind in "iufb" else None
    return values.to_numpy(dtype=np.float64, na_value=np.nan) if pd.api.types.is_numeric_dtype(dtype) else None


def _values(columns: Mapping[str, Any], names: Sequence[str], rows: int) -> np.ndarray:
    """The columns as one new array: float64 where all are numbers, else objects with NaN for what is missing."""
    if isinstance(columns, Arrays):
        frame = columns.frame[list(names)]
        if all(isinstance(d, np.dtype) and d.kind in "iufb" for d in frame.dtypes):
            return np.array(frame, dtype=np.float64, order="F")
    given = [columns[name] for name in names]
    found = np.empty((rows, len(names)), order="F")  # column by column, as it is filled and read
    for i, column in enumerate(given):
        values = numbers(column)
        if values is None:
            break
        found[:, i] = values
    else:
        return found
    objects = np.empty((rows, len(names)), dtype=object)
    for i, column in enumerate(given):
        objects[:, i] = np.asarray(column, dtype=object)
    objects[pd.isna(objects)] = np.nan
    return objects


def _learns_of(transformer: Any) -> bool:
    """Whether ``transformer`` may look at a label; to make an array of one takes longer than to scale a column."""
    return get_tags(transformer).target_tags.required or not isinstance(transformer, OneToOneFeatureMixin)


def _require_finite(values: np.ndarray, columns: Sequence[str]) -> None:
    if values.dtype.kind != "f":
        return
    infinite = np.isinf(values).any(axis=0)
    if infinite.any():
        raise InputError(
            _(
                "Column {column!r} holds an infinite number in the training rows.",
                column=columns[int(infinite.argmax())],
            ),
            fix=_("Take such rows out with Filter Rows, or repair the column with Apply SQL."),
        )


def _apply(transformer: Any, values: np.ndarray) -> np.ndarray:
    """``transformer.transform(values)``; ``values`` may be written into.

    A scaler's arithmetic is done here, in its own order, so that the numbers are the same to the last bit; its checks
    cost more than a row does, and refuse an infinite number in any row.
    """
    match transformer:
        case StandardScaler(mean_=mean, scale_=scale) if type(transformer) is StandardScaler:
            values -= mean
            values /= scale
            return values
        case MinMaxScaler(clip=False) if type(transformer) is MinMaxScaler:
            values *= transformer.scale_
            values += transformer.min_
            return values
        case RobustScaler(center_=center, scale_=scale) if type(transformer) is RobustScaler:
            values -= center
            values /= scale
            return values
        case MaxAbsScaler(scale_=scale) if type(transformer) is MaxAbsScaler and not getattr(
            transformer, "clip", False
        ):
            values /= scale
            return values
    result = transformer.transform(values)
    return result.toarray() if sparse.issparse(result) else result
