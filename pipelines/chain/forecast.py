"""The last link of a forecast: what a learner makes of the past of each series, for the moments that follow it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

import numpy as np
import pandas as pd

from pipelines.chain.conform import as_text, is_missing
from pipelines.chain.predictor import LABELS, Predictor, Task
from pipelines.errors import InputError
from pipelines.messages import _

Frequency = Literal[
    "minute", "quarter hour", "hour", "day", "business day", "week", "month", "quarter", "year"
]  # fmt: skip
CODES: Mapping[str, str] = {
    "minute": "min",
    "quarter hour": "min",
    "hour": "h",
    "day": "D",
    "business day": "D",
    "week": "W",
    "month": "M",
    "quarter": "Q",
    "year": "Y",
}
SEASONS: Mapping[str, int] = {
    "minute": 60,
    "quarter hour": 96,
    "hour": 24,
    "day": 7,
    "business day": 5,
    "week": 52,
    "month": 12,
    "quarter": 4,
    "year": 1,
}
"""Moments after which a series is taken to come round."""
CALENDAR: Mapping[str, tuple[str, ...]] = {
    "minute": ("hour", "day_of_week"),
    "quarter hour": ("hour", "day_of_week"),
    "hour": ("hour", "day_of_week"),
    "day": ("day_of_week", "month"),
    "business day": ("day_of_week", "month"),
    "week": ("month",),
    "month": ("month",),
    "quarter": ("quarter",),
    "year": (),
}
SECONDS: Mapping[str, float] = {
    "minute": 60,
    "quarter hour": 900,
    "hour": 3600,
    "day": 86400,
    "week": 604800,
    "month": 2.6e6,
    "quarter": 7.9e6,
}


EPOCH = np.datetime64("1970-01-01")
TWO_WEEKS, SATURDAY = 10, 5


class Forecaster(Predictor):
    """A learner over lags, means of windows, the calendar and a trend, applied to its own forecasts (recursively).

    Each feature of a moment is made of what came before it. ``values_`` has, for each series, the number of its first
    moment and what is known of each moment from there on: in training, the forecast from the moment before (missing
    where the lags reach before the beginning); then ``horizon`` forecasts. Any other moment gets none.
    """

    task: Task = "regression"

    def __init__(
        self,
        learner: Predictor,
        time: str,
        series: str | None,
        frequency: str,
        lags: Sequence[int],
        windows: Sequence[int] = (),
        calendar: bool = True,
        trend: bool = True,
        horizon: int = 12,
    ) -> None:
        self.learner = learner
        self.time = time
        self.series = series
        self.frequency = frequency
        self.lags = lags
        self.windows = windows
        self.calendar = calendar
        self.trend = trend
        self.horizon = horizon

    def fit(self, X: pd.DataFrame, y: pd.Series | None = None, sample_weight: np.ndarray | None = None) -> Self:
        assert y is not None
        past = {name: grid(values) for name, values in histories(X, y, self.time, self.series, self.frequency).items()}
        self.first_ = min(start for start, _filled, _known in past.values())
        made = {n: self._features(n, start, filled) for n, (start, filled, _known) in past.items()}
        usable = {n: made[n].notna().all(axis=1).to_numpy() & known for n, (_start, _filled, known) in past.items()}
        rows = pd.concat([made[n][usable[n]] for n in past], ignore_index=True)
        if len(rows) < 2:
            raise InputError(
                _("No series is longer than what its lags and windows reach back, {count} moments.", count=self._reach),
                fix=_("Take shorter lags and windows, or more rows."),
            )
        labels = np.concatenate([past[n][1][usable[n]] for n in past])
        self.learner_ = self.learner.fit(rows, pd.Series(labels))
        self.estimator_, self.features_, self.classes_ = self.learner_.estimator_, self.learner_.features_, []
        self.values_: dict[str, list[Any]] = {
            n: [start, self._fitted(made[n])] for n, (start, _filled, _known) in past.items()
        }
        for name, ahead in self._ahead({n: (start, filled) for n, (start, filled, _known) in past.items()}).items():
            self.values_[name][1] = np.concatenate([self.values_[name][1], ahead])
        return self

    @property
    def columns(self) -> list[str]:
        return [self.time] if self.series is None else [self.time, self.series]

    def score(self, X: pd.DataFrame) -> pd.DataFrame:
        """``Scored Labels`` for each row's moment, missing where nothing is known of it."""
        moments, gone = ordinals(X[self.time], self.frequency)
        codes, distinct = pd.factorize(names_of(X, self.series))
        found = np.full(len(X), np.nan)
        for code, name in enumerate(distinct.tolist()):
            if name not in self.values_:
                continue
            start, values = self.values_[name]
            at = moments - start
            known = (codes == code) & ~gone & (at >= 0) & (at < len(values))
            found[known] = values[at[known]]
        return pd.DataFrame({LABELS: found}, index=X.index)

    def empty(self) -> pd.DataFrame:
        return pd.DataFrame({LABELS: np.zeros(0)})

    @property
    def _reach(self) -> int:
        return max([0, *self.lags, *self.windows])

    def _features(
        self, name: str, start: int, values: np.ndarray, at: np.ndarray | None = None, ahead: int = 1
    ) -> pd.DataFrame:
        """The features of every moment of a series, or of those ``at``, by what was known so many moments ``ahead``."""
        at = np.arange(len(values)) if at is None else at
        pad = self._reach + ahead - 1
        padded = np.concatenate([np.full(pad, np.nan), values])
        ends = at + self._reach  # in ``padded``, behind the last value known
        found: dict[str, Any] = {f"lag {n}": padded[ends - n] for n in self.lags}
        for n in self.windows:
            found[f"mean of {n}"] = np.array([padded[i - n : i].mean() for i in ends])
        if self.trend:
            found["trend"] = (at + start - self.first_).astype(np.float64)
        if self.calendar:
            periods = periods_of(at + start, self.frequency)
            for part in CALENDAR[self.frequency]:
                numbers, places = np.unique(np.asarray(getattr(periods, part)), return_inverse=True)
                found[part] = pd.array([str(v) for v in numbers.tolist()], dtype="str").take(places)
        if self.series is not None:
            found[self.series] = pd.array([name or "?"] * len(at), dtype="str")
        return pd.DataFrame(found)

    def _fitted(self, features: pd.DataFrame) -> np.ndarray:
        whole = features.notna().all(axis=1).to_numpy()
        found = np.full(len(features), np.nan)
        if whole.any():
            found[whole] = self.learner_.score(features[whole])[LABELS].to_numpy(dtype=np.float64)
        return found

    def _ahead(self, past: dict[str, tuple[int, np.ndarray]]) -> dict[str, np.ndarray]:
        """The forecasts behind the end of each series, step by step, each made of those before."""
        known = dict(past)
        for _step in range(self.horizon):
            rows = [self._features(n, start, v, np.array([len(v)])) for n, (start, v) in known.items()]
            found = self._fitted(pd.concat(rows, ignore_index=True))
            known = {n: (start, np.append(values, found[i])) for i, (n, (start, values)) in enumerate(known.items())}
        return {n: values[len(past[n][1]) :] for n, (_start, values) in known.items()}


def histories(X: pd.DataFrame, y: pd.Series, time: str, series: str | None, frequency: str) -> dict[str, pd.Series]:
    """The known values of each series by the number of their moment, in order. InputError for two in one moment."""
    values = y.to_numpy(dtype=np.float64, na_value=np.nan)
    places = places_of(X, y, time, series, frequency)
    return {name: pd.Series(values[mine], index=mine.index) for name, mine in places.items()}


def places_of(X: pd.DataFrame, y: pd.Series, time: str, series: str | None, frequency: str) -> dict[str, pd.Series]:
    """The places in ``X`` of the rows of each series with a value, by the number of their moment, in order."""
    moments, gone = ordinals(X[time], frequency)
    values = y.to_numpy(dtype=np.float64, na_value=np.nan)
    kept = ~gone & np.isfinite(values)
    if not kept.any():
        raise InputError(_("No row has both a time and a label."), fix=_("Check the steps before."))
    names = names_of(X, series)
    found = {}
    for name in dict.fromkeys(names[kept].tolist()):
        mine = np.flatnonzero(kept & (names == name))
        each = pd.Series(mine, index=moments[mine]).sort_index()
        if each.index.has_duplicates:
            twice = periods_of(each.index[each.index.duplicated()].to_numpy()[:1], frequency)[0]
            raise InputError(
                _("Several rows fall in one {frequency}, {moment}.", frequency=frequency, moment=str(twice)),
                fix=_("Sum them up before, say which series each belongs to, or choose a finer frequency."),
            )
        found[name] = each
    return found


def grid(values: pd.Series) -> tuple[int, np.ndarray, np.ndarray]:
    """The first moment, the values of every moment up to the last (gaps on a straight line), and which were known."""
    start = int(values.index[0])
    whole = values.reindex(np.arange(start, int(values.index[-1]) + 1))
    return start, whole.interpolate().to_numpy(dtype=np.float64), whole.notna().to_numpy()


def ordinals(times: pd.Series, frequency: str) -> tuple[np.ndarray, np.ndarray]:
    """The number of each time's moment, counted in the frequency, and which times are missing.

    Of business days, Monday to Friday, a time at a weekend counts as missing.
    """
    stamps = pd.to_datetime(times)
    stamps = stamps.dt.tz_convert("UTC").dt.tz_localize(None) if stamps.dt.tz is not None else stamps
    gone = stamps.isna().to_numpy()
    filled = stamps.fillna(pd.Timestamp(0))
    numbers = pd.PeriodIndex(filled.dt.to_period(CODES[frequency])).asi8
    if frequency == "quarter hour":
        return numbers // 15, gone
    if frequency == "business day":
        days = numbers.astype("datetime64[D]")
        return np.busday_count(EPOCH, days), gone | ~np.is_busday(days)
    return numbers, gone


def periods_of(moments: np.ndarray, frequency: str) -> pd.PeriodIndex:
    """The periods with these numbers: of a quarter of an hour its first minute."""
    numbers = np.asarray(moments, dtype=np.int64)
    if frequency == "quarter hour":
        numbers = numbers * 15
    elif frequency == "business day":
        numbers = np.busday_offset(EPOCH, numbers).astype(np.int64)
    made: pd.PeriodIndex = pd.PeriodIndex.from_ordinals(numbers, freq=CODES[frequency])  # type: ignore[attr-defined]
    return made


def likely_frequency(times: pd.Series) -> str:
    """The frequency of times, by the commonest distance between one and the next."""
    stamps = pd.to_datetime(times).dropna().drop_duplicates().sort_values()
    if len(stamps) < 2:
        return "day"
    gap = float(stamps.diff().dt.total_seconds().median())
    found = next((name for name, seconds in SECONDS.items() if gap <= 1.5 * seconds), "year")
    weekdays = found == "day" and len(stamps) >= TWO_WEEKS and bool((stamps.dt.day_of_week < SATURDAY).all())
    return "business day" if weekdays else found


def names_of(X: pd.DataFrame, series: str | None) -> np.ndarray:
    """The name of the series that each row belongs to; empty where there is one alone."""
    names = [""] * len(X) if series is None else ["" if is_missing(v) else as_text(v) for v in X[series].tolist()]
    return np.array(names, dtype=object)
