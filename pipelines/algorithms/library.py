"""The algorithm library: every algorithm by its type.

A new one is its file and two lines here, or in ``members`` where others can be made of it.
"""

from __future__ import annotations

from typing import Annotated, Any, get_args

from pydantic import Field

from pipelines.algorithms.agglomerative import Agglomerative
from pipelines.algorithms.base import Algorithm
from pipelines.algorithms.dbscan import Dbscan
from pipelines.algorithms.elliptic_envelope import EllipticEnvelope
from pipelines.algorithms.gaussian_mixture import GaussianMixture
from pipelines.algorithms.hdbscan import Hdbscan
from pipelines.algorithms.isolation_forest import IsolationForest
from pipelines.algorithms.k_means import KMeans
from pipelines.algorithms.local_outlier_factor import LocalOutlierFactor
from pipelines.algorithms.mean_shift import MeanShift
from pipelines.algorithms.members import Classifiers, Regressors
from pipelines.algorithms.mini_batch_k_means import MiniBatchKMeans
from pipelines.algorithms.one_class_svm import OneClassSvm
from pipelines.algorithms.one_vs_one import OneVsOne
from pipelines.algorithms.one_vs_rest import OneVsRest
from pipelines.algorithms.ordinal_classifier import OrdinalClassifier
from pipelines.algorithms.pca_anomaly import PcaAnomaly
from pipelines.algorithms.stacking_classifier import StackingClassifier
from pipelines.algorithms.stacking_regressor import StackingRegressor
from pipelines.algorithms.voting_classifier import VotingClassifier
from pipelines.algorithms.voting_regressor import VotingRegressor
from pipelines.errors import NotFoundError

AnyAlgorithm = Annotated[
    Regressors
    | VotingRegressor
    | StackingRegressor
    | Classifiers
    | VotingClassifier
    | StackingClassifier
    | OneVsRest
    | OneVsOne
    | OrdinalClassifier
    | KMeans
    | MiniBatchKMeans
    | GaussianMixture
    | Dbscan
    | Hdbscan
    | Agglomerative
    | MeanShift
    | IsolationForest
    | OneClassSvm
    | PcaAnomaly
    | LocalOutlierFactor
    | EllipticEnvelope,
    Field(discriminator="type"),
]

_UNION = get_args(AnyAlgorithm)[0]
ALGORITHMS: dict[str, type[Algorithm]] = {a.model_fields["type"].default: a for a in get_args(_UNION)}

COUNTERPARTS: dict[str, str] = {
    "linear_regression": "logistic_regression",
    "ridge": "logistic_regression",
    "lasso": "logistic_regression",
    "elastic_net": "logistic_regression",
    "bayesian_ridge": "gaussian_process_classifier",
    "huber_regressor": "logistic_regression",
    "quantile_regressor": "logistic_regression",
    "sgd_regressor": "sgd_classifier",
    "poisson_regressor": "logistic_regression",
    "gamma_regressor": "logistic_regression",
    "tweedie_regressor": "logistic_regression",
    "decision_tree_regressor": "decision_tree_classifier",
    "random_forest_regressor": "random_forest_classifier",
    "extra_trees_regressor": "extra_trees_classifier",
    "boosted_trees_regressor": "boosted_trees_classifier",
    "quantile_forest_regressor": "random_forest_classifier",
    "ada_boost_regressor": "ada_boost_classifier",
    "ada_boost_classifier": "ada_boost_regressor",
    "k_neighbors_regressor": "k_neighbors_classifier",
    "svm_regressor": "svm_classifier",
    "gaussian_process_regressor": "gaussian_process_classifier",
    "mlp_regressor": "mlp_classifier",
    "logistic_regression": "ridge",
    "sgd_classifier": "sgd_regressor",
    "averaged_perceptron": "sgd_regressor",
    "linear_svm_classifier": "ridge",
    "svm_classifier": "svm_regressor",
    "nystroem_svm_classifier": "svm_regressor",
    "decision_tree_classifier": "decision_tree_regressor",
    "random_forest_classifier": "random_forest_regressor",
    "extra_trees_classifier": "extra_trees_regressor",
    "boosted_trees_classifier": "boosted_trees_regressor",
    "k_neighbors_classifier": "k_neighbors_regressor",
    "gaussian_nb": "linear_regression",
    "multinomial_nb": "poisson_regressor",
    "complement_nb": "poisson_regressor",
    "bernoulli_nb": "linear_regression",
    "linear_discriminant_analysis": "linear_regression",
    "quadratic_discriminant_analysis": "svm_regressor",
    "gaussian_process_classifier": "gaussian_process_regressor",
    "mlp_classifier": "mlp_regressor",
    "python_regressor": "python_classifier",
    "python_classifier": "python_regressor",
    "lightgbm_regressor": "lightgbm_classifier",
    "lightgbm_classifier": "lightgbm_regressor",
    "voting_regressor": "voting_classifier",
    "voting_classifier": "voting_regressor",
    "stacking_regressor": "stacking_classifier",
    "stacking_classifier": "stacking_regressor",
    "one_vs_rest": "ridge",
    "one_vs_one": "ridge",
    "ordinal_classifier": "ridge",
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
    schema, made = algorithm.model_json_schema(), algorithm()
    schema["properties"].pop("type")
    return {
        "type": name,
        "title": algorithm.title,
        "help": (algorithm.__doc__ or "").splitlines()[0],
        "task": algorithm.task,
        "takes_missing": made.takes_missing,
        "takes_negative": made.takes_negative,
        "takes_weights": made.takes_weights,
        "needs_scaling": made.needs_scaling,
        "synonyms": list(algorithm.synonyms),
        "known_as": list(algorithm.known_as),
        "params": schema,
    }
