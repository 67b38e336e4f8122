"""Date Parts against pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipelines.errors import InputError
from pipelines.steps import library
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.trial import made

CASES = [
    Case({"parts": ["year", "month", "week", "weekday", "is_weekend", "hour", "elapsed"]}),
    Case({"parts": ["month", "hour", "is_weekend"], "cyclic": True, "keep_columns": False}),
    Case({"parts": ["minute", "quarter", "day_of_year"], "columns": ["zoned"], "since": "2026-01-01"}),
]

BARE = [
    Bare(
        {"columns": ["time"], "parts": ["month", "weekday", "hour"]},
        lambda t: t.assign(
            time_month=t["time"].dt.month, time_weekday=t["time"].dt.day_of_week, time_hour=t["time"].dt.hour
        ),
        ("flights",),
    )
]

PARTS = ["year", "quarter", "month", "day", "day_of_year", "weekday", "hour", "minute"]


@pytest.fixture(scope="module")
def days() -> pd.DataFrame:
    return pd.DataFrame({"t": pd.date_range("1999-12-20 21:05", periods=4000, freq="37h"), "n": 1})


def test_parts_are_those_of_pandas(days: pd.DataFrame) -> None:
    found = made("date_parts", days, parts=[*PARTS, "week", "is_weekend", "elapsed"], since="2000-01-01")
    for part in PARTS:
        expected = getattr(days["t"].dt, part.replace("weekday", "day_of_week"))
        pd.testing.assert_series_equal(found[f"t_{part}"], expected, check_names=False, check_dtype=False)
        assert found[f"t_{part}"].dtype == np.int64
    assert found["t_week"].tolist() == days["t"].dt.isocalendar()["week"].tolist()
    assert found["t_is_weekend"].tolist() == (days["t"].dt.day_of_week >= 5).tolist()
    elapsed = (days["t"] - pd.Timestamp("2000-01-01")) / pd.Timedelta(days=1)
    np.testing.assert_allclose(found["t_elapsed"], elapsed, rtol=1e-15)
    assert found["t_elapsed"].iloc[0] < 0 < found["t_elapsed"].iloc[-1]


def test_a_cyclic_part_has_its_end_near_its_beginning(days: pd.DataFrame) -> None:
    found = made("date_parts", days, parts=["month", "year"], cyclic=True, keep_columns=False)
    assert list(found) == ["n", "t_month_sin", "t_month_cos", "t_year"]
    month = days["t"].dt.month
    np.testing.assert_allclose(found["t_month_sin"], np.sin(2 * np.pi * month / 12), atol=1e-15)
    point = found[["t_month_sin", "t_month_cos"]].groupby(month).first()
    apart = [np.linalg.norm(point.loc[a] - point.loc[b]) for a, b in ((12, 1), (1, 2), (6, 7))]
    assert np.ptp(apart) < 1e-12


def test_missing_dates_and_zones() -> None:
    frame = pd.DataFrame({"t": pd.to_datetime(["2026-01-31 23:30", None])})
    found = made("date_parts", frame, parts=["day", "is_weekend"])
    assert found["t_day"].tolist()[0] == 31
    assert np.isnan(found["t_day"][1])
    assert found["t_is_weekend"].isna().tolist() == [False, True]
    zoned = frame.assign(t=frame["t"].dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo"))
    assert made("date_parts", zoned, parts=["day"])["t_day"].tolist()[0] == 31


def test_a_name_that_is_taken_is_left_alone(days: pd.DataFrame) -> None:
    found = made("date_parts", days.assign(t_year=0), parts=["year"])
    assert (found["t_year"] == 0).all()
    assert found["t_year_"].iloc[0] == 1999


def test_text_and_dates_that_are_none_are_refused(cars: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="'make' holds text, not dates"):
        made("date_parts", cars, columns=["make"])
    for since in ("yesterday-ish", "2000-01-01T00:00+09:00", "NaT"):
        with pytest.raises(ValueError, match="is no date"):
            library.get("date_parts").model_validate({"since": since})
