"""Rank tests against scipy and their published effects on the automobiles."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from pipelines.errors import InputError
from pipelines.steps.statistics.rank_test import RankTest, superiority
from pipelines.table import Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.samples import sample

CASES = [
    Case({"column": "y", "by": "bool"}),
    Case({"column": "Int64", "by": "category", "groups": ["s", "l"], "alternative": "greater"}),
    Case({"kind": "paired", "column": "float number", "other": "int-number"}),
]


def by_hand(frame: pd.DataFrame) -> list[Any]:
    groups = [rows["age"] for _name, rows in frame.groupby("sex")]
    return [stats.mannwhitneyu(*groups), [(g.mean(), g.std(), g.median()) for g in groups]]


BARE = [Bare({"column": "age", "by": "sex"}, by_hand, also="mean, deviation and median of each group")]


def found(params: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    result = RankTest.model_validate(params).find(Table(sample("automobile_price")))
    return result.frame.iloc[0].to_dict(), result.report.conclusions


@pytest.mark.parametrize("alternative", ["two-sided", "less", "greater"])
def test_two_groups_as_scipy_does(alternative: str) -> None:
    cars = sample("automobile_price").dropna(subset="price")
    a, b = (cars.loc[cars["fuel-type"] == f, "price"] for f in ("diesel", "gas"))
    result, said = found({"column": "price", "by": "fuel-type", "alternative": alternative})
    expected = stats.mannwhitneyu(a, b, alternative=alternative)
    assert result["statistic"] == expected.statistic
    assert result["p_value"] == pytest.approx(expected.pvalue)
    assert result["superiority"] == pytest.approx(roc_auc_score(cars["fuel-type"] == "diesel", cars["price"]))
    assert result["superiority"] == pytest.approx(expected.statistic / (len(a) * len(b)))
    assert ("No difference" in said[0]) == (expected.pvalue >= 0.05)


def test_the_interval_of_the_share_is_delongs() -> None:
    wine = sample("wine_quality").iloc[::50]
    a, b = (wine.loc[wine["colour"] == c, "alcohol"].to_numpy() for c in ("red", "white"))
    beats = (a[:, None] > b[None, :]) + 0.5 * (a[:, None] == b[None, :])
    error = np.sqrt(beats.mean(axis=1).var(ddof=1) / len(a) + beats.mean(axis=0).var(ddof=1) / len(b))
    away = stats.norm.ppf(0.975) * error
    assert superiority(a, b, 0.95) == pytest.approx((beats.mean(), beats.mean() - away, beats.mean() + away))


def test_pairs_as_scipy_does() -> None:
    cars = sample("automobile_price")
    difference = (cars["highway-mpg"] - cars["city-mpg"]).to_numpy()
    result, said = found({"kind": "paired", "column": "highway-mpg", "other": "city-mpg"})
    expected = stats.wilcoxon(difference)
    interval = stats.quantile_test(difference, p=0.5).confidence_interval(0.95)
    assert (result["statistic"], result["p_value"]) == (expected.statistic, pytest.approx(expected.pvalue))
    assert (result["ci_low"], result["ci_high"]) == (interval.low, interval.high)
    some = difference[difference != 0]
    ranks = stats.rankdata(abs(some))
    assert result["rank_biserial"] == pytest.approx(
        (ranks[some > 0].sum() - ranks[some < 0].sum()) / (len(some) * (len(some) + 1) / 2)
    )
    assert said[0].startswith("highway-mpg and city-mpg differ: the median of highway-mpg - city-mpg is 6")


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"column": "price", "by": "make"}, "Two groups are compared"),
        ({"kind": "paired", "column": "price", "other": "price"}, "are the same"),
        ({"kind": "paired", "column": "price", "other": "make"}, "'make' holds text"),
    ],
)
def test_what_cannot_be_tested_is_told(params: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        found(params)
