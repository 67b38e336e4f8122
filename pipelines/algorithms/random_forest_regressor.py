"""Random forest, as a regressor."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from sklearn import ensemble

from pipelines.algorithms import fields
from pipelines.algorithms.trees import Forest
from pipelines.chain.predictor import Task


class RandomForestRegressor(Forest):
    """Many decision trees on random parts of the data, averaged.

    The same as sklearn.ensemble.RandomForestRegressor. Azure's decision forest has 8 trees of at most 32 levels.
    """

    title: ClassVar[str] = "Random Forest Regressor"
    task: ClassVar[Task] = "regression"
    synonyms: ClassVar[tuple[str, ...]] = ("decision forest", "bagging")
    known_as: ClassVar[tuple[str, ...]] = ("Decision Forest Regression",)

    type: Literal["random_forest_regressor"] = "random_forest_regressor"
    criterion: fields.NumberCriterion = "squared_error"

    def estimator(self) -> Any:
        return ensemble.RandomForestRegressor(**self.parameters())
