"""Linear quantile regression."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field
from sklearn import linear_model

from pipelines.algorithms import fields
from pipelines.algorithms.base import Algorithm
from pipelines.chain.predictor import Task


class QuantileRegressor(Algorithm):
    """A straight line below which the asked-for share of the rows lies: the median, or the 90th percentile.

    The same as sklearn.linear_model.QuantileRegressor; ``alpha`` is 0 where scikit-learn has 1, which
    flattens the line.
    """

    title: ClassVar[str] = "Quantile Regression"
    task: ClassVar[Task] = "regression"
    most_rows: ClassVar[int | None] = 50_000
    synonyms: ClassVar[tuple[str, ...]] = ("median regression", "percentile", "prediction interval")
    known_as: ClassVar[tuple[str, ...]] = ("Fast Forest Quantile Regression",)

    type: Literal["quantile_regressor"] = "quantile_regressor"
    quantile: float = Field(0.5, gt=0, lt=1, description="The share of the rows below the prediction.")
    alpha: fields.Penalty = 0.0
    fit_intercept: fields.FitIntercept = True
    solver: Literal["highs", "highs-ds", "highs-ipm"] = Field(
        "highs", description="How the linear programme is solved."
    )

    def estimator(self) -> Any:
        return linear_model.QuantileRegressor(**self.parameters())
