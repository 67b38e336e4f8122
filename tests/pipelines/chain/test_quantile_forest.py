"""The quantile forest against its definition, on cars' prices."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor

from pipelines.chain import quantile_forest
from pipelines.chain.quantile_forest import QuantileForest
from tests.pipelines.steps.samples import sample

CARS = sample("automobile_price")[["horsepower", "curb-weight", "city-mpg", "price"]].dropna()
X, Y = CARS.drop(columns="price").to_numpy(), CARS["price"].to_numpy()
FOREST = RandomForestRegressor(20, min_samples_leaf=4, random_state=0)


def defined(model: QuantileForest, X_new: np.ndarray, quantile: float, weight: np.ndarray) -> list[float]:
    """Meinshausen 2006, equation 4 to 6, row by row."""
    mine, others = model.forest_.apply(X_new), model.forest_.apply(X)
    found = []
    for leaves in mine:
        same = (others == leaves) * weight[:, None]
        shares = (same / same.sum(axis=0)).mean(axis=1)
        order = np.argsort(Y, kind="stable")
        place = np.searchsorted(np.cumsum(shares[order]), quantile - 1e-12)
        found.append(Y[order][place])
    return found


@pytest.mark.parametrize("quantile", [0.05, 0.5, 0.9])
def test_it_is_the_published_formula(quantile: float, monkeypatch: pytest.MonkeyPatch) -> None:
    model = QuantileForest(FOREST, quantile).fit(X, Y)
    expected = defined(model, X, quantile, np.ones(len(Y)))
    np.testing.assert_array_equal(model.predict(X), expected)
    monkeypatch.setattr(quantile_forest, "TOGETHER", 1000)
    np.testing.assert_array_equal(model.predict(X), expected)
    weight = np.where(np.arange(len(Y)) % 3, 1.0, 4.0)
    weighted = QuantileForest(FOREST, quantile).fit(X, Y, weight)
    np.testing.assert_array_equal(weighted.predict(X), defined(weighted, X, quantile, weight))


def test_so_many_new_rows_lie_below_as_asked_for() -> None:
    wine = sample("wine_quality").select_dtypes("number").sample(3000, random_state=0)
    features, label = wine.drop(columns="alcohol").to_numpy(), wine["alcohol"].to_numpy()
    for quantile in (0.1, 0.5, 0.9):
        model = QuantileForest(RandomForestRegressor(50, min_samples_leaf=10, random_state=0), quantile)
        model.fit(features[:2000], label[:2000])
        found, true = model.predict(features[2000:]), label[2000:]
        assert (true < found).mean() < quantile + 0.05  # many wines have the very same label
        assert (true <= found).mean() > quantile - 0.05
