"""Chi-squared tests against scipy on the credits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from scipy import stats

from pipelines.errors import InputError
from pipelines.steps.statistics.chi_squared_test import ChiSquaredTest
from pipelines.steps.statistics.statistic import Found
from pipelines.table import Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.samples import sample

CASES = [
    Case({"column": "text", "other": "bool"}),
    Case({"kind": "goodness_of_fit", "column": "category"}),
    Case({"kind": "goodness_of_fit", "column": "category", "expected": ["s=0.5", "m=0.25", "l=0.25"]}),
]

BARE = [
    Bare(
        {"column": "education", "other": "sex"},
        lambda t: stats.chi2_contingency(pd.crosstab(t["education"], t["sex"])),
    )
]


def found(**params: Any) -> Found:
    return ChiSquaredTest.model_validate(params).find(Table(sample("german_credit")))


@pytest.mark.parametrize(("other", "correction"), [("housing", True), ("telephone", True), ("telephone", False)])
def test_independence_is_scipys(other: str, correction: bool) -> None:
    credit = sample("german_credit")
    result = found(column="credit-risk", other=other, correction=correction).frame.iloc[0]
    expected = stats.chi2_contingency(pd.crosstab(credit["credit-risk"], credit[other]), correction=correction)
    assert (result["statistic"], result["p_value"]) == (
        pytest.approx(expected.statistic),
        pytest.approx(expected.pvalue),
    )
    assert result["degrees_of_freedom"] == expected.dof


def test_equal_shares_are_expected_unless_told_otherwise() -> None:
    credit = sample("german_credit")
    counts = credit["job"].value_counts().sort_index()
    result = found(kind="goodness_of_fit", column="job").frame.iloc[0]
    expected = stats.chisquare(counts)
    assert (result["statistic"], result["p_value"]) == (
        pytest.approx(expected.statistic),
        pytest.approx(expected.pvalue),
    )
    assert result["cohens_w"] == pytest.approx(np.sqrt(expected.statistic / 1000))


def test_expected_shares_need_not_add_up() -> None:
    result = found(kind="goodness_of_fit", column="credit-risk", expected=["good=7", "bad=3"])
    assert result.frame.iloc[0]["statistic"] == pytest.approx(0)
    assert result.report.conclusions[0] == "The values of credit-risk may well be spread as expected; p > 0.999."
    shifted = found(kind="goodness_of_fit", column="credit-risk", expected=["good=1", "bad=1"])
    assert shifted.frame.iloc[0]["p_value"] == pytest.approx(stats.chisquare([700, 300]).pvalue)
    assert shifted.report.conclusions[0] == "The values of credit-risk are not spread as expected; p < 0.001."


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"kind": "goodness_of_fit", "column": "credit-risk", "expected": ["good=1"]}, "No share is given for 'bad'"),
        ({"kind": "goodness_of_fit", "column": "housing", "expected": ["A151=1", "A152=1", "A153=1", "x=1"]}, "'x'"),
        ({"column": "credit-risk", "other": "nowhere"}, "nowhere"),
    ],
)
def test_what_cannot_be_tested_is_told(params: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        found(**params)


def test_one_value_and_no_share_are_told() -> None:
    with pytest.raises(InputError, match="has one value only"):
        ChiSquaredTest(column="a", other="b").find(Table(pd.DataFrame({"a": ["x", "x"], "b": ["u", "v"]})))
    with pytest.raises(ValidationError, match="no value with its share"):
        ChiSquaredTest(kind="goodness_of_fit", column="a", expected=("x",))
