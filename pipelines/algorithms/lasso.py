"""Least squares with an L1 penalty."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field
from sklearn import linear_model

from pipelines.algorithms import fields
from pipelines.algorithms.base import Algorithm
from pipelines.chain.predictor import Task


class Lasso(Algorithm):
    """Least squares that leaves columns out: coefficients that help little become 0.

    The same as sklearn.linear_model.Lasso.
    """

    title: ClassVar[str] = "Lasso Regression"
    task: ClassVar[Task] = "regression"
    needs_scaling: ClassVar[bool] = True
    synonyms: ClassVar[tuple[str, ...]] = ("L1", "sparse linear regression")

    type: Literal["lasso"] = "lasso"
    alpha: fields.Penalty = 1.0
    fit_intercept: fields.FitIntercept = True
    positive: bool = Field(False, description="Whether coefficients are kept from being negative.")
    max_iter: fields.Iterations = 1000
    tol: fields.Tolerance = 1e-4
    selection: Literal["cyclic", "random"] = Field("cyclic", description="The order of the coefficients.")
    random_state: fields.Seed = 0

    def estimator(self) -> Any:
        return linear_model.Lasso(**self.parameters())
