"""Ordinary least squares."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field
from sklearn import linear_model

from pipelines.algorithms import fields
from pipelines.algorithms.base import Algorithm
from pipelines.chain.predictor import Task


class LinearRegression(Algorithm):
    """A straight-line fit by least squares.

    The same as sklearn.linear_model.LinearRegression. Azure adds an L2 penalty of 0.001: Ridge Regression does that.
    """

    title: ClassVar[str] = "Linear Regression"
    task: ClassVar[Task] = "regression"
    synonyms: ClassVar[tuple[str, ...]] = ("ordinary least squares", "OLS")
    known_as: ClassVar[tuple[str, ...]] = ("Linear Regression",)

    type: Literal["linear_regression"] = "linear_regression"
    fit_intercept: fields.FitIntercept = True
    positive: bool = Field(False, description="Whether coefficients are kept from being negative.")

    def estimator(self) -> Any:
        return linear_model.LinearRegression(**self.parameters())
