from __future__ import annotations

import inspect
import warnings

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags

from pipelines.algorithms import library
from pipelines.algorithms.library import ALGORITHMS, AnyAlgorithm
from pipelines.errors import NotFoundError

OURS = {
    "averaged_perceptron": {"eta0"},
    "gaussian_mixture": {"n_components"},
    "ada_boost_classifier": {"max_depth"},  # of the trees inside, as sklearn.ensemble.AdaBoostClassifier makes them
    "ada_boost_regressor": {"max_depth"},
    "gamma_regressor": {"max_iter"},
    "gaussian_process_regressor": {"normalize_y"},
    "huber_regressor": {"max_iter"},
    "lightgbm_regressor": {"objective"},
    "local_outlier_factor": {"metric"},
    "logistic_regression": {"max_iter"},
    "one_class_svm": {"nu"},
    "poisson_regressor": {"max_iter"},
    "quadratic_discriminant_analysis": {"shrinkage"},
    "quantile_forest_regressor": {"min_samples_leaf"},
    "quantile_regressor": {"alpha"},
    "sgd_classifier": {"loss"},
    "tweedie_regressor": {"max_iter", "power"},
    "voting_classifier": {"voting"},
}
"""Defaults that differ from scikit-learn's, each for a reason that the algorithm's docstring gives."""


OTHER_NAMES = {"ordinal_classifier": {"order"}, "lightgbm_regressor": {"alpha"}}  # our own, and of LightGBM's core
HOLD_ALGORITHMS = {"estimators", "final_estimator", "classifier"}


@pytest.mark.parametrize("type", ALGORITHMS)
def test_parameters_are_named_and_defaulted_as_in_scikit_learn(type: str) -> None:
    algorithm = ALGORITHMS[type]()
    estimator = algorithm.estimator()
    theirs: dict[str, object] = {}
    inside = [e for e in estimator.get_params(deep=False).values() if hasattr(e, "get_params")]
    for each in estimator.named_steps.values() if isinstance(estimator, Pipeline) else [*inside, estimator]:
        theirs |= {n: p.default for n, p in inspect.signature(each.__class__).parameters.items()}
    differing = set()
    ours = HOLD_ALGORITHMS | OTHER_NAMES.get(type, set())
    for name, value in algorithm.parameters().items():
        if name == "random_state":
            assert value == 0
        elif name not in ours and value != theirs[name]:
            differing.add(name)
    assert differing == OURS.get(type, set())


def test_missing_values_are_not_for_hdbscan_as_it_leaves_such_rows_out() -> None:
    X = np.random.default_rng(0).normal(size=(40, 2))
    X[::7, 0] = np.nan
    labels = ALGORITHMS["hdbscan"]().estimator().fit(X).labels_
    assert ((labels < -1) == np.isnan(X[:, 0])).all(), "neither a cluster nor noise, and a new row must be either"
    assert not ALGORITHMS["hdbscan"]().takes_missing


@pytest.mark.parametrize("type", [t for t in ALGORITHMS if t != "hdbscan"])
def test_missing_values_are_taken_where_scikit_learn_takes_them(type: str) -> None:
    algorithm = ALGORITHMS[type]()
    if not type.startswith("lightgbm"):  # they take them, and their tags say no
        assert algorithm.takes_missing == get_tags(algorithm.estimator()).input_tags.allow_nan
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 2)), rng.integers(0, 2, 40)
    X[::7, 0] = np.nan
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        if algorithm.takes_missing:
            assert len(algorithm.estimator().fit(X, y).predict(X)) == 40
        else:
            with pytest.raises(ValueError, match="NaN"):
                algorithm.estimator().fit(X, y)


@pytest.mark.parametrize("type", ALGORITHMS)
def test_every_parameter_is_described_for_a_form(type: str) -> None:
    found = next(d for d in library.describe() if d["type"] == type)
    assert found["task"] in ("classification", "regression", "clustering", "anomaly")
    assert found["title"]
    assert found["help"]
    properties = found["params"]["properties"]
    assert "type" not in properties
    assert all(p["description"].endswith(".") for p in properties.values())


@pytest.mark.parametrize("type", ALGORITHMS)
def test_a_counterpart_is_of_the_other_kind(type: str) -> None:
    other = library.COUNTERPARTS.get(type)
    if ALGORITHMS[type]().is_supervised:
        assert {ALGORITHMS[type].task, library.get(other).task} == {"classification", "regression"}
    else:
        assert other is None


def test_an_algorithm_is_read_by_its_type() -> None:
    found = TypeAdapter(AnyAlgorithm).validate_python({"type": "mlp_classifier", "hidden_layer_sizes": [20, 10]})
    assert found.estimator().hidden_layer_sizes == (20, 10)


def test_an_unknown_algorithm_is_answered_with_the_nearest() -> None:
    with pytest.raises(NotFoundError, match="random_forest_classifier"):
        library.get("random_forest_clasifier")


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"type": "boosted_trees_regressor", "loss": "quantile"}, "needs a quantile"),
        ({"type": "logistic_regression", "l1_ratio": 0.5}, "solver saga"),
        ({"type": "random_forest_classifier", "bootstrap": False, "max_samples": 0.5}, "needs bootstrap"),
        ({"type": "ridge", "alpha": -1}, "greater than or equal to 0"),
        ({"type": "ridge", "alfa": 1}, "Extra inputs"),
        ({"type": "boosted_trees_classifier", "max_bins": 300}, "less than or equal to 255"),
    ],
)
def test_values_that_cannot_work_are_refused(params: dict, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        TypeAdapter(AnyAlgorithm).validate_python(params)
