"""Clip Values against pandas and NumPy, on real data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipelines.errors import InputError
from pipelines.execution.apply import fit_link
from pipelines.steps import library
from pipelines.table import Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.trial import made, numeric

CASES = [
    Case({}),
    Case({"clip": "peaks", "upper_percentile": 80, "replace_with": "mean", "add_indicator": True}),
    Case({"threshold": "constant", "lower": 3, "upper": 20, "output": "append", "add_indicator": True}),
    Case({"clip": "subpeaks", "lower_percentile": 30, "replace_with": "missing", "columns": ["x", "Int64"]}),
    Case({"replace_low_with": "median", "replace_with": "mean", "lower_percentile": 30, "upper_percentile": 60}),
]

BARE = [
    Bare(
        {"columns": ["age", "fnlwgt"]},
        lambda t: t.assign(**{c: t[c].clip(*t[c].quantile([0.01, 0.99])) for c in ("age", "fnlwgt")}),
    )
]


def test_percentiles_are_those_of_pandas(cars: pd.DataFrame) -> None:
    names = numeric(cars)
    found = made("clip_values", cars, lower_percentile=5, upper_percentile=90)
    expected = cars[names].clip(cars[names].quantile(0.05), cars[names].quantile(0.9), axis=1)
    pd.testing.assert_frame_equal(found[names], expected, check_dtype=False)


@pytest.mark.parametrize("replace_with", ["threshold", "mean", "median", "missing"])
@pytest.mark.parametrize("clip", ["both", "peaks", "subpeaks"])
def test_what_takes_the_place_of_a_peak(cars: pd.DataFrame, clip: str, replace_with: str) -> None:
    price = cars["price"]
    found = made(
        "clip_values", cars, threshold="constant", lower=7000, upper=20_000, clip=clip, replace_with=replace_with,
        columns=["price"], add_indicator=True,
    )  # fmt: skip
    over = (price > 20_000) & (clip != "subpeaks")
    under = (price < 7000) & (clip != "peaks")
    instead = {"mean": price.mean(), "median": price.median(), "missing": np.nan}
    expected = (
        price.astype(float).mask(over, instead.get(replace_with, 20_000)).mask(under, instead.get(replace_with, 7000))
    )
    pd.testing.assert_series_equal(found["price"], expected, check_dtype=False)
    assert found["price_is_clipped"].tolist() == (over | under).tolist()
    assert 0 < found["price_is_clipped"].sum() < len(cars)


def test_what_is_too_low_may_be_replaced_by_something_else(cars: pd.DataFrame) -> None:
    price = cars["price"]
    found = made(
        "clip_values", cars, threshold="constant", lower=7000, upper=20_000, replace_with="missing",
        replace_low_with="median", columns=["price"],
    )  # fmt: skip
    expected = price.astype(float).mask(price > 20_000).mask(price < 7000, price.median())
    pd.testing.assert_series_equal(found["price"], expected, check_dtype=False)
    peaks = {"clip": "peaks", "replace_with": "mean", "columns": ["price"]}
    pd.testing.assert_frame_equal(
        made("clip_values", cars, **peaks, replace_low_with="missing"), made("clip_values", cars, **peaks)
    )


def test_the_thresholds_are_those_of_the_training_rows(cars: pd.DataFrame) -> None:
    step = library.get("clip_values").model_validate({"columns": ["price"], "output": "append"})
    link = fit_link(step, Table(cars.iloc[:100]))
    low, high = np.percentile(cars["price"].iloc[:100].dropna(), [1, 99])
    found = link.transform(cars)
    pd.testing.assert_series_equal(found["price_clipped"], cars["price"].clip(low, high), check_names=False)
    assert found["price"].equals(cars["price"])


def test_whole_numbers_stay_whole_where_they_can(cars: pd.DataFrame) -> None:
    clipped = {"threshold": "constant", "columns": ["symboling"]}
    assert made("clip_values", cars, **clipped)["symboling"].dtype == np.int64
    assert set(made("clip_values", cars, **clipped, upper=0.5)["symboling"]) == {-1, 0, 0.5}


def test_what_cannot_be_clipped(cars: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="Clipping takes numbers, but column 'make' holds text"):
        made("clip_values", cars, columns=["make"])
    with pytest.raises(ValueError, match="lies above"):
        library.get("clip_values").model_validate({"threshold": "constant", "lower": 2, "upper": 1})
