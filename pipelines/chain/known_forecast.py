"""The last link of a forecast that is asked with columns known in advance, such as prices and holidays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import clone

from pipelines.chain.forecast import Forecaster, grid, histories, names_of, ordinals, places_of
from pipelines.chain.predictor import LABELS, Predictor
from pipelines.errors import InputError
from pipelines.messages import _


class KnownForecaster(Forecaster):
    """A learner for each number of moments ahead, over what the past knew then and what each row knows of its moment.

    Forecasts of the moments between would need what is known of those (Forecaster makes them): here a row is answered
    by itself, whatever others it is asked with. A row with a missing value in ``known`` gets no forecast.
    """

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
        known: Sequence[str] = (),
    ) -> None:
        super().__init__(learner, time, series, frequency, lags, windows, calendar, trend, horizon)
        self.known = known

    def fit(self, X: pd.DataFrame, y: pd.Series | None = None, sample_weight: np.ndarray | None = None) -> Self:
        assert y is not None
        past = {name: grid(values) for name, values in histories(X, y, self.time, self.series, self.frequency).items()}
        beside = beside_of(X, y, self.time, self.series, self.frequency, self.known)
        self.first_ = min(start for start, _filled, _known in past.values())
        self.past_: dict[str, list[Any]] = {n: [start, filled] for n, (start, filled, _known) in past.items()}
        self.learners_: list[Predictor] = []
        for ahead in range(1, self.horizon + 1):
            rows, labels = [], []
            for name, (start, filled, _whole) in past.items():
                moments = beside[name].index.to_numpy() - start
                made = self._asked(name, moments, ahead, beside[name])
                usable = made.notna().all(axis=1).to_numpy()
                rows.append(made[usable])
                labels.append(filled[moments[usable]])
            if sum(map(len, rows)) < 2:
                count = self._reach + ahead - 1
                raise InputError(
                    _("No series has rows for what it learns of, {count} moments back.", count=count),
                    fix=_("Take a shorter horizon, shorter lags and windows, or more rows."),
                )
            given = pd.concat(rows, ignore_index=True)
            self.learners_.append(clone(self.learner).fit(given, pd.Series(np.concatenate(labels))))
        first = self.learners_[0]
        self.estimator_, self.features_, self.classes_ = first.estimator_, first.features_, []
        return self

    @property
    def columns(self) -> list[str]:
        return [*super().columns, *self.known]

    def score(self, X: pd.DataFrame) -> pd.DataFrame:
        """``Scored Labels`` for each row's moment, by what the row knows of it."""
        moments, gone = ordinals(X[self.time], self.frequency)
        names = names_of(X, self.series)
        asked: dict[int, list[tuple[np.ndarray, pd.DataFrame]]] = {}
        for name in dict.fromkeys(names[~gone].tolist()):
            if name not in self.past_:
                continue
            start, values = self.past_[name]
            at = moments - start
            away = np.maximum(at - len(values) + 1, 1)
            mine = (names == name) & ~gone & (at >= 0) & (away <= self.horizon)
            for ahead in np.unique(away[mine]).tolist():
                places = np.flatnonzero(mine & (away == ahead))
                asked.setdefault(ahead, []).append((places, self._asked(name, at[places], ahead, X.iloc[places])))
        found = np.full(len(X), np.nan)
        for ahead, parts in asked.items():
            given = pd.concat([made for _places, made in parts], ignore_index=True)
            whole = given.notna().all(axis=1).to_numpy()
            places = np.concatenate([places for places, _made in parts])[whole]
            if len(places):
                found[places] = self.learners_[ahead - 1].score(given[whole])[LABELS].to_numpy(dtype=np.float64)
        return pd.DataFrame({LABELS: found}, index=X.index)

    def _asked(self, name: str, at: np.ndarray, ahead: int, rows: pd.DataFrame) -> pd.DataFrame:
        """The features of moments of a series, with what ``rows`` knows of each."""
        start, values = self.past_[name]
        made = self._features(name, start, values, at, ahead)
        named = {c: c if c not in made else f"known {c}" for c in self.known}
        return pd.concat([made, rows[list(self.known)].reset_index(drop=True).rename(columns=named)], axis=1)


def beside_of(
    X: pd.DataFrame, y: pd.Series, time: str, series: str | None, frequency: str, columns: Sequence[str]
) -> dict[str, pd.DataFrame]:
    """``columns`` of the rows of each series with a value, by the number of their moment, in order."""
    places = places_of(X, y, time, series, frequency)
    return {n: X[list(columns)].iloc[mine.to_numpy()].set_axis(mine.index, axis=0) for n, mine in places.items()}
