"""Analysis of variance and Kruskal-Wallis against scipy on the automobiles."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pipelines.errors import InputError
from pipelines.steps.statistics.compare_groups import CompareGroups
from pipelines.steps.statistics.statistic import Found
from pipelines.table import Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.samples import sample

CASES = [
    Case({"column": "x", "by": "category"}),
    Case({"column": "y", "by": "text", "equal_var": False}),
    Case({"column": "Int64", "by": "object", "method": "kruskal"}),
]


def by_hand(frame: pd.DataFrame) -> list[Any]:
    groups = [rows["age"] for _name, rows in frame.groupby("race")]
    return [stats.f_oneway(*groups), stats.tukey_hsd(*groups), [(g.mean(), g.std(), g.median()) for g in groups]]


BARE = [Bare({"column": "age", "by": "race"}, by_hand, also="Tukey's test of each pair; mean, deviation and median")]


def found(**params: Any) -> Found:
    return CompareGroups.model_validate({"column": "price", "by": "body-style"} | params).find(
        Table(sample("automobile_price"))
    )


def groups(by: str = "body-style") -> dict[str, np.ndarray]:
    cars = sample("automobile_price").dropna(subset="price")
    return {str(k): v["price"].to_numpy() for k, v in cars.groupby(by)}


@pytest.mark.parametrize("equal_var", [True, False])
def test_the_test_is_scipys(equal_var: bool) -> None:
    result = found(equal_var=equal_var).frame.iloc[0]
    expected = stats.f_oneway(*groups().values(), equal_var=equal_var)
    assert (result["statistic"], result["p_value"]) == (
        pytest.approx(expected.statistic),
        pytest.approx(expected.pvalue),
    )


def test_eta_squared_and_its_interval_follow_from_f() -> None:
    result = found().frame.iloc[0]
    f, rows, k = stats.f_oneway(*groups().values()).statistic, 201, 5
    assert result["eta_squared"] == pytest.approx(f * (k - 1) / (f * (k - 1) + rows - k))
    for bound, level in ((result["ci_low"], 0.975), (result["ci_high"], 0.025)):
        noncentrality = bound * rows / (1 - bound)
        assert stats.ncf.cdf(f, k - 1, rows - k, noncentrality) == pytest.approx(level)


def test_kruskal_is_scipys() -> None:
    result = found(method="kruskal").frame.iloc[0]
    expected = stats.kruskal(*groups().values())
    assert (result["statistic"], result["p_value"]) == (
        pytest.approx(expected.statistic),
        pytest.approx(expected.pvalue),
    )
    assert result["epsilon_squared"] == pytest.approx(expected.statistic / 200)


def test_each_pair_is_compared_as_tukey_does() -> None:
    report = found().report
    pairs = pd.DataFrame(report.tables["pairs"])
    names, samples = list(groups()), list(groups().values())
    expected = stats.tukey_hsd(*samples)
    for _i, pair in pairs.iterrows():
        at = names.index(pair["first"]), names.index(pair["second"])
        assert pair["p value"] == pytest.approx(expected.pvalue[at], abs=1e-9)
        assert pair["difference"] == pytest.approx(samples[at[0]].mean() - samples[at[1]].mean())
    apart = int((pairs["p value"] < 0.05).sum())
    assert report.conclusions[-1] == f"{apart} of 10 pairs of groups differ; see Pairs."
    assert report.conclusions[0] == "price differs between the 5 values of body-style; p < 0.001."
    assert report.bars[0].labels == names


def test_a_group_of_one_row_is_left_out_and_said_so() -> None:
    result = found(by="make")
    assert "mercury" in result.notes[-1]
    assert result.frame.iloc[0]["groups"] == len(groups("make")) - 1


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        ({"price": [1.0, 2.0], "body-style": ["a", "a"]}, "makes no two groups"),
        ({"price": [1.0, 2.0], "body-style": ["a", "b"]}, "have one row each"),
        ({"price": [1.0] * 4, "body-style": ["a", "a", "b", "b"]}, "are the same"),
        ({"price": [1.0, 1.0, 2.0, 2.0], "body-style": ["a", "a", "b", "b"]}, "are the same"),
    ],
)
def test_what_cannot_be_compared_is_told(frame: dict[str, list[Any]], words: str) -> None:
    with pytest.raises(InputError, match=words):
        CompareGroups(column="price", by="body-style").find(Table(pd.DataFrame(frame)))
