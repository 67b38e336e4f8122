"""Lag Features against pandas, on real data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipelines.errors import InputError
from pipelines.steps import library
from pipelines.table import TRAIN, Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.trial import combined

CASES = [
    Case({}),
    Case({"columns": ["text", "category", "zoned", "boolean"], "lags": [2, -1], "by": ["object"], "order_by": "time"}),
    Case({"columns": ["x", "Int64"], "kind": "difference", "by": ["category"]}),
    Case({"columns": ["x", "int-number"], "kind": "change", "lags": [3]}),
]


def by_hand(frame: pd.DataFrame) -> pd.DataFrame:
    past = frame.sort_values("time", kind="stable").groupby("carrier")["distance"]
    return frame.assign(distance_lag_1=past.shift(1), distance_lag_7=past.shift(7))


BARE = [
    Bare({"columns": ["distance"], "lags": [1, 7], "by": ["carrier"], "order_by": "time"}, by_hand, ("flights",)),
]


def test_lags_are_those_of_pandas(cars: pd.DataFrame) -> None:
    frame = cars.sample(frac=1, random_state=0).set_index(np.arange(1000, 1201))
    params = {"columns": ["price", "horsepower"], "lags": [1, 3, -2], "by": ["make"], "order_by": "length"}
    ordered = frame.sort_values("length", kind="stable")
    groups = ordered.groupby("make")
    for kind, made, name in (
        ("value", lambda c, n: groups[c].shift(n), ""),
        ("difference", lambda c, n: groups[c].diff(n), "_difference"),
        ("change", lambda c, n: groups[c].pct_change(n, fill_method=None), "_change"),
    ):
        found = combined("lag_features", frame, kind=kind, **params).frame
        pd.testing.assert_frame_equal(found[list(frame)], frame)
        for column in ("price", "horsepower"):
            for lag, where in ((1, "lag_1"), (3, "lag_3"), (-2, "lead_2")):
                expected = made(column, lag).loc[frame.index]
                pd.testing.assert_series_equal(found[f"{column}{name}_{where}"], expected, check_names=False)


def test_text_has_a_past_and_a_missing_group_is_one(people: pd.DataFrame) -> None:
    found = combined("lag_features", people, columns=["education"], by=["workclass"]).frame
    expected = people.groupby("workclass", dropna=False)["education"].shift(1)
    pd.testing.assert_series_equal(found["education_lag_1"], expected, check_names=False)


def test_what_has_no_past(cars: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="A difference takes numbers, but column 'make' holds text"):
        combined("lag_features", cars, columns=["make"], kind="difference")
    with pytest.raises(InputError, match="Lag Features looks at several rows"):
        combined("lag_features", Table(cars, {}, pd.Series(TRAIN, cars.index)))
    with pytest.raises(ValueError, match="lag of 0 is the row itself"):
        library.get("lag_features").model_validate({"lags": [0]})
