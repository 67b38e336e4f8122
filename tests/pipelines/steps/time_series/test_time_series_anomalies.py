"""What stands out in series, against pandas and numpy, and on series whose changes were put in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pipelines.errors import InputError
from pipelines.steps import library
from pipelines.steps.base import Inputs
from pipelines.steps.time_series import changes
from pipelines.table import TRAIN, Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.samples import sample
from tests.pipelines.steps.trial import CONTEXT, combined

CASES = [
    Case({"columns": ["x", "Int64"], "window": 7}),
    Case({"columns": ["float number"], "method": "level", "window": 6, "by": ["category"], "order_by": "time"}),
    Case({"columns": ["y"], "method": "trend", "window": 5, "season": 4}),
]


def by_hand(frame: pd.DataFrame) -> pd.DataFrame:
    values = frame["temperature"]
    usual = values.rolling(31, center=True, min_periods=15).median()
    away = values - usual
    score = away / (1.4826 * away.abs().rolling(31, center=True, min_periods=15).median())
    return frame.assign(
        temperature_expected=usual, temperature_score=score, temperature_anomaly=(score.abs() >= 5).astype(int)
    )


BARE = [Bare({"columns": ["temperature"]}, by_hand, ("hours",))]


def noise(rows: int = 400) -> np.ndarray:
    return np.random.default_rng(0).normal(size=rows)


def alerts(values: np.ndarray, **params: Any) -> list[int]:
    found = combined("time_series_anomalies", pd.DataFrame({"v": values}), **params).frame
    return np.flatnonzero(found["v_anomaly"]).tolist()


def test_spikes_are_found_and_nothing_else() -> None:
    values = 20 + noise()
    values[[100, 250]] += [9, -8]
    assert alerts(values) == [100, 250]
    assert alerts(values, past_only=True) == [100, 250]
    assert alerts(values, threshold=30) == []


def test_earlier_rows_alone_give_the_same_whatever_comes() -> None:
    values = noise()
    first = combined("time_series_anomalies", pd.DataFrame({"v": values}), past_only=True).frame
    second = combined("time_series_anomalies", pd.DataFrame({"v": [*values[:300], *[99.0] * 100]}), past_only=True)
    pd.testing.assert_frame_equal(first.iloc[:300], second.frame.iloc[:300])


@pytest.mark.parametrize(
    ("method", "change"),
    [
        ("level", lambda v: v + np.where(np.arange(400) >= 200, 6, 0)),
        ("trend", lambda v: v + np.where(np.arange(400) >= 200, np.arange(400) - 200, 0) * 0.5),
        ("spread", lambda v: v * np.where(np.arange(400) >= 200, 9, 1)),
    ],
)
def test_a_change_is_found_once_and_where_it_is(method: str, change: Any) -> None:
    found = alerts(change(noise()), method=method, window=40, threshold=5)
    assert len(found) == 1
    assert abs(found[0] - 200) <= 10
    assert alerts(noise(), method=method, window=40, threshold=5) == []


def test_a_season_is_no_anomaly() -> None:
    hours = np.arange(24 * 30)
    day = np.where(hours % 24 == 8, 30.0, 0.0) + noise(len(hours))
    day[8 + 24 * 15 + 5] += 12
    assert len(alerts(day, threshold=8)) >= 30
    assert alerts(day, season=24, threshold=8) == [8 + 24 * 15 + 5]


def test_scores_of_changes_are_standard_errors() -> None:
    values, window, at = noise(), 30, 150
    before, after = values[at - window : at], values[at : at + window]
    lines = [stats.linregress(np.arange(window), v) for v in (before, after)]
    error = np.sqrt(lines[0].stderr ** 2 + lines[1].stderr ** 2)
    found = changes.trend(pd.Series(values), window)
    assert found[at] == pytest.approx((lines[1].slope - lines[0].slope) / error)
    scores = pd.concat([f(pd.Series(noise(40_000)), window).iloc[::window] for f in changes.COMPARED.values()], axis=1)
    assert scores.std().between(0.8, 1.35).all()


def test_rows_without_deviation_are_no_division_by_zero() -> None:
    values = np.full(100, 5.0)
    assert alerts(values) == []
    values[40] = 6
    assert alerts(values) == [40]


def test_groups_are_series_of_their_own_and_are_told_of() -> None:
    values = np.concatenate([noise(100), 50 + noise(100)])
    values[[30, 160]] += 12
    frame = pd.DataFrame({"day": pd.date_range("2026-01-01", periods=100).tolist() * 2, "v": values})
    frame["shop"] = ["a"] * 100 + ["b"] * 100
    step = library.get("time_series_anomalies").model_validate(
        {"columns": ["v"], "by": ["shop"], "order_by": "day", "window": 21}
    )
    given = Table(frame.sample(frac=1, random_state=1))
    output = step.run(Inputs({"table": given}, {}, {"table": "input"}), CONTEXT)
    assert output.table is not None
    assert output.report is not None
    found = output.table.frame.sort_index()
    assert np.flatnonzero(found["v_anomaly"]).tolist() == [30, 160]
    assert set(output.report.tables["anomalies"]["row"]) == {"2026-01-31", "2026-03-02"}
    assert output.report.conclusions[0].startswith("2 of 200 rows stand out in v, 2026-")


def test_what_cannot_be_looked_along() -> None:
    cars = sample("automobile_price")
    with pytest.raises(InputError, match="takes numbers, but column 'make' holds text"):
        combined("time_series_anomalies", cars, columns=["make"])
    with pytest.raises(InputError, match="infinite"):
        combined("time_series_anomalies", pd.DataFrame({"v": [1.0, np.inf]}))
    with pytest.raises(InputError, match="Time Series Anomalies looks at several rows"):
        combined("time_series_anomalies", Table(cars, {}, pd.Series(TRAIN, cars.index)), columns=["price"])
