"""Links that fill in missing values, or drop columns that have them."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

from pipelines.chain.conform import as_text
from pipelines.chain.transformer import Columnwise, Transformer, array_of, numbers
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.schema import ColumnType, column_type
from pipelines.steps.checks import WORDS, kind_of
from pipelines.steps.names import free

Constant = bool | int | float | str | None
NO_TEXT = "missing"


class FillMissing(Columnwise):
    """Missing values replaced by a value learned for each column, or by one given for its kind.

    ``imputer`` is a scikit-learn imputer for the columns of numbers together. ``indicator`` adds a column of truth
    values for each that had gaps in the training rows. Only columns whose share of missing values in the training rows
    is from ``least`` to ``most`` are touched. Unless ``keep_empty``, those without any value there leave.
    """

    def __init__(
        self,
        columns: list[str],
        strategy: str,
        fill_values: dict[str, Constant] | None = None,
        imputer: Any = None,
        indicator: bool = False,
        least: float = 0.0,
        most: float = 1.0,
        keep_empty: bool = True,
    ) -> None:
        self.columns = columns
        self.strategy = strategy
        self.fill_values = fill_values
        self.imputer = imputer
        self.indicator = indicator
        self.least = least
        self.most = most
        self.keep_empty = keep_empty

    def learn(self, frame: pd.DataFrame, y: pd.Series | None) -> None:
        chosen = within(frame, self.columns, self.least, self.most)
        self.gone_ = [] if self.keep_empty else [c for c in chosen if frame[c].isna().all()]
        chosen = [c for c in chosen if c not in self.gone_]
        numeric = [c for c in chosen if column_type(frame[c]).is_numeric] if self.imputer is not None else []
        self.values_: dict[str, Any] = {c: self._value(frame[c]) for c in chosen if c not in numeric}
        self.together_ = numeric
        if numeric:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", (ConvergenceWarning, RuntimeWarning))  # its last round is used
                self.imputer_ = clone(self.imputer).fit(_matrix(frame, numeric))
        taken = {str(c) for c in frame.columns}
        gaps = [c for c in chosen if frame[c].isna().any()] if self.indicator else []
        self.indicators_: dict[str, str] = {c: free(f"{c}_missing", taken) for c in gaps}

    def gone(self) -> Collection[str]:
        return self.gone_

    def make(self, columns: Mapping[str, Any], rows: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, value in self.values_.items():
            column = columns[name]
            missing = _missing(column)
            if missing is not None:
                made[name] = _filled(pd.Series(column, copy=False), missing, value)
        made |= self._imputed(columns)
        return made | {new: np.asarray(pd.isna(columns[name])) for name, new in self.indicators_.items()}

    def requires(self, outputs: set[str]) -> set[str]:
        source = {made: name for name, made in self.indicators_.items()}
        together = set(self.together_)
        return {source.get(o, o) for o in outputs} | (together if outputs & together else set())

    def _imputed(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        """The columns of numbers that have gaps, each filled by what the others of the row say."""
        if not self.together_:
            return {}
        values = _matrix(columns, self.together_)
        gaps = np.isnan(values)
        incomplete = np.flatnonzero(gaps.any(axis=1))
        if not len(incomplete):
            return {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            found = self.imputer_.transform(values[incomplete])
        values[incomplete] = np.where(gaps[incomplete], _rounded(found), values[incomplete])
        return {name: values[:, i] for i, name in enumerate(self.together_) if gaps[:, i].any()}

    def _value(self, values: pd.Series) -> Any:
        kind = column_type(values)
        if self.strategy == "constant":
            return _constant(values, kind, (self.fill_values or {}).get(kind_of(kind)))
        if kind.is_numeric and self.strategy in ("mean", "median"):
            floats = np.asarray(numbers(array_of(values)), dtype=np.float64)
            floats = floats[~missing] if (missing := np.isnan(floats)).any() else floats
            if len(floats):
                return float(np.mean(floats) if self.strategy == "mean" else np.median(floats))
        present = values.dropna()
        if not len(present):
            return _constant(values, kind, None)
        return _plain(present.astype(object).mode().iloc[0], kind)


class DropIncomplete(Transformer):
    """Those of ``candidates`` that had a missing value in the training rows, dropped."""

    columns: ClassVar[tuple[str, ...]] = ()

    def __init__(self, candidates: list[str], least: float = 0.0, most: float = 1.0) -> None:
        self.candidates = candidates
        self.least = least
        self.most = most

    def learn(self, frame: pd.DataFrame, y: pd.Series | None) -> None:
        chosen = within(frame, self.candidates, self.least, self.most)
        self.dropped_ = [c for c in chosen if frame[c].isna().any()]

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        return X.drop(columns=self.dropped_, errors="ignore")

    def requires(self, outputs: set[str]) -> set[str]:
        return set(outputs)


def within(frame: pd.DataFrame, names: Sequence[str], least: float, most: float) -> list[str]:
    """The columns whose share of missing values is from ``least`` to ``most``."""
    if least <= 0 and most >= 1:
        return list(names)
    return [n for n in names if least <= (float(frame[n].isna().mean()) if len(frame) else 0.0) <= most]


def _matrix(columns: Any, names: Sequence[str]) -> np.ndarray:
    """Columns of numbers as one array of its own, NaN for what is missing or infinite."""
    arrays = [columns[n] for n in names]
    numeric = [numbers(array_of(a) if isinstance(a, pd.Series) else a) for a in arrays]
    found = np.column_stack([np.asarray(n, dtype=np.float64) for n in numeric])
    found[np.isinf(found)] = np.nan
    return found


def _rounded(values: np.ndarray) -> np.ndarray:
    """Twelve digits: the last ones of a sum hang on how many rows are computed at once."""
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.where(values == 0, 0, np.floor(np.log10(np.abs(values))))
    scale = 10.0 ** (11 - size)
    return np.asarray(np.round(values * scale) / scale)


def _missing(values: Any) -> np.ndarray | None:
    """Which values of an array are missing; None when none is."""
    kind = values.dtype.kind if isinstance(values.dtype, np.dtype) else "extension"
    if kind in "iub":
        return None
    found = np.isnan(values) if kind == "f" else np.asarray(pd.isna(values))
    return found if found.any() else None


def _filled(values: pd.Series, missing: np.ndarray, value: Any) -> Any:
    """An array without gaps, of the column's own dtype where that can hold ``value``."""
    dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        known = values if value in dtype.categories else values.cat.add_categories([value])
        return known.mask(missing, value).array
    if isinstance(value, float) and not value.is_integer() and pd.api.types.is_integer_dtype(dtype):
        found = numbers(values)
        assert found is not None
        return np.where(missing, value, found)
    if isinstance(value, str) and pd.api.types.is_datetime64_any_dtype(dtype):
        moment = pd.Timestamp(value)
        zone = getattr(dtype, "tz", None)
        return values.mask(missing, moment.tz_localize("UTC").tz_convert(zone) if zone else moment).array
    if isinstance(dtype, pd.StringDtype):
        return values.fillna(value).array
    if isinstance(value, float) and pd.api.types.is_integer_dtype(dtype):
        value = int(value)
    return values.mask(missing, value).array


def _constant(values: pd.Series, kind: ColumnType, value: Constant) -> Any:
    """``value`` as the column can hold it; the stand-in of the column's kind for None."""
    name = str(values.name)
    if kind.is_numeric:
        try:
            return float(0 if value is None else value)
        except ValueError:
            raise _unfit(name, kind, value) from None
    if kind is ColumnType.BOOLEAN:
        known = {"true": True, "false": False, "1": True, "0": False, "none": False}
        if str(value).casefold() not in known:
            raise _unfit(name, kind, value)
        return known[str(value).casefold()]
    if kind is ColumnType.DATETIME:
        try:
            return _moment(pd.Timestamp(0 if value is None else str(value)))
        except ValueError:
            raise _unfit(name, kind, value) from None
    return NO_TEXT if value is None else as_text(value)


def _plain(value: Any, kind: ColumnType) -> Any:
    """A value as skops can store it."""
    if kind.is_numeric:
        return float(value)
    if kind is ColumnType.BOOLEAN:
        return bool(value)
    if kind is ColumnType.DATETIME:
        return _moment(pd.Timestamp(value))
    value = value.item() if isinstance(value, np.generic) else value
    return value if isinstance(value, int | float | bool) else str(value)


def _moment(value: pd.Timestamp) -> str:
    return (value.tz_convert("UTC").tz_localize(None) if value.tz is not None else value).isoformat()


def _unfit(name: str, kind: ColumnType, value: Constant) -> InputError:
    return InputError(
        _(
            "Column {column!r} holds {kind}, so it cannot be filled with {value!r}.",
            column=name,
            kind=WORDS[kind],
            value=value,
        ),
        fix=_("Choose the columns that it fits, such as those of one kind."),
    )
