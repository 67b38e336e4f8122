"""Remove Outliers against SciPy, pandas and scikit-learn, on real data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.ensemble import IsolationForest

from pipelines.errors import InputError
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.trial import changed, numeric

CASES = [
    Case({"method": "iqr", "factor": 1.0}),
    Case({"method": "zscore", "threshold": 2, "columns": ["float number", "Int64"]}),
    Case({"method": "isolation_forest", "n_estimators": 10}),
]


def by_hand(frame: pd.DataFrame) -> pd.DataFrame:
    kept = pd.Series(True, frame.index)
    for name in ("age", "fnlwgt"):
        low, high = frame[name].quantile([0.25, 0.75])
        reach = 1.5 * (high - low)
        kept &= frame[name].isna() | frame[name].between(low - reach, high + reach)
    return frame[kept]


BARE = [Bare({"columns": ["age", "fnlwgt"]}, by_hand)]


def test_quartile_ranges_are_those_of_a_box_plot(cars: pd.DataFrame) -> None:
    found = changed("remove_outliers", cars, columns=["horsepower", "price"])
    kept = pd.Series(True, index=cars.index)
    for name in ("horsepower", "price"):
        low, high = cars[name].quantile([0.25, 0.75])
        kept &= cars[name].isna() | cars[name].between(low - 1.5 * (high - low), high + 1.5 * (high - low))
    pd.testing.assert_frame_equal(found, cars[kept])
    assert 0 < len(cars) - len(found) < 30
    assert found["horsepower"].isna().sum() == cars["horsepower"].isna().sum() > 0


def test_a_column_whose_quartiles_are_alike_is_passed_by(people: pd.DataFrame) -> None:
    assert (people["capital-gain"] > 0).any()
    pd.testing.assert_frame_equal(changed("remove_outliers", people, columns=["capital-gain"]), people)


def test_standard_deviations_are_those_of_scipy(cars: pd.DataFrame) -> None:
    names = ["engine-size", "compression-ratio", "normalized-losses"]
    scores = np.abs(stats.zscore(cars[names].to_numpy(dtype=float), nan_policy="omit"))
    found = changed("remove_outliers", cars, method="zscore", threshold=2.5, columns=names)
    pd.testing.assert_frame_equal(found, cars[~(scores > 2.5).any(axis=1)])
    assert len(found) < len(cars)


def test_the_forest_is_that_of_scikit_learn(cars: pd.DataFrame) -> None:
    names = numeric(cars)
    forest = IsolationForest(contamination=0.1, random_state=3).fit_predict(cars[names].to_numpy(dtype=float))
    found = changed("remove_outliers", cars, method="isolation_forest", contamination=0.1, random_state=3)
    pd.testing.assert_frame_equal(found, cars[forest == 1])
    assert len(found) == 181


def test_text_has_no_outliers(cars: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="Finding outliers takes numbers, but column 'make' holds text"):
        changed("remove_outliers", cars, columns=["make"])
