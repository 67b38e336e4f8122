"""The algorithms that stand alone, and that others can be made of: regressors and classifiers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from pipelines.algorithms.ada_boost_classifier import AdaBoostClassifier
from pipelines.algorithms.ada_boost_regressor import AdaBoostRegressor
from pipelines.algorithms.averaged_perceptron import AveragedPerceptron
from pipelines.algorithms.bayesian_ridge import BayesianRidge
from pipelines.algorithms.bernoulli_nb import BernoulliNb
from pipelines.algorithms.boosted_trees_classifier import BoostedTreesClassifier
from pipelines.algorithms.boosted_trees_regressor import BoostedTreesRegressor
from pipelines.algorithms.complement_nb import ComplementNb
from pipelines.algorithms.decision_tree_classifier import DecisionTreeClassifier
from pipelines.algorithms.decision_tree_regressor import DecisionTreeRegressor
from pipelines.algorithms.elastic_net import ElasticNet
from pipelines.algorithms.extra_trees_classifier import ExtraTreesClassifier
from pipelines.algorithms.extra_trees_regressor import ExtraTreesRegressor
from pipelines.algorithms.gamma_regressor import GammaRegressor
from pipelines.algorithms.gaussian_nb import GaussianNb
from pipelines.algorithms.gaussian_process_classifier import GaussianProcessClassifier
from pipelines.algorithms.gaussian_process_regressor import GaussianProcessRegressor
from pipelines.algorithms.huber_regressor import HuberRegressor
from pipelines.algorithms.k_neighbors_classifier import KNeighborsClassifier
from pipelines.algorithms.k_neighbors_regressor import KNeighborsRegressor
from pipelines.algorithms.lasso import Lasso
from pipelines.algorithms.lightgbm_classifier import LightgbmClassifier
from pipelines.algorithms.lightgbm_regressor import LightgbmRegressor
from pipelines.algorithms.linear_discriminant_analysis import LinearDiscriminantAnalysis
from pipelines.algorithms.linear_regression import LinearRegression
from pipelines.algorithms.linear_svm_classifier import LinearSvmClassifier
from pipelines.algorithms.logistic_regression import LogisticRegression
from pipelines.algorithms.mlp_classifier import MlpClassifier
from pipelines.algorithms.mlp_regressor import MlpRegressor
from pipelines.algorithms.multinomial_nb import MultinomialNb
from pipelines.algorithms.nystroem_svm_classifier import NystroemSvmClassifier
from pipelines.algorithms.poisson_regressor import PoissonRegressor
from pipelines.algorithms.python_classifier import PythonClassifier
from pipelines.algorithms.python_regressor import PythonRegressor
from pipelines.algorithms.quadratic_discriminant_analysis import QuadraticDiscriminantAnalysis
from pipelines.algorithms.quantile_forest_regressor import QuantileForestRegressor
from pipelines.algorithms.quantile_regressor import QuantileRegressor
from pipelines.algorithms.random_forest_classifier import RandomForestClassifier
from pipelines.algorithms.random_forest_regressor import RandomForestRegressor
from pipelines.algorithms.ridge import Ridge
from pipelines.algorithms.sgd_classifier import SgdClassifier
from pipelines.algorithms.sgd_regressor import SgdRegressor
from pipelines.algorithms.svm_classifier import SvmClassifier
from pipelines.algorithms.svm_regressor import SvmRegressor
from pipelines.algorithms.tweedie_regressor import TweedieRegressor

Regressors = (
    LinearRegression
    | Ridge
    | Lasso
    | ElasticNet
    | BayesianRidge
    | HuberRegressor
    | QuantileRegressor
    | SgdRegressor
    | PoissonRegressor
    | GammaRegressor
    | TweedieRegressor
    | DecisionTreeRegressor
    | RandomForestRegressor
    | ExtraTreesRegressor
    | QuantileForestRegressor
    | AdaBoostRegressor
    | BoostedTreesRegressor
    | LightgbmRegressor
    | KNeighborsRegressor
    | SvmRegressor
    | GaussianProcessRegressor
    | MlpRegressor
    | PythonRegressor
)
Classifiers = (
    LogisticRegression
    | SgdClassifier
    | AveragedPerceptron
    | LinearSvmClassifier
    | SvmClassifier
    | NystroemSvmClassifier
    | DecisionTreeClassifier
    | RandomForestClassifier
    | ExtraTreesClassifier
    | AdaBoostClassifier
    | BoostedTreesClassifier
    | LightgbmClassifier
    | KNeighborsClassifier
    | GaussianNb
    | MultinomialNb
    | ComplementNb
    | BernoulliNb
    | LinearDiscriminantAnalysis
    | QuadraticDiscriminantAnalysis
    | GaussianProcessClassifier
    | MlpClassifier
    | PythonClassifier
)
AnyRegressor = Annotated[Regressors, Field(discriminator="type")]
AnyClassifier = Annotated[Classifiers, Field(discriminator="type")]
