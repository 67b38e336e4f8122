"""Tests of normality against scipy, and published critical values, on the wines and automobiles."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pipelines.errors import InputError
from pipelines.steps.statistics.normality_test import NormalityTest, anderson_darling
from pipelines.table import Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.samples import sample

CASES = [Case({}), Case({"columns": ["x", "float number"], "alpha": 0.01})]


def by_hand(frame: pd.DataFrame) -> list[Any]:
    values = frame["fnlwgt"].dropna().to_numpy()
    return [
        stats.shapiro(values[:5000]),
        stats.normaltest(values),
        stats.anderson(values, "norm", method="interpolate"),
        stats.skew(values),
        stats.kurtosis(values),
    ]


BARE = [Bare({"columns": ["fnlwgt"]}, by_hand, also="three tests, skewness and kurtosis")]


def found(frame: pd.DataFrame, **params: Any) -> Any:
    return NormalityTest.model_validate(params).find(Table(frame))


def test_shapiro_and_dagostino_are_scipys() -> None:
    cars = sample("automobile_price")
    result = found(cars).frame.set_index("column")
    assert list(result.index) == list(cars.select_dtypes("number").columns)
    for name, row in result.iterrows():
        values = cars[name].dropna()
        shapiro, agostino = stats.shapiro(values), stats.normaltest(values)
        assert (row["shapiro"], row["shapiro p value"]) == pytest.approx((shapiro.statistic, shapiro.pvalue))
        assert (row["k squared"], row["k squared p value"]) == pytest.approx((agostino.statistic, agostino.pvalue))


def test_anderson_darling_is_scipys() -> None:
    for name in ("height", "price", "bore"):
        values = sample("automobile_price")[name].dropna().to_numpy()
        expected = stats.anderson(values, method="interpolate").statistic
        assert anderson_darling(values)[0] == pytest.approx(expected)


@pytest.mark.parametrize(("critical", "p"), [(0.631, 0.10), (0.752, 0.05), (0.873, 0.025), (1.035, 0.01)])
def test_the_p_value_meets_the_published_critical_values(critical: float, p: float) -> None:
    """D'Agostino and Stephens 1986, table 4.7. Normal quantiles are bent until the corrected A squared is critical."""
    n = 200
    normal = stats.norm.ppf((np.arange(1, n + 1) - 0.5) / n)
    low, high = 0.0, 1.0
    for _i in range(60):
        bend = (low + high) / 2
        values = normal + bend * normal**2
        if anderson_darling(values)[0] * (1 + 0.75 / n + 2.25 / n**2) < critical:
            low = bend
        else:
            high = bend
    assert anderson_darling(values)[1] == pytest.approx(p, rel=0.03)


def test_quantiles_are_those_of_probplot_in_standard_deviations() -> None:
    cars = sample("automobile_price")
    curve = found(cars, columns=["height"]).report.curves[0]
    values = cars["height"].to_numpy()
    x, y = stats.probplot(values, fit=False)
    assert curve.kind == "quantiles"
    assert len(curve.x) <= 200
    assert (curve.x[0], curve.x[-1]) == pytest.approx((x[0], x[-1]))
    assert (curve.y[0], curve.y[-1]) == pytest.approx(tuple((y[[0, -1]] - values.mean()) / values.std(ddof=1)))


def test_conclusions_tell_normal_from_skewed() -> None:
    normal = np.random.default_rng(1).normal(size=400)
    said = found(pd.DataFrame({"even": normal, "skewed": np.exp(normal)})).report.conclusions
    assert said[0].startswith("Nothing speaks against a normal distribution of even")
    assert said[1].startswith("skewed is not normally distributed (Shapiro-Wilk, p < 0.001; skewness")


def test_of_many_rows_shapiro_takes_some_over_their_whole_order() -> None:
    wine = sample("wine_quality")
    assert len(wine) > 5000
    row = found(wine, columns=["alcohol"]).frame.iloc[0]
    assert row["rows"] == len(wine)
    assert row["shapiro"] == pytest.approx(stats.shapiro(wine["alcohol"].iloc[:5000]).statistic, abs=0.05)


def test_too_few_values_are_told() -> None:
    with pytest.raises(InputError, match="No column has 8 numbers that differ"):
        found(pd.DataFrame({"a": [1.0, 2.0], "b": [1.0, 1.0]}))
    notes = found(pd.DataFrame({"a": np.arange(9.0), "b": 1.0})).notes
    assert notes == ("Too few different numbers to test: b.",)
