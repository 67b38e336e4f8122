"""Least squares with an L2 penalty."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field
from sklearn import linear_model

from pipelines.algorithms import fields
from pipelines.algorithms.base import Algorithm
from pipelines.chain.predictor import Task


class Ridge(Algorithm):
    """Least squares that keeps coefficients small.

    The same as sklearn.linear_model.Ridge.
    """

    title: ClassVar[str] = "Ridge Regression"
    task: ClassVar[Task] = "regression"
    needs_scaling: ClassVar[bool] = True
    synonyms: ClassVar[tuple[str, ...]] = ("L2", "Tikhonov", "regularised linear regression")
    known_as: ClassVar[tuple[str, ...]] = ("Linear Regression",)

    type: Literal["ridge"] = "ridge"
    alpha: fields.Penalty = 1.0
    fit_intercept: fields.FitIntercept = True
    positive: bool = Field(False, description="Whether coefficients are kept from being negative.")
    tol: float = Field(1e-4, ge=0, description="Precision at which an iterative fit stops.")
    random_state: fields.Seed = 0

    def estimator(self) -> Any:
        return linear_model.Ridge(**self.parameters())
