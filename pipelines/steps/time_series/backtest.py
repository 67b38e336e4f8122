"""Backtest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from pydantic import Field

from pipelines.chain.forecast import SEASONS, grid, histories, periods_of
from pipelines.chain.known_forecast import beside_of
from pipelines.chain.predictor import LABELS
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.steps.base import Behaviour, Context, Curve, Example, Inputs, Output, Port, Report
from pipelines.steps.time_series.forecasting import Forecasting
from pipelines.steps.time_series.train_forecast import ROWS
from pipelines.table import Table

ORIGIN, AHEAD, ACTUAL, NAIVE = "Origin", "Ahead", "Actual", "Seasonal naive"


class Backtest(Forecasting):
    """Forecast from several moments of the past and measure how good it would have been, moment by moment ahead.

    From each origin the algorithm learns anew from what came before it alone. MASE (Hyndman and Koehler, 2006) divides
    the error by that of the seasonal naive forecast over the training rows: below 1 is better. sMAPE is the mean of
    2 |forecast - actual| / (|forecast| + |actual|).
    """

    type: ClassVar[str] = "backtest"
    title: ClassVar[str] = "Backtest"
    category: ClassVar[str] = "Time series"
    behaviour: ClassVar[Behaviour] = Behaviour.EVALUATE
    outputs: ClassVar[tuple[Port, ...]] = (Port("table", aside=True),)
    synonyms: ClassVar[tuple[str, ...]] = ("rolling origin", "time series cross-validation", "MASE")
    equivalent: ClassVar[str] = "TimeSeriesSplit(n_splits=5, test_size=12).split(table)"
    example: ClassVar[Example | None] = Example(
        {"time": "month", "lags": [1], "horizon": 2, "n_origins": 2, "calendar": False, "season": 1},
        f"month,sales\n{ROWS}\n",
        label="sales",
    )

    n_origins: int = Field(5, ge=1, le=100, title="Origins", description="From how many moments it is forecast.")
    season: int | None = Field(
        None, ge=1, le=10_000, title="Season", description="Moments of a season; none: by the frequency, 12 for months."
    )

    def run(self, inputs: Inputs, context: Context) -> Output:
        rows, label = self.checked(inputs.table)
        rows = self.sampled(rows) if context.preview else rows
        known = self.known_of(inputs.table)
        forecaster = self.forecaster(rows, known, preview=context.preview)
        notes = self.told(rows, label, forecaster, preview=context.preview)
        if context.replay(inputs.table).base is not inputs.table:
            notes.append(_("The steps before it have learned from all training rows, also those after an origin."))
        season = self.season or SEASONS[forecaster.frequency]
        given = (rows, rows[label], self.time, self.series, forecaster.frequency)
        past, beside = histories(*given), beside_of(*given, known)
        last = max(int(values.index[-1]) for values in past.values())
        origins = [last - self.horizon * n for n in range(1 if context.preview else self.n_origins, 0, -1)]
        found = []
        for number, origin in enumerate(origins):
            context.progress(number / len(origins), f"{number + 1} / {len(origins)}")
            there = self._from(origin, past, beside, season, forecaster.frequency, context.preview)
            found.append(pd.DataFrame(list(there)))
        table = pd.concat(found, ignore_index=True)
        scale = table.pop("scale").to_numpy()
        by_ahead = [
            (int(n), measure(table[at], scale[at]))
            for n in sorted(set(table[AHEAD]))
            for at in [(table[AHEAD] == n).to_numpy()]
        ]
        names = list(by_ahead[0][1])
        tables: dict[str, dict[str, list[Any]]] = {
            "horizon": {"ahead": [n for n, _m in by_ahead]} | {k: [m.get(k) for _n, m in by_ahead] for k in names}
        }
        x = [float(n) for n, _m in by_ahead]
        curves = tuple(
            Curve("backtest", k, x, [m[k] for _n, m in by_ahead], "Moments ahead", "Error")
            for k in ("mean_absolute_error", "root_mean_squared_error")
        )
        report = Report(measure(table, scale), curves, tables)
        shown = table if self.series else table.drop(columns="Series")
        return Output(table=Table(shown), report=report, notes=tuple(notes))

    def _from(
        self,
        origin: int,
        past: dict[str, pd.Series],
        beside: dict[str, pd.DataFrame],
        season: int,
        frequency: str,
        preview: bool,
    ) -> Iterator[dict[str, Any]]:
        """A row for each moment that is forecast from ``origin``, which is the last one known.

        ``beside`` has the columns that are known in advance.
        """
        known = {n: v[v.index <= origin] for n, v in past.items()}
        known = {n: v for n, v in known.items() if len(v)}
        if not known or max(len(grid(v)[1]) for v in known.values()) <= season:
            raise InputError(
                _(
                    "Before {moment} there is no whole season to learn from.",
                    moment=str(_start_of(origin, frequency).date()),
                ),
                fix=_("Take fewer origins, or a shorter horizon."),
            )
        rows = pd.concat([self._rows(n, v.index, beside[n], frequency) for n, v in known.items()], ignore_index=True)
        columns = next(iter(beside.values())).columns.tolist()
        forecaster = self.forecaster(rows, columns, preview=preview).set_params(frequency=frequency)
        forecaster.fit(rows, pd.Series(np.concatenate([v.to_numpy() for v in known.values()])))
        for name, values in known.items():
            start, filled, _known = grid(values)
            if len(filled) <= season:
                continue
            scale = float(np.abs(filled[season:] - filled[:-season]).mean())
            future = past[name][(past[name].index > origin) & (past[name].index <= origin + self.horizon)]
            asked = self._rows(name, future.index, beside[name], frequency)
            forecast = forecaster.score(asked)[LABELS].to_numpy()
            for moment, actual, found in zip(future.index, future.to_numpy(), forecast, strict=True):
                back = int(moment) - start
                while back >= len(filled):
                    back -= season
                yield {
                    "Series": name,
                    ORIGIN: _start_of(origin, frequency),
                    self.time: _start_of(int(moment), frequency),
                    AHEAD: int(moment) - origin,
                    ACTUAL: float(actual),
                    LABELS: float(found),
                    NAIVE: float(filled[back]),
                    "scale": scale,
                }

    def _rows(self, name: str, moments: pd.Index, beside: pd.DataFrame, frequency: str) -> pd.DataFrame:
        """The rows of a series at these moments as the forecaster takes them."""
        made = pd.DataFrame({self.time: _times(moments, frequency)} | ({self.series: name} if self.series else {}))
        return pd.concat([made, beside.loc[moments].reset_index(drop=True)], axis=1)


def measure(table: pd.DataFrame, scale: np.ndarray) -> dict[str, float]:
    """The errors of forecasts; ``scale`` is what the seasonal naive forecast errs by in training, for each row."""
    whole = table[LABELS].notna().to_numpy()
    actual, found, naive = (table[c].to_numpy(dtype=np.float64)[whole] for c in (ACTUAL, LABELS, NAIVE))
    error = np.abs(found - actual)
    metrics = {
        "mean_absolute_error": float(error.mean()),
        "root_mean_squared_error": float(np.sqrt((error**2).mean())),
        "symmetric_mean_absolute_percentage_error": float(
            (2 * error / np.maximum(np.abs(found) + np.abs(actual), np.finfo(float).tiny)).mean()
        ),
        "seasonal_naive_mean_absolute_error": float(np.abs(naive - actual).mean()),
    }
    if (actual != 0).all():
        metrics["mean_absolute_percentage_error"] = float((error / np.abs(actual)).mean())
    if (scale[whole] > 0).all():
        metrics["mean_absolute_scaled_error"] = float((error / scale[whole]).mean())
    return metrics


def _start_of(moment: int, frequency: str) -> pd.Timestamp:
    return _times(pd.Index([moment]), frequency)[0]


def _times(moments: pd.Index, frequency: str) -> pd.DatetimeIndex:
    return periods_of(moments.to_numpy(), frequency).to_timestamp()
