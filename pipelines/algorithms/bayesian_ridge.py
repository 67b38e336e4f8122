"""Bayesian linear regression."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field
from sklearn import linear_model

from pipelines.algorithms import fields
from pipelines.algorithms.base import Algorithm
from pipelines.chain.predictor import Task


class BayesianRidge(Algorithm):
    """Least squares whose penalty is learned from the rows.

    The same as sklearn.linear_model.BayesianRidge, where Azure's takes the penalty as given (1).
    """

    title: ClassVar[str] = "Bayesian Linear Regression"
    task: ClassVar[Task] = "regression"
    synonyms: ClassVar[tuple[str, ...]] = ("bayes", "ridge")
    known_as: ClassVar[tuple[str, ...]] = ("Bayesian Linear Regression",)

    type: Literal["bayesian_ridge"] = "bayesian_ridge"
    max_iter: fields.Iterations = 300
    tol: fields.Tolerance = 1e-3
    alpha_1: float = Field(1e-6, ge=0, description="Shape of the Gamma prior of the noise's precision.")
    alpha_2: float = Field(1e-6, ge=0, description="Rate of the Gamma prior of the noise's precision.")
    lambda_1: float = Field(1e-6, ge=0, description="Shape of the Gamma prior of the coefficients' precision.")
    lambda_2: float = Field(1e-6, ge=0, description="Rate of the Gamma prior of the coefficients' precision.")
    fit_intercept: fields.FitIntercept = True

    def estimator(self) -> Any:
        return linear_model.BayesianRidge(**self.parameters())
