"""Cross tables against pandas.crosstab, scipy and a published interval."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.stats.contingency import association

from pipelines.errors import InputError
from pipelines.steps.statistics import contingency
from pipelines.steps.statistics.cross_table import CrossTable
from pipelines.table import Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.samples import sample

CASES = [
    Case({"rows": "text", "columns": "category"}),
    Case({"rows": "bool", "columns": "arrow", "show": "row percent", "margins": False}),
]


def by_hand(frame: pd.DataFrame) -> list[Any]:
    counts = pd.crosstab(frame["education"], frame["sex"])
    return [pd.crosstab(frame["education"], frame["sex"], margins=True), stats.chi2_contingency(counts)]


BARE = [Bare({"rows": "education", "columns": "sex"}, by_hand, also="chi-squared")]

NORMALIZE = {"row percent": "index", "column percent": "columns", "total percent": "all"}


def test_counts_and_totals_are_those_of_crosstab() -> None:
    credit = sample("german_credit")
    found = CrossTable(rows="housing", columns="credit-risk").find(Table(credit)).frame
    expected = pd.crosstab(credit["housing"], credit["credit-risk"], margins=True, margins_name="total")
    np.testing.assert_array_equal(found.drop(columns="housing").to_numpy(), expected.to_numpy())
    assert list(found["housing"]) == list(expected.index)
    assert list(found.columns[1:]) == list(expected.columns)


@pytest.mark.parametrize("show", NORMALIZE)
def test_percents_are_those_of_crosstab(show: str) -> None:
    credit = sample("german_credit")
    found = CrossTable(rows="housing", columns="credit-risk", show=show, margins=False).find(Table(credit)).frame
    expected = 100 * pd.crosstab(credit["housing"], credit["credit-risk"], normalize=NORMALIZE[show])
    np.testing.assert_allclose(found.drop(columns="housing").to_numpy(), expected.to_numpy())


def test_the_relation_is_measured_as_scipy_does() -> None:
    credit = sample("german_credit")
    counts, _gaps = contingency.counts(Table(credit), "checking-status", "credit-risk")
    found = contingency.associated(counts, 0.95, correction=False)
    test = stats.chi2_contingency(counts.to_numpy())
    assert (found.statistic, found.p_value) == (pytest.approx(test.statistic), pytest.approx(test.pvalue))
    assert found.cramers_v == pytest.approx(association(counts.to_numpy(), method="cramer"))
    assert found.ci_low < found.cramers_v < found.ci_high
    for bound, level in ((found.ci_low, 0.975), (found.ci_high, 0.025)):
        noncentrality = bound**2 * len(credit) - test.dof
        assert stats.ncx2.cdf(test.statistic, test.dof, noncentrality) == pytest.approx(level)


def test_conclusions_are_in_words_and_rare_cells_are_noted() -> None:
    found = CrossTable(rows="checking-status", columns="credit-risk").find(Table(sample("german_credit")))
    assert found.report.conclusions[0] == "checking-status and credit-risk have to do with each other; p < 0.001."
    assert found.report.conclusions[2] == "Cramér's V is 0.3517: a medium effect."
    rare = CrossTable(rows="make", columns="body-style").find(Table(sample("automobile_price")))
    assert "p-value is rough" in rare.notes[-1]


def test_rows_with_a_gap_are_left_out_and_one_value_has_no_relation() -> None:
    frame = pd.DataFrame({"a": ["x", "y", None, "x"], "b": ["u", "u", "u", None]})
    found = CrossTable(rows="a", columns="b").find(Table(frame))
    assert found.notes == ("2 rows with a missing value are left out.",)
    assert found.report.conclusions == ()
    assert found.frame.to_dict("list") == {"a": ["x", "y", "total"], "u": [1, 1, 2], "total": [1, 1, 2]}


def test_values_called_like_the_totals_stay_apart() -> None:
    frame = pd.DataFrame({"total": ["total", "x"], "b": ["total", "total"]})
    found = CrossTable(rows="total", columns="b").find(Table(frame)).frame
    assert list(found.columns) == ["total__", "total", "total_"]
    assert found["total__"].tolist() == ["total", "x", "total_"]


def test_what_cannot_be_counted_is_told() -> None:
    cars = sample("automobile_price")
    with pytest.raises(InputError, match="set against itself"):
        CrossTable(rows="make", columns="make").find(Table(cars))
    with pytest.raises(InputError, match="too many"):
        CrossTable(rows="n", columns="make").find(Table(pd.concat([cars] * 3).assign(n=range(3 * len(cars)))))
