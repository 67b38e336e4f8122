"""Gamma regression."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field
from sklearn import linear_model

from pipelines.algorithms import fields
from pipelines.algorithms.base import Algorithm, LabelValues
from pipelines.chain.predictor import Task


class GammaRegressor(Algorithm):
    """A linear model of the logarithm of an amount above 0 whose spread grows with it: costs, durations.

    The same as sklearn.linear_model.GammaRegressor; ``max_iter`` is 1,000 where scikit-learn has 100.
    """

    title: ClassVar[str] = "Gamma Regression"
    task: ClassVar[Task] = "regression"
    needs_scaling: ClassVar[bool] = True
    takes_label: ClassVar[LabelValues] = "positive"
    synonyms: ClassVar[tuple[str, ...]] = ("severity", "generalized linear model", "GLM")

    type: Literal["gamma_regressor"] = "gamma_regressor"
    alpha: fields.Penalty = 1.0
    fit_intercept: fields.FitIntercept = True
    solver: Literal["lbfgs", "newton-cholesky"] = Field(
        "lbfgs", description="How the fit is found; newton-cholesky suits many rows and few columns."
    )
    max_iter: fields.Iterations = 1000
    tol: fields.Tolerance = 1e-4

    def estimator(self) -> Any:
        return linear_model.GammaRegressor(**self.parameters())
