"""A forecast beside a loop written by hand, on real data; what it knows of which moments; how it is served."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, Ridge

from pipelines import Pipeline, Workspace
from pipelines.chain.chain import Chain
from pipelines.errors import InputError
from pipelines.samples.gallery import sample as pipeline
from pipelines.steps.time_series.train_forecast import TrainForecast
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.conftest import Engine
from tests.pipelines.steps.samples import sample

CASES = [
    Case({"time": "month", "lags": [1, 12], "algorithm": {"type": "linear_regression"}}, runs=False),
    Case({"time": "month", "known": ["price", "holiday"], "horizon": 3}, runs=False),
]


def by_hand(frame: pd.DataFrame) -> tuple[Ridge, np.ndarray, list[float]]:
    def features(values: pd.Series, time: pd.Series) -> pd.DataFrame:
        lagged = pd.concat([values.shift(n) for n in (1, 2, 24)], axis=1).assign(trend=values.index)
        calendar = pd.DataFrame({"hour": time.dt.hour, "weekday": time.dt.weekday})
        calendar = calendar.astype({"hour": hours, "weekday": days})
        return pd.concat([lagged.set_axis(["1", "2", "24", "trend"], axis=1), pd.get_dummies(calendar)], axis=1)

    hours, days = pd.CategoricalDtype(range(24)), pd.CategoricalDtype(range(7))
    values, time = frame["temperature"], frame["time"]
    rows = features(values, time).iloc[24:]
    model = Ridge().fit(rows, values.iloc[24:])
    known, moments = values.iloc[-24:], time.iloc[-24:]
    for step in range(12):
        known.loc[len(frame) + step] = np.nan
        moments.loc[len(frame) + step] = moments.iloc[-1] + pd.Timedelta(hours=1)
        known.iloc[-1] = model.predict(features(known, moments).iloc[[-1]])[0]
    return model, model.predict(rows), known.iloc[-12:].tolist()


BARE = [
    Bare(
        {"time": "time"},
        by_hand,
        ("hours",),
        label="temperature",
        rows=100_000,
        also="hour and weekday, predictions of all rows, and twelve forecasts, each made of those before",
    )
]


def co2() -> pd.DataFrame:
    return sample("mauna_loa_co2").assign(month=lambda t: pd.to_datetime(t["month"]))


def trained(rows: pd.DataFrame, label: str = "co2", **params: Any) -> tuple[Chain, tuple[str, ...]]:
    engine = Engine(Path())
    engine.source(rows, label=label)
    given = {"time": "month", "algorithm": {"type": "linear_regression"}} | params
    output = engine.do("train", TrainForecast.model_validate(given))
    assert output.model is not None
    return output.model, output.notes


def asked(model: Chain, moments: pd.Series | list[str], **more: Any) -> np.ndarray:
    found = model.predict(pd.DataFrame({"month": pd.to_datetime(pd.Series(moments))} | more))
    return found["Scored Labels"].to_numpy(dtype=float)


def test_it_forecasts_what_a_loop_of_scikit_learn_forecasts() -> None:
    rows, lags, horizon = co2(), (1, 2, 12), 24
    past, future = rows.iloc[:-horizon], rows.iloc[-horizon:]
    values = past["co2"].tolist()

    def features(at: int, month: int, known: list[float]) -> list[float]:
        months = [float(month == m) for m in (1, 10, 11, 12, 2, 3, 4, 5, 6, 7, 8, 9)]
        window = float(np.mean(known[at - 6 : at]))
        return [*(known[at - n] for n in lags), window, float(at), *months]

    X = [features(i, past["month"].iloc[i].month, values) for i in range(12, len(past))]
    model = LinearRegression().fit(X, values[12:])
    known = list(values)
    for moment in future["month"]:
        known.append(float(model.predict([features(len(known), moment.month, known)])[0]))
    found, notes = trained(past, horizon=horizon, windows=[6])
    np.testing.assert_allclose(asked(found, future["month"]), known[-horizon:], rtol=1e-9)
    np.testing.assert_allclose(asked(found, past["month"])[12:], model.predict(X), rtol=1e-9)
    assert notes[0] == "One moment is a month; the number of series is 1."
    naive = np.abs(np.array(values[12:]) - np.array(values[:-12])).mean()
    assert np.abs(np.array(known[-horizon:]) - future["co2"].to_numpy()).mean() / naive < 1


def test_what_it_knows_of_which_moments() -> None:
    model, _ = trained(co2(), horizon=3)
    moments = ["1950-01-01", "1958-03-01", "1960-03-01", "1960-03-17", "2002-01-01", "2002-03-01", "2002-04-01", None]
    known = np.isfinite(asked(model, moments))
    assert known.tolist() == [False, False, True, True, True, True, False, False]
    assert asked(model, ["1960-03-01"]) == asked(model, ["1960-03-17"])
    assert model.contract is not None
    assert model.contract.names == ["month"]


def test_a_moment_alone_is_answered_as_among_others() -> None:
    model, _ = trained(co2(), horizon=12)
    moments = pd.Series(pd.date_range("1958-03-01", "2003-06-01", freq="MS"))
    together = asked(model, moments)
    for at in (0, 5, 100, len(moments) - 8, len(moments) - 1):
        np.testing.assert_array_equal(asked(model, [moments[at]]), together[[at]])
    mixed = moments.sample(frac=1, random_state=0)
    np.testing.assert_array_equal(asked(model, mixed), together[mixed.index])


def test_no_feature_looks_ahead() -> None:
    rows = co2()
    forecaster = TrainForecast(time="month").forecaster(rows)
    values = rows["co2"].to_numpy()
    forecaster.first_ = 0
    before = forecaster._features("", 0, values)
    changed = np.where(np.arange(len(values)) >= 100, -1.0, values)
    after = forecaster._features("", 0, changed)
    pd.testing.assert_frame_equal(before.iloc[:101], after.iloc[:101])
    assert not before.iloc[101:102].equals(after.iloc[101:102])


def weather() -> pd.DataFrame:
    rows = sample("airport_weather").query("origin == 'EWR'")
    rows = rows.assign(month=pd.to_datetime(rows[["month", "day", "hour"]].assign(year=2013)))
    return rows[["month", "temp"]].dropna().drop_duplicates("month")


def test_business_days_go_from_friday_to_monday() -> None:
    days = weather().set_index("month")["temp"].resample("D").mean().dropna()
    rows = days[days.index.day_of_week < 5].rename("co2").reset_index()
    cut = rows.index[rows["month"].dt.day_of_week == 4][-3]
    model, notes = trained(rows.iloc[: cut + 1], lags=[1, 5], calendar=False, trend=False, horizon=3)
    assert any("One moment is a business day" in n for n in notes)
    values = rows["co2"].to_numpy()[: cut + 1]
    lagged = np.column_stack([values[4:-1], values[:-5]])
    friday = rows["month"][cut]
    ahead = asked(model, [friday + pd.Timedelta(days=n) for n in (1, 2, 3, 4, 5, 6)])
    assert np.isnan(ahead[[0, 1, 5]]).all()  # the weekend, and behind the horizon
    reference = LinearRegression().fit(lagged, values[5:])
    np.testing.assert_allclose(ahead[2], reference.predict([[values[-1], values[-5]]])[0], rtol=1e-6)


def test_quarters_of_an_hour_have_a_season_of_a_day() -> None:
    quarters = weather().set_index("month")["temp"].resample("15min").interpolate().head(96 * 20)
    rows = quarters.rename("co2").reset_index()
    model, notes = trained(rows, horizon=8)
    assert any("One moment is a quarter hour" in n for n in notes)
    end = rows["month"].iloc[-1]
    ahead = asked(model, [end + pd.Timedelta(minutes=15 * n + 7) for n in (1, 8, 9)])
    assert np.isfinite(ahead[:2]).all()
    assert np.isnan(ahead[2])
    assert abs(ahead[0] - rows["co2"].iloc[-1]) < 3


def test_several_series_are_told_apart_and_end_when_they_end() -> None:
    rows = co2().tail(120)
    other = rows.head(100).assign(co2=lambda t: 1000 - 2 * t["co2"], place="there")
    both = pd.concat([rows.assign(place="here"), other], ignore_index=True).sample(frac=1, random_state=1)
    model, notes = trained(both, series="place", horizon=6, algorithm={"type": "boosted_trees_regressor"})
    assert "the number of series is 2" in notes[0]
    assert model.contract is not None
    assert set(model.contract.names) == {"month", "place"}
    end = [rows["month"].max() + pd.DateOffset(months=1), other["month"].max() + pd.DateOffset(months=1)]
    found = asked(model, [*end, end[0], end[0]], place=["here", "there", "there", "nowhere"])
    assert found[0] > 350
    assert found[1] < 320
    assert np.isnan(found[2:]).all()


def test_gaps_are_told_and_no_label_is_made_up() -> None:
    rows = co2()
    model, notes = trained(rows.drop(index=[50, 51, 200]))
    assert "3 of 526 moments have no row" in notes[1]
    assert np.isfinite(asked(model, [rows["month"][50], "2002-01-01"])).all()
    missing, notes = trained(rows.assign(co2=rows["co2"].mask(rows.index == 50)))
    assert "1 of 526 moments have no row" in notes[1]
    assert np.isfinite(asked(missing, ["2002-01-01"])).all()


def days(*origins: str) -> pd.DataFrame:
    """Each day's temperature at airports, with its dew point and whether it is a weekend, as if known in advance."""
    rows = sample("airport_weather").query("origin in @origins")
    rows = rows.assign(month=pd.to_datetime(rows[["month", "day"]].assign(year=2013)))
    found = rows.groupby(["origin", "month"], as_index=False)[["temp", "dewp"]].mean()
    return found.assign(weekend=found["month"].dt.day_of_week >= 5).rename(columns={"temp": "co2"})


KNOWN = {"known": ["dewp", "weekend"], "lags": [1, 7], "horizon": 5, "windows": [3], "calendar": False}


def by_hand_ahead(past: pd.DataFrame, future: pd.DataFrame) -> tuple[list[float], np.ndarray]:
    """The forecasts of ``future``, and those of ``past`` from the day before, by a regression for each day ahead."""
    values, forecasts, fitted = past["co2"].to_numpy(), [], np.empty(0)
    for ahead in range(1, len(future) + 1):
        both = pd.concat([past, future.head(ahead)], ignore_index=True)
        given = pd.DataFrame({"dewp": both["dewp"], "weekend": both["weekend"].astype(float), "trend": both.index})
        earlier = pd.Series(np.append(values, np.full(ahead, np.nan))).shift(ahead)
        given = given.assign(one=earlier, seven=earlier.shift(6), three=earlier.rolling(3).mean()).dropna()
        train = given[given.index < len(past)]
        model = LinearRegression().fit(train, values[train.index])
        forecasts.append(float(model.predict(given.tail(1))[0]))
        fitted = model.predict(train) if ahead == 1 else fitted
    return forecasts, fitted


def test_what_is_known_in_advance_is_learned_from_as_by_hand() -> None:
    rows = days("JFK")
    past, future = rows.iloc[:-5], rows.iloc[-5:]
    model, _ = trained(past.drop(columns="origin"), **KNOWN)
    assert model.contract is not None
    assert set(model.contract.names) == {"month", "dewp", "weekend"}
    forecasts, fitted = by_hand_ahead(past, future)
    given = {"dewp": future["dewp"].to_numpy(), "weekend": future["weekend"].to_numpy()}
    found = asked(model, future["month"].reset_index(drop=True), **given)
    np.testing.assert_allclose(found, forecasts, rtol=1e-9)
    within = {"dewp": past["dewp"].to_numpy(), "weekend": past["weekend"].to_numpy()}
    np.testing.assert_allclose(asked(model, past["month"], **within)[7:], fitted, rtol=1e-9)
    blind, _ = trained(past.drop(columns="origin"), **KNOWN | {"known": []})
    actual = future["co2"].to_numpy()
    assert np.abs(found - actual).mean() < np.abs(asked(blind, future["month"]) - actual).mean()


def test_a_row_with_what_is_known_is_answered_alone_as_among_others() -> None:
    rows = days("EWR", "JFK")
    cut = rows["month"].max() - pd.Timedelta(days=5)
    model, _ = trained(rows[rows["month"] <= cut], series="origin", **KNOWN)
    new = rows.drop(columns="co2").sample(frac=1, random_state=0).reset_index(drop=True)
    together = model.predict(new)["Scored Labels"]
    assert together.notna().sum() == len(new) - 14  # the first week of each airport has no week before
    late = new.index[new["month"] > cut]
    for at in late:
        assert model.predict(new.iloc[[at]])["Scored Labels"].iloc[0] == pytest.approx(together[at], rel=1e-12)
    missing = model.predict(new.assign(dewp=new["dewp"].mask(new.index == late[0])))["Scored Labels"]
    assert np.isnan(missing[late[0]])
    np.testing.assert_allclose(missing.drop(late[0]), together.drop(late[0]), rtol=1e-12)
    other = model.predict(new.assign(dewp=new["dewp"] + 10))["Scored Labels"]
    assert (other[late] > together[late]).all()


def test_rows_that_miss_what_is_known_are_told() -> None:
    rows = days("JFK").drop(columns="origin")
    _, notes = trained(rows.assign(dewp=rows["dewp"].mask(rows.index % 10 == 0)), **KNOWN)
    assert any(n.startswith("37 of 364 rows miss a value") for n in notes)


def test_a_column_named_as_a_feature_is_another() -> None:
    rows = days("JFK").drop(columns="origin").rename(columns={"dewp": "trend"})
    model, _ = trained(rows, **KNOWN | {"known": ["trend"]})
    assert "known trend" in model.predictor.features_.get_feature_names_out()
    assert model.contract is not None
    assert set(model.contract.names) == {"month", "trend"}


@pytest.mark.parametrize(
    ("change", "params", "words"),
    [
        ({}, {"frequency": "year"}, "Several rows fall in one year, 1958"),
        ({}, {"frequency": "day"}, "moments have no row"),
        ({}, {"lags": [600]}, "600"),
        ({"month": 1.0}, {}, "'month' holds no times"),
        ({"co2": "a"}, {}, "'co2' holds none"),
        ({}, {"time": "moth"}, "moth"),
        ({}, {"known": ["prize"]}, "prize"),
        ({}, {"known": ["co2"]}, "'co2' is what is forecast"),
        ({"price": 1.0}, {"known": ["price"], "horizon": 600}, "rows for what it learns of"),
    ],
)
def test_what_cannot_be_forecast(change: dict[str, Any], params: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        trained(co2().assign(**change), **params)


def test_columns_that_it_does_not_look_at_are_no_obstacle(tmp_path: Path) -> None:
    home = tmp_path / "workspace"
    home.mkdir()
    (home / ".furnished").touch()
    workspace = Workspace.open(home)
    rows = co2()
    gaps = rows.assign(note=None, other=rows["co2"].mask(rows.index % 3 == 0)).astype({"note": "str"})
    workspace.datasets.add_frame("mauna-loa-co2", gaps)
    assert workspace.inspect(pipeline("co2-forecast").document).errors == []


def test_a_sample_of_many_days_looks_coarser_and_is_no_mistake(tmp_path: Path) -> None:
    days = pd.date_range("2010-01-01", "2021-12-31", freq="D")
    values = np.sin(np.arange(len(days)) * 2 * np.pi / 7) + np.arange(len(days)) / 100
    home = tmp_path / "workspace"
    home.mkdir()
    (home / ".furnished").touch()
    workspace = Workspace.open(home)
    workspace.datasets.add_frame("mauna-loa-co2", pd.DataFrame({"month": days, "co2": values}))
    document = pipeline("co2-forecast").document
    found = workspace.inspect(document)
    assert found.errors == []
    assert found.failures == {}
    run = workspace.run(document)
    assert run.result.failure is None
    assert any("One moment is a day" in n for s in run.result.steps for n in s.notes)


@pytest.mark.services
def test_what_is_known_in_advance_is_asked_for_where_it_is_served(tmp_path: Path) -> None:
    home = tmp_path / "workspace"
    home.mkdir()
    (home / ".furnished").touch()
    workspace = Workspace.open(home)
    workspace.datasets.add_frame("days", days("JFK").drop(columns="origin"))
    built = Pipeline("days").add("dataset", dataset="days").add("set_label", column="co2")
    learned = {"time": "month", **KNOWN, "algorithm": {"type": "linear_regression"}}
    built = built.add("backtest", n_origins=3, **learned).add("split_data", train_fraction=0.99, shuffle=False)
    run = workspace.run(built.add("train_forecast", **learned).add("score_model").add("evaluate_model"))
    assert run.result.failure is None
    assert run.result.metrics["backtest.mean_absolute_scaled_error"] < 1
    model = workspace.models.publish(run.run_id, "days")
    assert model.parity is not None
    contract = next(iter(run.result.models.values())).contract
    assert contract is not None
    assert set(contract.names) == {"month", "dewp", "weekend"}


@pytest.mark.services
def test_the_sample_runs_is_published_and_served(tmp_path: Path) -> None:
    home = tmp_path / "workspace"
    home.mkdir()
    (home / ".furnished").touch()
    workspace = Workspace.open(home)
    workspace.datasets.add_frame("mauna-loa-co2", co2())
    run = workspace.run(pipeline("co2-forecast").document)
    assert run.result.failure is None
    assert run.result.metrics["backtest.mean_absolute_scaled_error"] < 0.5
    assert run.result.metrics["evaluate.r2"] > 0.9
    assert workspace.models.publish(run.run_id, "co2").parity is not None
