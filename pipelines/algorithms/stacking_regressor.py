"""A regressor that learns from what other regressors say."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field
from sklearn import ensemble

from pipelines.algorithms.base import FOLDS, Algorithm
from pipelines.algorithms.ensemble import Ensemble
from pipelines.algorithms.members import AnyRegressor
from pipelines.algorithms.random_forest_regressor import RandomForestRegressor
from pipelines.algorithms.ridge import Ridge
from pipelines.chain.predictor import Task


class StackingRegressor(Ensemble):
    """Several algorithms learn the same rows, and a last one learns what to make of their answers.

    The same as sklearn.ensemble.StackingRegressor: the last one learns from answers for held-out rows, on five folds.
    """

    title: ClassVar[str] = "Stacking Regressor"
    task: ClassVar[Task] = "regression"
    synonyms: ClassVar[tuple[str, ...]] = ("ensemble", "stacked generalization", "blend")

    type: Literal["stacking_regressor"] = "stacking_regressor"
    estimators: tuple[AnyRegressor, ...] = Field(
        (Ridge(), RandomForestRegressor()),
        min_length=1,
        max_length=10,
        description="The algorithms that learn the rows.",
    )
    final_estimator: AnyRegressor = Field(Ridge(), description="What learns from their answers.")
    passthrough: bool = Field(False, description="Whether the last one sees the columns too.")

    def members(self) -> tuple[Algorithm, ...]:
        return (*self.estimators, self.final_estimator) if self.passthrough else self.estimators

    @property
    def takes_weights(self) -> bool:  # type: ignore[override]
        return super().takes_weights and self.final_estimator.takes_weights

    def estimator(self) -> Any:
        named = self.named()[: len(self.estimators)]
        return ensemble.StackingRegressor(named, self.final_estimator.learner(), cv=FOLDS, passthrough=self.passthrough)
