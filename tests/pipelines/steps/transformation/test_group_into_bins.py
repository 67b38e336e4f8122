"""Group into bins."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import (
    KBinsDiscretizer,
)

from pipelines.steps import library
from pipelines.steps.transformation.group_into_bins import names_of
from tests.pipelines.steps.cases import Case
from tests.pipelines.steps.trial import made

CASES = [
    *(Case({"strategy": s, "n_bins": 4}) for s in ("quantile", "uniform", "kmeans")),
    Case({"edges": [0.25, 0.5], "columns": ["x"], "encode": "label"}),
]


@pytest.mark.parametrize("strategy", ["quantile", "uniform", "kmeans"])
def test_bins_are_those_of_scikit_learn(cars: pd.DataFrame, strategy: str) -> None:
    names = ["price", "engine-size", "width"]
    reference = KBinsDiscretizer(4, encode="ordinal", strategy=strategy, subsample=None, random_state=0)
    expected = reference.fit_transform(cars[names].astype(float))
    np.testing.assert_array_equal(
        made("group_into_bins", cars, strategy=strategy, n_bins=4, columns=names)[names], expected
    )


def test_edges_of_ones_own_are_those_of_pandas_cut(cars: pd.DataFrame) -> None:
    found = made("group_into_bins", cars, columns=["bore"], edges=[3.0, 3.5])["bore"]
    expected = pd.cut(cars["bore"], [-np.inf, 3.0, 3.5, np.inf], right=False, labels=False)
    pd.testing.assert_series_equal(found, expected, check_dtype=False)
    assert found.isna().equals(cars["bore"].isna())
    labels = made("group_into_bins", cars, columns=["bore"], edges=[3.0, 3.5], encode="label")["bore"]
    assert set(labels.dropna()) == {"below 3", "3 to 3.5", "3.5 or more"}


def test_the_names_of_bins_tell_them_apart() -> None:
    assert names_of([]) == ["all"]
    assert names_of([1.00001, 1.00002]) == ["below 1.00001", "1.00001 to 1.00002", "1.00002 or more"]


def test_edges_that_fall_are_refused() -> None:
    with pytest.raises(ValueError, match="must rise"):
        library.get("group_into_bins").model_validate({"edges": [2, 1]})
