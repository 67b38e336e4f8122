"""Normalize data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    RobustScaler,
    StandardScaler,
)

from pipelines.errors import InputError
from tests.pipelines.steps.cases import Case
from tests.pipelines.steps.trial import made, numeric

CASES = [Case({"method": m}) for m in ("zscore", "minmax", "robust", "maxabs")]


@pytest.mark.parametrize(
    ("method", "scaler"),
    [("zscore", StandardScaler()), ("minmax", MinMaxScaler()), ("robust", RobustScaler()), ("maxabs", MaxAbsScaler())],
)
def test_scales_are_those_of_scikit_learn_to_the_last_bit(cars: pd.DataFrame, method: str, scaler: Any) -> None:
    names = numeric(cars)
    values = np.asfortranarray(cars[names].to_numpy(dtype=np.float64))
    found = made("normalize_data", cars, method=method)
    np.testing.assert_array_equal(found[names].to_numpy(), scaler.fit(values).transform(values))
    assert found.drop(columns=names).equals(cars.drop(columns=names))


def test_scaling_text_or_infinity_says_which_column(cars: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="'make' holds text"):
        made("normalize_data", cars, columns=["make"])
    with pytest.raises(InputError, match="'bore' holds an infinite number"):
        made("normalize_data", cars.assign(bore=np.inf))
