"""Window Features against pandas, on real data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipelines.errors import InputError
from pipelines.schema import Role
from pipelines.table import TRAIN, Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.trial import combined

CASES = [
    Case({"columns": ["x", "Int64"], "functions": ["mean", "sum", "min", "max", "std", "rank"]}),
    Case(
        {"columns": ["float number"], "window": None, "functions": ["sum", "count"], "by": ["text"], "order_by": "time"}
    ),
    Case({"columns": ["x"], "without_row": True, "min_periods": 2, "by": ["category"]}),
]


def by_hand(frame: pd.DataFrame) -> pd.DataFrame:
    groups = frame.sort_values("time", kind="stable").groupby("carrier")["distance"]
    return frame.assign(distance_mean_3=groups.rolling(3, min_periods=1).mean().droplevel(0))


BARE = [
    Bare({"columns": ["distance"], "window": 3, "by": ["carrier"], "order_by": "time"}, by_hand, ("flights",)),
]

FUNCTIONS = ["mean", "sum", "min", "max", "std", "median", "count", "rank"]


@pytest.mark.parametrize("without", [False, True])
@pytest.mark.parametrize("window", [4, None])
def test_windows_are_those_of_pandas(cars: pd.DataFrame, window: int | None, without: bool) -> None:
    frame = cars.sample(frac=1, random_state=0).set_index(np.arange(1000, 1201))
    params = {"columns": ["price", "horsepower"], "functions": FUNCTIONS, "window": window, "min_periods": 2}
    given = Table(frame, {"price": Role.LABEL})
    found = combined("window_features", given, by=["make"], order_by="length", without_row=without, **params)
    assert found.roles == {"price": Role.LABEL}
    pd.testing.assert_frame_equal(found.frame[list(frame)], frame)
    for column in ("price", "horsepower"):
        for function in FUNCTIONS:
            pieces = []
            for _make, rows in frame.groupby("make"):
                values = rows.sort_values("length", kind="stable")[column].astype(float)
                values = values.shift(1) if without else values
                windows = values.expanding(2) if window is None else values.rolling(window, min_periods=2)
                pieces.append(getattr(windows, function)())
            expected = pd.concat(pieces).loc[frame.index]
            name = f"{column}_{function}_{window or 'so_far'}"
            pd.testing.assert_series_equal(found.frame[name], expected, check_names=False)


def test_without_the_row_nothing_of_it_is_seen(cars: pd.DataFrame) -> None:
    params = {"columns": ["price"], "functions": ["mean", "max"], "without_row": True}
    first = combined("window_features", cars, **params).frame
    other = cars.assign(price=cars["price"].where(cars.index != 200, -1))
    second = combined("window_features", other, **params).frame
    pd.testing.assert_series_equal(
        first.iloc[200][["price_mean_3", "price_max_3"]], second.iloc[200][["price_mean_3", "price_max_3"]]
    )


def test_what_has_no_windows(cars: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="A window takes numbers, but column 'make' holds text"):
        combined("window_features", cars, columns=["make"])
    with pytest.raises(InputError, match="Window Features looks at several rows"):
        combined("window_features", Table(cars, {}, pd.Series(TRAIN, cars.index)))
