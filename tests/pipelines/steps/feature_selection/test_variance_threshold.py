"""Columns that hardly vary, against VarianceThreshold on the automobiles."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_selection import VarianceThreshold as Reference

from pipelines.errors import InputError
from pipelines.execution.apply import fit_link
from pipelines.steps.feature_selection.variance_threshold import VarianceThreshold
from pipelines.table import Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.many_rows import NUMBERS
from tests.pipelines.steps.samples import sample

CASES = [Case({}), Case({"threshold": 3.0, "columns": ["x", "y", "int-number"]})]


def by_hand(frame: pd.DataFrame) -> pd.DataFrame:
    found = Reference(200.0).fit(frame[NUMBERS]).variances_
    return frame.drop(columns=[c for c, v in zip(NUMBERS, found, strict=True) if v <= 200.0])


BARE = [Bare({"threshold": 200.0, "columns": NUMBERS}, by_hand)]


@pytest.mark.parametrize("threshold", [0.0, 1.0, 10.0, 1000.0])
def test_the_columns_are_those_of_scikit_learn(threshold: float) -> None:
    cars = sample("automobile_price").assign(same=0.1, none=np.nan)
    numeric = cars.select_dtypes("number").drop(columns="none")
    expected = set(Reference(threshold).fit(numeric).get_feature_names_out()) | set(cars.select_dtypes("str"))
    found = fit_link(VarianceThreshold(threshold=threshold), Table(cars)).transform(cars)
    assert list(found) == [c for c in cars if c in expected]


def test_text_does_not_vary_as_numbers_do() -> None:
    with pytest.raises(InputError, match="'make' holds text"):
        fit_link(VarianceThreshold.model_validate({"columns": ["make"]}), Table(sample("automobile_price")))
