"""Functions of distributions against scipy on the wines."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pipelines.errors import InputError
from pipelines.execution.apply import fit_link
from pipelines.steps.statistics import probability_function
from pipelines.steps.statistics.probability_function import DISCRETE, SHAPES, ProbabilityFunction
from pipelines.table import Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.samples import sample

CASES = [
    Case({"columns": ["x", "float number"], "function": "ppf"}),
    Case({"columns": ["Int64"], "distribution": "poisson", "function": "pdf", "mu": 3.0}),
]

BARE = [
    Bare(
        {"columns": ["education-num"], "loc": 10.0, "scale": 2.5},
        lambda t: t.assign(**{"education-num_norm_cdf": stats.norm.cdf(t["education-num"], 10.0, 2.5)}),
    )
]

DISTRIBUTIONS = get_args(probability_function.Distribution)
VALUES = {"df": 4.0, "dfn": 3.0, "dfd": 7.0, "a": 2.0, "b": 3.0, "c": 0.4, "s": 0.7, "n": 12, "p": 0.3, "mu": 2.5}
VALUES |= {"d": 0.8, "M": 40, "N": 15}


def applied(frame: pd.DataFrame, **params: Any) -> pd.DataFrame:
    return fit_link(ProbabilityFunction.model_validate(params), Table(frame)).transform(frame)


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
@pytest.mark.parametrize("function", ["cdf", "pdf", "sf", "ppf"])
def test_each_function_of_each_distribution_is_scipys(distribution: str, function: str) -> None:
    column = "citric acid" if function == "ppf" else "alcohol"
    wine = sample("wine_quality")[[column]].iloc[::20].round(0 if distribution in DISCRETE and function != "ppf" else 6)
    shapes = {k: VALUES[k] for k in SHAPES.get(distribution, ())}
    places = {"loc": 2.0} if distribution in DISCRETE else {"loc": 2.0, "scale": 3.0}
    found = applied(wine, columns=[column], distribution=distribution, function=function, **shapes, **places)
    known = getattr(stats, distribution)
    named = "pmf" if function == "pdf" and distribution in DISCRETE else function
    expected = getattr(known, named)(wine[column].to_numpy(), **shapes, **places)
    np.testing.assert_allclose(found[f"{column}_{distribution}_{named}"], expected, rtol=1e-12)
    pd.testing.assert_series_equal(found[column], wine[column])


def test_a_gap_stays_one() -> None:
    found = applied(pd.DataFrame({"z": [0.0, np.nan]}), columns=["z"])["z_norm_cdf"]
    assert found[0] == 0.5
    assert np.isnan(found[1])


@pytest.mark.parametrize(("columns", "words"), [([], "No column"), (["colour"], "'colour' holds text")])
def test_what_has_no_probability_is_told(columns: list[str], words: str) -> None:
    with pytest.raises(InputError, match=words):
        applied(sample("wine_quality"), columns=columns)
