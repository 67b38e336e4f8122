"""Importances against scikit-learn on real data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn import inspection
from sklearn.inspection import permutation_importance
from sklearn.linear_model import Ridge

from pipelines.errors import InputError
from pipelines.steps.evaluation.permutation_importance import PermutationImportance
from pipelines.steps.training.train_model import TrainModel
from pipelines.steps.transformation.encode_categories import EncodeCategories
from pipelines.steps.transformation.split_data import SplitData
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.many_rows import NUMBERS
from tests.pipelines.steps.samples import sample

CASES = [Case({}, runs=False)]

LABEL = "hours-per-week"
FEATURES = [c for c in NUMBERS if c != LABEL]

BARE = [
    Bare(
        {},
        lambda t, model: permutation_importance(
            model.predictor.estimator_, t[FEATURES].to_numpy(dtype=np.float64), t[LABEL], scoring="r2", random_state=0
        ),
        columns=tuple(NUMBERS),
        label=LABEL,
        before=(("train_model", {"algorithm": {"type": "linear_regression"}}),),
        rows=20_000,
    )
]


def trained(engine: Any, label: str, algorithm: dict[str, Any]) -> None:
    wine = sample("wine_quality").iloc[::10].reset_index(drop=True)
    engine.source(wine, label)
    engine.do("encode", EncodeCategories.model_validate({"columns": [] if label == "colour" else ["colour"]}))
    engine.do("split", SplitData())
    engine.do("train", TrainModel.model_validate({"algorithm": algorithm}))


def importance(engine: Any, **params: Any) -> Any:
    step = PermutationImportance.model_validate(params)
    return engine.do("importance", step, table="split", model="train")


def test_features_are_those_of_scikit_learn(engine: Any) -> None:
    trained(engine, "alcohol", {"type": "ridge"})
    found = importance(engine, of="features", n_repeats=3).table.frame.set_index("feature")
    table = engine.table("split")
    model = engine.outputs["train"].model
    columns = model.predictor.columns
    ridge = Ridge().fit(table.training[columns], table.training["alcohol"])
    test = table.rows("test")
    expected = inspection.permutation_importance(
        ridge, test[columns], test["alcohol"], n_repeats=3, random_state=0, scoring="r2"
    )
    np.testing.assert_allclose(found.loc[columns, "importance"], expected.importances_mean, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(found.loc[columns, "spread"], expected.importances_std, rtol=1e-6, atol=1e-9)
    assert found["importance"].is_monotonic_decreasing


def test_columns_are_shuffled_as_the_dataset_gives_them(engine: Any) -> None:
    trained(engine, "alcohol", {"type": "ridge"})
    output = importance(engine, n_repeats=2)
    found = output.table.frame
    assert set(found["feature"]) == set(sample("wine_quality")) - {"alcohol"}
    assert output.report.bars[0].labels == found["feature"].tolist()
    assert output.report.conclusions[0].startswith("With all columns in place, r2 is 0.")
    assert found["feature"].iloc[0] in output.report.conclusions[1]


@pytest.mark.parametrize(
    "metric", ["accuracy", "balanced_accuracy", "precision", "recall", "f1", "log_loss", "roc_auc"]
)
def test_classes_get_worse_by_every_metric(engine: Any, metric: str) -> None:
    trained(engine, "colour", {"type": "random_forest_classifier", "n_estimators": 20})
    found = importance(engine, metric=metric, n_repeats=2).table.frame
    assert found["importance"].iloc[0] > 0.01
    assert np.isfinite(found["importance"]).all()


@pytest.mark.parametrize("metric", ["mean_absolute_error", "root_mean_squared_error", "relative_squared_error"])
def test_numbers_get_worse_by_every_metric(engine: Any, metric: str) -> None:
    trained(engine, "alcohol", {"type": "ridge"})
    assert importance(engine, metric=metric, rows="all").table.frame["importance"].iloc[0] > 0.01


def test_many_rows_are_drawn_from_and_said_so(engine: Any) -> None:
    trained(engine, "alcohol", {"type": "ridge"})
    assert "100 of" in importance(engine, max_rows=100).notes[0]


def test_a_metric_for_another_task_is_told(engine: Any) -> None:
    trained(engine, "alcohol", {"type": "ridge"})
    with pytest.raises(InputError, match="accuracy does not measure a model for regression"):
        importance(engine, metric="accuracy")
