"""Forecasts from moments of the past, measured by the published formulas, on real data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics

from pipelines.errors import InputError
from pipelines.steps.base import Output
from pipelines.steps.time_series.backtest import Backtest
from pipelines.steps.transformation.normalize_data import NormalizeData
from tests.pipelines.steps.cases import Case
from tests.pipelines.steps.conftest import Engine
from tests.pipelines.steps.samples import sample
from tests.pipelines.steps.time_series.test_train_forecast import KNOWN, asked, co2, days, trained

CASES = [
    Case({"time": "month", "horizon": 6, "n_origins": 3}, runs=False),
    Case({"time": "month", "known": ["price"], "horizon": 2}, runs=False),
]

BARE = "scikit-learn has the rows of it, TimeSeriesSplit, and no forecast; its training is that of train_forecast"

LINEAR = {"algorithm": {"type": "linear_regression"}}


def measured(rows: pd.DataFrame, **params: Any) -> Output:
    engine = Engine(Path())
    engine.source(rows, label="co2")
    return engine.do("backtest", Backtest.model_validate({"time": "month"} | LINEAR | params))


def test_each_origin_is_a_forecast_trained_on_what_came_before_it() -> None:
    rows = co2()
    output = measured(rows, horizon=12, n_origins=4)
    assert output.table is not None
    found = output.table.frame
    assert found["Origin"].nunique() == 4
    assert found["Ahead"].value_counts().to_dict() == dict.fromkeys(range(1, 13), 4)
    for origin, part in found.groupby("Origin"):
        model, _ = trained(rows[rows["month"] <= origin], horizon=12)
        np.testing.assert_allclose(asked(model, part["month"]), part["Scored Labels"], rtol=1e-12)
        actual = rows.set_index("month")["co2"]
        assert part["Actual"].tolist() == actual[part["month"]].tolist()
        year_before = part["month"] - pd.DateOffset(years=1)
        assert part["Seasonal naive"].tolist() == actual[year_before].tolist()


def test_the_measures_are_the_published_ones() -> None:
    rows = co2()
    output = measured(rows, horizon=6, n_origins=1)
    assert output.table is not None
    assert output.report is not None
    found, told = output.table.frame, output.report.metrics
    actual, forecast = found["Actual"].to_numpy(), found["Scored Labels"].to_numpy()
    past = rows["co2"].to_numpy()[:-6]
    error = np.abs(actual - forecast)
    assert told["mean_absolute_error"] == pytest.approx(metrics.mean_absolute_error(actual, forecast))
    assert told["root_mean_squared_error"] == pytest.approx(metrics.root_mean_squared_error(actual, forecast))
    assert told["mean_absolute_percentage_error"] == pytest.approx(
        metrics.mean_absolute_percentage_error(actual, forecast)
    )
    assert told["symmetric_mean_absolute_percentage_error"] == pytest.approx(
        np.mean(2 * error / (np.abs(actual) + np.abs(forecast)))
    )
    assert told["mean_absolute_scaled_error"] == pytest.approx(error.mean() / np.abs(past[12:] - past[:-12]).mean())
    assert told["mean_absolute_scaled_error"] < 1
    table = output.report.tables["horizon"]
    assert table["ahead"] == [1, 2, 3, 4, 5, 6]
    assert table["mean_absolute_error"] == pytest.approx(error.tolist())
    assert [c.x for c in output.report.curves] == [[1, 2, 3, 4, 5, 6]] * 2


def test_several_series_are_measured_together() -> None:
    rows = co2().tail(120)
    both = pd.concat([rows.assign(place=p, co2=rows["co2"] * k) for p, k in (("a", 1), ("b", 3))], ignore_index=True)
    output = measured(both, series="place", horizon=6, n_origins=2)
    assert output.table is not None
    assert output.table.frame["Series"].value_counts().to_dict() == {"a": 12, "b": 12}


def test_business_days_are_measured_on_business_days() -> None:
    delays = sample("flight_delays").groupby(["year", "month", "day"], as_index=False)["dep_delay"].mean()
    days = pd.to_datetime(delays[["year", "month", "day"]])
    rows = pd.DataFrame({"month": days, "co2": delays["dep_delay"]})[days.dt.day_of_week < 5]
    output = measured(rows.reset_index(drop=True), horizon=5, n_origins=2)
    assert output.table is not None
    found = output.table.frame
    assert len(found) == 10
    assert set(found["month"].dt.day_of_week) <= set(range(5))
    assert set(found["month"]) <= set(rows["month"])


def test_what_is_known_in_advance_is_known_at_each_origin() -> None:
    rows = days("EWR", "JFK")
    given = KNOWN | {"series": "origin"}
    output = measured(rows, n_origins=2, season=7, **given)
    assert output.table is not None
    found = output.table.frame
    assert found["Series"].value_counts().to_dict() == {"EWR": 10, "JFK": 10}
    assert found["Scored Labels"].notna().all()
    for origin, part in found.groupby("Origin"):
        model, _ = trained(rows[rows["month"] <= origin], **given)
        asked_of = part[["Series", "month"]].rename(columns={"Series": "origin"})
        asked_of = asked_of.merge(rows.drop(columns="co2"), on=["origin", "month"])
        np.testing.assert_allclose(model.predict(asked_of)["Scored Labels"], part["Scored Labels"], rtol=1e-9)


def test_too_many_origins_are_refused() -> None:
    with pytest.raises(InputError, match="no whole season to learn from"):
        measured(co2().tail(40), horizon=12, n_origins=3)


def test_steps_that_have_learned_of_what_came_later_are_told() -> None:
    engine = Engine(Path())
    engine.source(co2().assign(other=1.0 * np.arange(526)), label="co2")
    engine.do("scale", NormalizeData())
    output = engine.do("backtest", Backtest.model_validate({"time": "month", "n_origins": 1} | LINEAR))
    assert any("also those after an origin" in n for n in output.notes)
    assert not any("after an origin" in n for n in measured(co2(), n_origins=1).notes)
