"""Quantile regression forest."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from sklearn.ensemble import RandomForestRegressor

from pipelines.algorithms import fields
from pipelines.algorithms.trees import Forest
from pipelines.chain.predictor import Task
from pipelines.chain.quantile_forest import QuantileForest


class QuantileForestRegressor(Forest):
    """A forest that predicts the number below which a share of like rows lies: the median, or the 90th percentile.

    Quantile regression forest (Meinshausen 2006): the trees are sklearn.ensemble.RandomForestRegressor's, and each row
    is compared with the training rows in its leaves. ``quantiles`` come out of the same forest, each as a column
    Scored Quantiles; Scored Labels is ``quantile``. Azure has at least 10 rows in a leaf and draws 0.7 of the rows and
    columns.
    """

    title: ClassVar[str] = "Quantile Forest"
    task: ClassVar[Task] = "regression"
    synonyms: ClassVar[tuple[str, ...]] = ("quantile regression forest", "percentile", "prediction interval")
    known_as: ClassVar[tuple[str, ...]] = ("Fast Forest Quantile Regression",)

    type: Literal["quantile_forest_regressor"] = "quantile_forest_regressor"
    quantile: float = Field(0.5, gt=0, lt=1, description="The share of the rows below the prediction.")
    quantiles: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = Field(
        (), max_length=20, description="Further quantiles, such as 0.05 and 0.95, each as a column beside it."
    )
    min_samples_leaf: fields.MinSamplesLeaf = 10
    criterion: fields.NumberCriterion = "squared_error"

    def estimator(self) -> Any:
        given = self.parameters()
        quantile, quantiles = given.pop("quantile"), given.pop("quantiles")
        return QuantileForest(RandomForestRegressor(**given), quantile, tuple(dict.fromkeys(quantiles)))
