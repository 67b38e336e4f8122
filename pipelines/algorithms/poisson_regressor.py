"""Poisson regression."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field
from sklearn import linear_model

from pipelines.algorithms import fields
from pipelines.algorithms.base import Algorithm, LabelValues
from pipelines.chain.predictor import Task


class PoissonRegressor(Algorithm):
    """A linear model of the logarithm of a count: visits, claims, failures. The label is 0 or more.

    The same as sklearn.linear_model.PoissonRegressor; ``max_iter`` is 1,000 where scikit-learn has 100. Azure has an L1
    penalty beside the L2.
    """

    title: ClassVar[str] = "Poisson Regression"
    task: ClassVar[Task] = "regression"
    needs_scaling: ClassVar[bool] = True
    takes_label: ClassVar[LabelValues] = "not negative"
    synonyms: ClassVar[tuple[str, ...]] = ("counts", "generalized linear model", "GLM")
    known_as: ClassVar[tuple[str, ...]] = ("Poisson Regression",)

    type: Literal["poisson_regressor"] = "poisson_regressor"
    alpha: fields.Penalty = 1.0
    fit_intercept: fields.FitIntercept = True
    solver: Literal["lbfgs", "newton-cholesky"] = Field(
        "lbfgs", description="How the fit is found; newton-cholesky suits many rows and few columns."
    )
    max_iter: fields.Iterations = 1000
    tol: fields.Tolerance = 1e-4

    def estimator(self) -> Any:
        return linear_model.PoissonRegressor(**self.parameters())
