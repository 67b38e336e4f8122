"""Correlations against pandas and scipy on the wines and the automobiles."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pipelines.errors import InputError
from pipelines.steps.statistics.correlation import Correlation
from pipelines.table import Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.many_rows import NUMBERS
from tests.pipelines.steps.samples import sample

CASES = [Case({}), Case({"method": "spearman", "columns": ["x", "y", "Int64"]}), Case({"method": "kendall"})]


def by_hand(frame: pd.DataFrame) -> list[Any]:
    pairs = [stats.pearsonr(frame[a], frame[b]).pvalue for a, b in combinations(NUMBERS, 2)]
    return [frame[NUMBERS].corr(), pairs]


BARE = [Bare({"columns": NUMBERS}, by_hand, also="a p-value for each pair")]


@pytest.mark.parametrize(
    ("method", "reference"),
    [("pearson", stats.pearsonr), ("spearman", stats.spearmanr), ("kendall", stats.kendalltau)],
)
def test_the_matrix_is_pandas_and_each_pair_scipys(method: str, reference: Any) -> None:
    wine = sample("wine_quality").iloc[::10]
    found = Correlation(method=method).find(Table(wine))
    expected = wine.corr(method=method, numeric_only=True)
    pd.testing.assert_frame_equal(found.frame.set_index("column"), expected, check_names=False)
    pairs = pd.DataFrame(found.report.tables["pairs"])
    for _i, pair in pairs.iloc[::9].iterrows():
        r, p = reference(wine[pair["first"]], wine[pair["second"]])
        assert (pair["correlation"], pair["p value"]) == (pytest.approx(r), pytest.approx(p))
    assert pairs["correlation"].abs().is_monotonic_decreasing
    assert len(pairs) == 66


def test_gaps_are_left_out_pair_by_pair() -> None:
    cars = sample("automobile_price")
    found = Correlation.model_validate({"columns": ["normalized-losses", "price", "bore"]}).find(Table(cars))
    pairs = pd.DataFrame(found.report.tables["pairs"]).set_index(["first", "second"])
    both = cars[["normalized-losses", "price"]].dropna()
    assert pairs.loc[("normalized-losses", "price"), "rows"] == len(both)
    assert pairs.loc[("normalized-losses", "price"), "correlation"] == pytest.approx(
        stats.pearsonr(*both.T.to_numpy())[0]
    )


def test_the_picture_and_the_words_tell_the_closest_pair() -> None:
    found = Correlation.model_validate({"columns": ["engine-size", "price", "city-mpg"]}).find(
        Table(sample("automobile_price"))
    )
    heat_map = found.report.heat_maps[0]
    assert heat_map.rows == heat_map.columns == ["engine-size", "price", "city-mpg"]
    assert (heat_map.low, heat_map.high) == (-1, 1)
    assert found.report.conclusions[0] == "engine-size and price go together most closely: 0.8723."


def test_a_constant_column_is_noted_and_has_no_correlation() -> None:
    found = Correlation().find(Table(pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [3.0, 1.0, 2.0], "same": 1.0})))
    assert "one value or none" in found.notes[0]
    assert found.report.heat_maps[0].values[2] == [None, None, None]
    assert np.isnan(found.frame["same"]).all()


@pytest.mark.parametrize(
    ("params", "words"),
    [({"columns": ["price"]}, "1 columns of numbers"), ({"columns": ["price", "make"]}, "'make' holds text")],
)
def test_what_cannot_be_compared_is_told(params: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        Correlation.model_validate(params).find(Table(sample("automobile_price")))
