"""The quantile forest against its definition, on cars' prices."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestRegressor

from pipelines import Pipeline, Workspace
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


def test_one_forest_gives_several_quantiles(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = (0.05, 0.5, 0.95)
    model = QuantileForest(FOREST, 0.5, wanted).fit(X, Y)
    for size in (quantile_forest.TOGETHER, 1000):
        monkeypatch.setattr(quantile_forest, "TOGETHER", size)
        found = model.predict_quantiles(X, wanted)
        for place, quantile in enumerate(wanted):
            np.testing.assert_array_equal(found[:, place], QuantileForest(FOREST, quantile).fit(X, Y).predict(X))
    np.testing.assert_array_equal(model.predict(X), found[:, 1])


@pytest.mark.services
def test_several_quantiles_are_columns_in_the_studio_and_where_it_is_served(tmp_path: Path) -> None:
    home = tmp_path / "workspace"
    home.mkdir()
    (home / ".furnished").touch()
    workspace = Workspace.open(home)
    workspace.datasets.add_frame("cars", CARS)
    algorithm = {"type": "quantile_forest_regressor", "quantiles": [0.05, 0.95], "n_estimators": 20}
    built = Pipeline("cars").add("dataset", dataset="cars").add("set_label", column="price").add("split_data")
    built = built.add("train_model", algorithm=algorithm).add("score_model").add("evaluate_model")
    run = workspace.run(built)
    assert run.result.failure is None
    model = next(iter(run.result.models.values()))
    new = CARS.drop(columns="price")
    found = model.predict(new)
    assert list(found) == ["Scored Labels", "Scored Quantiles_0.05", "Scored Quantiles_0.95"]
    assert (found["Scored Quantiles_0.05"] <= found["Scored Labels"]).all()
    assert (found["Scored Labels"] <= found["Scored Quantiles_0.95"]).all()
    pd.testing.assert_frame_equal(model.predict(new.iloc[[7]]), found.iloc[[7]])
    gaps = model.predict(new.assign(horsepower=np.nan))
    assert gaps.columns.tolist() == found.columns.tolist()
    assert list(model.empty()) == list(found)
    published = workspace.models.publish(run.run_id, "cars")
    assert published.parity is not None


def test_so_many_new_rows_lie_below_as_asked_for() -> None:
    wine = sample("wine_quality").select_dtypes("number").sample(3000, random_state=0)
    features, label = wine.drop(columns="alcohol").to_numpy(), wine["alcohol"].to_numpy()
    for quantile in (0.1, 0.5, 0.9):
        model = QuantileForest(RandomForestRegressor(50, min_samples_leaf=10, random_state=0), quantile)
        model.fit(features[:2000], label[:2000])
        found, true = model.predict(features[2000:]), label[2000:]
        assert (true < found).mean() < quantile + 0.05  # many wines have the very same label
        assert (true <= found).mean() > quantile - 0.05
