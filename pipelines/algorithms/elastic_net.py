"""Least squares with an L1 and an L2 penalty."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field
from sklearn import linear_model

from pipelines.algorithms import fields
from pipelines.algorithms.base import Algorithm
from pipelines.chain.predictor import Task


class ElasticNet(Algorithm):
    """Least squares that keeps coefficients small and leaves columns out, in the shares asked for.

    The same as sklearn.linear_model.ElasticNet.
    """

    title: ClassVar[str] = "Elastic Net Regression"
    task: ClassVar[Task] = "regression"
    needs_scaling: ClassVar[bool] = True
    synonyms: ClassVar[tuple[str, ...]] = ("L1 and L2", "glmnet")

    type: Literal["elastic_net"] = "elastic_net"
    alpha: fields.Penalty = 1.0
    l1_ratio: fields.L1Share = 0.5
    fit_intercept: fields.FitIntercept = True
    positive: bool = Field(False, description="Whether coefficients are kept from being negative.")
    max_iter: fields.Iterations = 1000
    tol: fields.Tolerance = 1e-4
    selection: Literal["cyclic", "random"] = Field("cyclic", description="The order of the coefficients.")
    random_state: fields.Seed = 0

    def estimator(self) -> Any:
        return linear_model.ElasticNet(**self.parameters())
