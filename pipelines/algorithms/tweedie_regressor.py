"""Tweedie regression."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from sklearn import linear_model

from pipelines.algorithms import fields
from pipelines.algorithms.base import Algorithm, LabelValues
from pipelines.chain.predictor import Task
from pipelines.parameters import Search


class TweedieRegressor(Algorithm):
    """A linear model of the logarithm of an amount that is often exactly 0: insurance claims, rainfall.

    The same as sklearn.linear_model.TweedieRegressor with the link log; ``power`` is 1.5 where scikit-learn has 0,
    which is least squares, and ``max_iter`` 1,000 where it has 100.
    """

    title: ClassVar[str] = "Tweedie Regression"
    task: ClassVar[Task] = "regression"
    needs_scaling: ClassVar[bool] = True
    takes_label: ClassVar[LabelValues] = "not negative"
    synonyms: ClassVar[tuple[str, ...]] = ("claims", "zero-inflated", "generalized linear model", "GLM")

    type: Literal["tweedie_regressor"] = "tweedie_regressor"
    power: Annotated[float, Search(1.05, 1.95)] = Field(
        1.5, ge=1, lt=2, description="Between the Poisson (1) and the Gamma distribution (2)."
    )
    alpha: fields.Penalty = 1.0
    fit_intercept: fields.FitIntercept = True
    solver: Literal["lbfgs", "newton-cholesky"] = Field(
        "lbfgs", description="How the fit is found; newton-cholesky suits many rows and few columns."
    )
    max_iter: fields.Iterations = 1000
    tol: fields.Tolerance = 1e-4

    def estimator(self) -> Any:
        return linear_model.TweedieRegressor(link="log", **self.parameters())
