"""The algorithm library: every algorithm by its type. A new one is its file and two lines here."""

from __future__ import annotations

from typing import Annotated, Any, get_args

from pydantic import Field

from pipelines.algorithms.base import Algorithm
from pipelines.algorithms.boosted_trees_classifier import BoostedTreesClassifier
from pipelines.algorithms.boosted_trees_regressor import BoostedTreesRegressor
from pipelines.algorithms.decision_tree_classifier import DecisionTreeClassifier
from pipelines.algorithms.decision_tree_regressor import DecisionTreeRegressor
from pipelines.algorithms.k_means import KMeans
from pipelines.algorithms.linear_regression import LinearRegression
from pipelines.algorithms.linear_svm_classifier import LinearSvmClassifier
from pipelines.algorithms.logistic_regression import LogisticRegression
from pipelines.algorithms.mlp_classifier import MlpClassifier
from pipelines.algorithms.mlp_regressor import MlpRegressor
from pipelines.algorithms.random_forest_classifier import RandomForestClassifier
from pipelines.algorithms.random_forest_regressor import RandomForestRegressor
from pipelines.algorithms.ridge import Ridge
from pipelines.errors import NotFoundError

AnyAlgorithm = Annotated[
    LinearRegression
    | Ridge
    | DecisionTreeRegressor
    | RandomForestRegressor
    | BoostedTreesRegressor
    | MlpRegressor
    | LogisticRegression
    | DecisionTreeClassifier
    | RandomForestClassifier
    | BoostedTreesClassifier
    | MlpClassifier
    | LinearSvmClassifier
    | KMeans,
    Field(discriminator="type"),
]

_UNION = get_args(AnyAlgorithm)[0]
ALGORITHMS: dict[str, type[Algorithm]] = {a.model_fields["type"].default: a for a in get_args(_UNION)}

COUNTERPARTS: dict[str, str] = {
    "linear_regression": "logistic_regression",
    "ridge": "logistic_regression",
    "decision_tree_regressor": "decision_tree_classifier",
    "random_forest_regressor": "random_forest_classifier",
    "boosted_trees_regressor": "boosted_trees_classifier",
    "mlp_regressor": "mlp_classifier",
    "logistic_regression": "ridge",
    "decision_tree_classifier": "decision_tree_regressor",
    "random_forest_classifier": "random_forest_regressor",
    "boosted_trees_classifier": "boosted_trees_regressor",
    "mlp_classifier": "mlp_regressor",
    "linear_svm_classifier": "ridge",
}
"""The algorithm nearest to each one for the other kind of label."""


def get(type: str) -> type[Algorithm]:
    """The algorithm of this type; NotFoundError names the nearest."""
    try:
        return ALGORITHMS[type]
    except KeyError:
        raise NotFoundError("algorithm", type, ALGORITHMS) from None


def describe() -> list[dict[str, Any]]:
    """Each algorithm as plain data: type, title, help, task, what it takes, and the JSON schema of its parameters."""
    return [_describe(name, algorithm) for name, algorithm in ALGORITHMS.items()]


def _describe(name: str, algorithm: type[Algorithm]) -> dict[str, Any]:
    schema = algorithm.model_json_schema()
    schema["properties"].pop("type")
    return {
        "type": name,
        "title": algorithm.title,
        "help": (algorithm.__doc__ or "").splitlines()[0],
        "task": algorithm.task,
        "takes_missing": algorithm.takes_missing,
        "needs_scaling": algorithm.needs_scaling,
        "synonyms": list(algorithm.synonyms),
        "known_as": list(algorithm.known_as),
        "params": schema,
    }
