"""Linear regression that outliers hardly move."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from sklearn import linear_model

from pipelines.algorithms import fields
from pipelines.algorithms.base import Algorithm
from pipelines.chain.predictor import Task
from pipelines.parameters import Search


class HuberRegressor(Algorithm):
    """A straight-line fit in which rows far off the line count for less.

    The same as sklearn.linear_model.HuberRegressor; ``max_iter`` is 1,000 where scikit-learn has 100, which is too few
    for columns of different scales.
    """

    title: ClassVar[str] = "Huber Regression"
    task: ClassVar[Task] = "regression"
    needs_scaling: ClassVar[bool] = True
    synonyms: ClassVar[tuple[str, ...]] = ("robust regression", "outliers")

    type: Literal["huber_regressor"] = "huber_regressor"
    epsilon: Annotated[float, Search(1.05, 3.0)] = Field(
        1.35, ge=1, description="How many times the usual error a row may be off before it counts for less."
    )
    alpha: fields.Penalty = 1e-4
    fit_intercept: fields.FitIntercept = True
    max_iter: fields.Iterations = 1000
    tol: fields.Tolerance = 1e-5

    def estimator(self) -> Any:
        return linear_model.HuberRegressor(**self.parameters())
