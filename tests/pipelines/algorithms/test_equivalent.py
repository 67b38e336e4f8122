"""The same in Python: the code that the library shows makes the estimator that Sekkei fits."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from pipelines.algorithms.library import ALGORITHMS, AnyAlgorithm

OURS = {"ordinal_classifier", "pca_anomaly", "python_classifier", "python_regressor", "quantile_forest_regressor"}


def made_by(code: str) -> Any:
    found: dict[str, Any] = {}
    exec(code, found)
    return found["model"]


@pytest.mark.parametrize("type", ALGORITHMS)
def test_the_code_makes_the_estimator(type: str) -> None:
    algorithm = ALGORITHMS[type]()
    assert bool(algorithm.equivalent) == (type not in OURS)
    if algorithm.equivalent:
        wanted = algorithm.learner() if algorithm.task in ("classification", "regression") else algorithm.estimator()
        made = made_by(algorithm.equivalent)
        assert repr(made) == repr(wanted)
        assert made.get_params().keys() == wanted.get_params().keys()


@pytest.mark.parametrize(
    ("params", "written"),
    [
        ({"type": "ridge", "alpha": 0.5}, "from sklearn.linear_model import Ridge\n\nmodel = Ridge(alpha=0.5, random"),
        ({"type": "svm_classifier", "C": 3, "calibration": "isotonic"}, "CalibratedClassifierCV(ensemble=False,"),
        ({"type": "lightgbm_classifier", "class_weight": "balanced"}, "from lightgbm import LGBMClassifier\n"),
        ({"type": "one_vs_rest", "classifier": {"type": "gaussian_nb", "var_smoothing": 0.1}}, "var_smoothing=0.1"),
        ({"type": "gaussian_process_regressor", "kernel": "matern", "length_scale": 2.0}, "length_scale=2"),
    ],
)
def test_parameters_are_in_it(params: dict[str, Any], written: str) -> None:
    algorithm = TypeAdapter(AnyAlgorithm).validate_python(params)
    assert written in algorithm.equivalent
    assert repr(made_by(algorithm.equivalent)) == repr(algorithm.learner())


def test_weights_by_class_are_ours_and_have_no_code() -> None:
    assert ALGORITHMS["ridge"]().equivalent
    assert not ALGORITHMS["logistic_regression"].model_validate({"class_weight": {"bad": 5}}).equivalent
