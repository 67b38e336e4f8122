"""t-tests against scipy and the textbook formulas on the automobiles."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pipelines.errors import InputError
from pipelines.steps.statistics.t_test import TTest
from pipelines.table import Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.samples import sample

CASES = [
    Case({"column": "x", "by": "bool"}),
    Case({"column": "x", "by": "category", "groups": ["s", "m"], "equal_var": True, "alternative": "less"}),
    Case({"kind": "paired", "column": "float number", "other": "y"}),
    Case({"kind": "one_sample", "column": "Int64", "mean": 4.5}),
]


def by_hand(frame: pd.DataFrame) -> list[Any]:
    groups = [rows["age"] for _name, rows in frame.groupby("sex")]
    return [
        stats.ttest_ind(*groups, equal_var=False).confidence_interval(),
        [(g.mean(), g.std(), g.median()) for g in groups],
    ]


BARE = [Bare({"column": "age", "by": "sex"}, by_hand, also="mean, deviation and median of each group")]


def found(params: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    result = TTest.model_validate(params).find(Table(sample("automobile_price")))
    return result.frame.iloc[0].to_dict(), result.report.conclusions


def prices() -> tuple[np.ndarray, np.ndarray]:
    cars = sample("automobile_price").dropna(subset="price")
    return tuple(cars.loc[cars["fuel-type"] == f, "price"].to_numpy() for f in ("diesel", "gas"))


@pytest.mark.parametrize("alternative", ["two-sided", "less", "greater"])
@pytest.mark.parametrize("equal_var", [True, False])
def test_two_groups_as_scipy_does(alternative: str, equal_var: bool) -> None:
    params = {"column": "price", "by": "fuel-type", "alternative": alternative, "equal_var": equal_var}
    result, said = found(params)
    a, b = prices()
    expected = stats.ttest_ind(a, b, equal_var=equal_var, alternative=alternative)
    interval = expected.confidence_interval(0.95)
    assert result["statistic"] == pytest.approx(expected.statistic)
    assert result["degrees_of_freedom"] == pytest.approx(expected.df)
    assert result["p_value"] == pytest.approx(expected.pvalue)
    assert (result["ci_low"], result["ci_high"]) == pytest.approx(tuple(interval))
    assert result["difference"] == pytest.approx(a.mean() - b.mean())
    pooled = ((len(a) - 1) * a.var(ddof=1) + (len(b) - 1) * b.var(ddof=1)) / (len(a) + len(b) - 2)
    assert result["cohens_d"] == pytest.approx((a.mean() - b.mean()) / np.sqrt(pooled))
    assert "15,838 and 12,916" in said[0]


def test_the_conclusion_can_be_read() -> None:
    _result, said = found({"column": "price", "by": "drive-wheels", "groups": ["fwd", "rwd"]})
    assert said[0] == "The mean of price differs between fwd and rwd: 9,245 and 19,758; p < 0.001."
    assert said[1] == "A difference this large would be rare if there were none."
    assert said[2].startswith("With 95 % confidence, the difference of the means lies between -12,")
    assert said[3].startswith("Cohen's d is -1.")
    assert said[3].endswith(": a large effect.")
    _result, said = found({"column": "price", "by": "fuel-type"})
    assert said[0] == "No difference is found in the mean of price for diesel and gas: 15,838 and 12,916; p = 0.124."
    assert "common by chance" in said[1]


def test_pairs_and_one_sample_as_scipy_does() -> None:
    cars = sample("automobile_price")
    a, b = cars["highway-mpg"], cars["city-mpg"]
    result, said = found({"kind": "paired", "column": "highway-mpg", "other": "city-mpg", "alternative": "greater"})
    expected = stats.ttest_rel(a, b, alternative="greater")
    assert (result["statistic"], result["p_value"]) == (
        pytest.approx(expected.statistic),
        pytest.approx(expected.pvalue),
    )
    assert (result["ci_low"], result["ci_high"]) == pytest.approx(tuple(expected.confidence_interval()))
    assert result["cohens_d"] == pytest.approx((a - b).mean() / (a - b).std())
    assert said[0].startswith("The mean of highway-mpg is greater than that of city-mpg: 30.69 and 25.18")

    price = cars["price"].dropna()
    result, said = found({"kind": "one_sample", "column": "price", "mean": 13000})
    expected = stats.ttest_1samp(price, 13000)
    interval = expected.confidence_interval()
    assert result["p_value"] == pytest.approx(expected.pvalue)
    assert (result["ci_low"], result["ci_high"]) == pytest.approx((interval.low - 13000, interval.high - 13000))
    assert said[0].startswith("No difference is found between the mean of price and 13,000: it is 13,207")


def test_rows_with_a_gap_are_counted() -> None:
    cars = sample("automobile_price")
    result = TTest(column="normalized-losses", by="fuel-type").find(Table(cars))
    assert result.notes == (f"{cars['normalized-losses'].isna().sum()} rows with a missing value are left out.",)
    counts = cars.dropna(subset="normalized-losses")["fuel-type"].value_counts()
    assert result.report.tables["samples"]["rows"] == [counts["diesel"], counts["gas"]]


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"column": "price", "by": "body-style"}, "'body-style' has 5 values with numbers: convertible, hardtop"),
        ({"column": "price", "by": "fuel-type", "groups": ["gas", "petrol"]}, "no value 'petrol'"),
        ({"column": "make", "by": "fuel-type"}, "'make' holds text"),
        ({"column": "price", "by": "engine-location", "groups": ["front"]}, "has 1 value with numbers"),
        ({"kind": "paired", "column": "price", "other": "price"}, "are the same"),
        ({"column": "price", "by": "nowhere"}, "nowhere"),
    ],
)
def test_what_cannot_be_tested_is_told(params: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        found(params)
