"""Least squares with an L2 penalty."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field
from sklearn import linear_model

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

    type: Literal["ridge"] = "ridge"
    alpha: float = Field(1.0, ge=0, description="Strength of the penalty; 0 is plain least squares.")
    fit_intercept: bool = Field(True, description="Whether the line may miss the origin.")
    positive: bool = Field(False, description="Whether coefficients are kept from being negative.")
    tol: float = Field(1e-4, ge=0, description="Precision at which an iterative fit stops.")
    random_state: int = Field(0, ge=0, le=2**32 - 1, description="Seed, for solvers that draw random numbers.")

    def estimator(self) -> Any:
        return linear_model.Ridge(**self.parameters())
