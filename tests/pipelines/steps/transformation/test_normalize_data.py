"""Normalize data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

from pipelines.errors import InputError
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.many_rows import NUMBERS
from tests.pipelines.steps.trial import made, numeric

CASES = [
    *(Case({"method": m}) for m in ("zscore", "minmax", "robust", "maxabs", "logistic", "lognormal", "tanh", "power")),
    Case({"method": "unit", "columns": ["x", "y", "float number"]}),
    Case({"method": "quantile", "n_quantiles": 20}),
    Case({"method": "quantile", "output_distribution": "normal"}),
    Case({"method": "power", "power": "box-cox", "columns": ["x", "y"]}),
]


def by_hand(frame: pd.DataFrame, scaler: Any) -> pd.DataFrame:
    """What a scaler makes of the numbers, in their places."""
    scaled = scaler.fit_transform(frame[NUMBERS])
    return frame.assign(**{c: scaled[:, i] for i, c in enumerate(NUMBERS)})


BARE = [
    Bare({"method": "zscore", "columns": NUMBERS}, lambda t: by_hand(t, StandardScaler())),
    Bare({"method": "robust", "columns": NUMBERS}, lambda t: by_hand(t, RobustScaler())),
    Bare(
        {"method": "quantile", "columns": NUMBERS},
        lambda t: by_hand(t, QuantileTransformer(random_state=0)),
    ),
]


@pytest.mark.parametrize(
    ("asked", "looked_at"), [({}, 10_000), ({"subsample": 500}, 1000), ({"subsample": None}, None)]
)
def test_quantiles_are_told_by_some_rows(asked: dict[str, Any], looked_at: int | None) -> None:
    frame = pd.DataFrame({"x": np.random.default_rng(0).normal(size=20_000)})
    reference = QuantileTransformer(subsample=looked_at, random_state=0).fit(frame.to_numpy())
    found = made("normalize_data", frame, method="quantile", **asked)
    np.testing.assert_array_equal(found.to_numpy(), reference.transform(frame.to_numpy()))


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


def test_rows_of_length_1_are_those_of_scikit_learn(cars: pd.DataFrame) -> None:
    names = ["length", "width", "engine-size"]
    frame = cars.assign(length=cars["length"].where(cars.index != 3, 0))
    found = made("normalize_data", frame, method="unit", columns=names)
    np.testing.assert_allclose(found[names], Normalizer().fit_transform(frame[names].to_numpy(float)), rtol=1e-12)
    gap = made("normalize_data", frame.assign(length=np.nan), method="unit", columns=names)
    assert gap["length"].isna().all()
    np.testing.assert_allclose((gap[names] ** 2).sum(axis=1), 1)


@pytest.mark.parametrize("distribution", ["uniform", "normal"])
def test_quantiles_are_those_of_scikit_learn(cars: pd.DataFrame, distribution: str) -> None:
    names = numeric(cars)
    reference = QuantileTransformer(n_quantiles=len(cars), output_distribution=distribution, subsample=None)
    expected = reference.fit_transform(cars[names].to_numpy(dtype=float))
    found = made("normalize_data", cars, method="quantile", output_distribution=distribution)
    np.testing.assert_allclose(found[names], expected, rtol=1e-12)


@pytest.mark.parametrize("power", ["yeo-johnson", "box-cox"])
def test_powers_are_those_of_scikit_learn(cars: pd.DataFrame, power: str) -> None:
    names = ["price", "engine-size", "normalized-losses", "compression-ratio"]
    expected = PowerTransformer(power).fit_transform(cars[names].to_numpy(dtype=float))
    found = made(
        "normalize_data", cars.assign(nothing=np.nan), method="power", power=power, columns=[*names, "nothing"]
    )
    np.testing.assert_allclose(found[names], expected, rtol=1e-9)
    assert abs(stats.skew(found["price"])) < 0.3 < abs(stats.skew(cars["price"]))
    assert found["nothing"].isna().all()


def test_curves_are_those_of_scipy(cars: pd.DataFrame) -> None:
    names = ["symboling", "price", "bore"]
    scaled = made("normalize_data", cars, columns=names)
    np.testing.assert_allclose(
        made("normalize_data", scaled, method="logistic", columns=names)[names], 1 / (1 + np.exp(-scaled[names]))
    )
    np.testing.assert_allclose(
        made("normalize_data", scaled, method="tanh", columns=names)[names], np.tanh(scaled[names])
    )
    shape, _, scale = stats.lognorm.fit(cars["price"].dropna(), floc=0)
    found = made("normalize_data", cars, method="lognormal", columns=names)
    np.testing.assert_allclose(found["price"], stats.lognorm.cdf(cars["price"], shape, scale=scale), rtol=1e-9)
    assert (found.loc[cars["symboling"] <= 0, "symboling"] == 0).all()
    assert found["bore"].isna().equals(cars["bore"].isna())


def test_box_cox_of_numbers_below_0_says_which_column(cars: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="Box-Cox takes numbers above 0, but column 'symboling'"):
        made("normalize_data", cars, method="power", power="box-cox", columns=["price", "symboling"])


def test_scaling_text_or_infinity_says_which_column(cars: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="'make' holds text"):
        made("normalize_data", cars, columns=["make"])
    with pytest.raises(InputError, match="'bore' holds an infinite number"):
        made("normalize_data", cars.assign(bore=np.inf))
