"""Summaries against pandas and scipy on the automobiles."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pipelines.errors import InputError
from pipelines.steps.statistics.summarize_data import SummarizeData
from pipelines.table import Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.many_rows import NUMBERS
from tests.pipelines.steps.samples import sample

CASES = [Case({}), Case({"columns": ["x", "text", "time", "nothing"]})]


def by_hand(frame: pd.DataFrame) -> list[Any]:
    n = frame[NUMBERS]
    spread = [n.mean(), (n - n.mean()).abs().mean(), n.std(), n.var(), n.min(), n.max(), n.skew(), n.kurt()]
    percentiles = n.quantile([0.005, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.995])
    commonest = [frame[c].value_counts() for c in frame]
    return [frame.count(), frame.nunique(), spread, percentiles, commonest]


BARE = [Bare({}, by_hand, also="quantiles, shape, distinct and commonest values")]


def summary(frame: pd.DataFrame, **params: object) -> pd.DataFrame:
    return SummarizeData.model_validate(params).find(Table(frame)).frame.set_index("column")


def test_the_numbers_are_those_of_pandas_and_scipy() -> None:
    cars = sample("automobile_price")
    found = summary(cars)
    assert list(found.index) == list(cars.columns)
    described = cars.describe().T
    for ours, theirs in {
        "count": "count", "mean": "mean", "standard deviation": "std", "minimum": "min", "first quartile": "25%",
        "median": "50%", "third quartile": "75%", "maximum": "max",
    }.items():  # fmt: skip
        np.testing.assert_allclose(found.loc[described.index, ours].astype(float), described[theirs], rtol=1e-12)
    price = cars["price"].dropna()
    of = found.loc["price"]
    assert of["skewness"] == pytest.approx(stats.skew(price, bias=False))
    assert of["kurtosis"] == pytest.approx(stats.kurtosis(price, bias=False))
    assert of["variance"] == pytest.approx(stats.tvar(price))
    assert of["mean deviation"] == pytest.approx(np.abs(price - price.mean()).mean())
    assert of["range"] == np.ptp(price)
    assert [of[f"P{p}"] for p in ("0.5", "1", "5", "95", "99.5")] == pytest.approx(
        np.percentile(price, [0.5, 1, 5, 95, 99.5])
    )


def test_counts_and_modes_of_text_and_numbers() -> None:
    cars = sample("automobile_price")
    found = summary(cars)
    assert list(found["missing"]) == list(cars.isna().sum())
    assert list(found["unique"]) == list(cars.nunique())
    assert found.loc["make", ["mode", "mode count"]].tolist() == ["toyota", 32]
    assert found.loc["make", "type"] == "text"
    assert np.isnan(found.loc["make", "mean"])
    assert found.loc["price", "mode"] == f"{cars['price'].mode()[0]:.0f}"


def test_times_have_ends_and_truth_values_a_share() -> None:
    frame = pd.DataFrame({"at": pd.to_datetime(["2026-03-01", None, "2026-01-15"]), "on": [True, False, True]})
    found = summary(frame)
    assert found.loc["at", ["earliest", "latest"]].tolist() == ["2026-01-15 00:00:00", "2026-03-01 00:00:00"]
    assert found.loc["on", "mean"] == pytest.approx(2 / 3)


def test_nothing_to_describe_is_told() -> None:
    with pytest.raises(InputError, match="no column to describe"):
        summary(sample("automobile_price"), columns=[])
