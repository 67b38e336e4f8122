"""Several regressors, averaged."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator
from sklearn import ensemble

from pipelines.algorithms.base import Algorithm
from pipelines.algorithms.ensemble import Ensemble
from pipelines.algorithms.members import AnyRegressor
from pipelines.algorithms.random_forest_regressor import RandomForestRegressor
from pipelines.algorithms.ridge import Ridge
from pipelines.chain.predictor import Task
from pipelines.messages import _


class VotingRegressor(Ensemble):
    """Several algorithms learn the same rows; the answer is the average of theirs.

    The same as sklearn.ensemble.VotingRegressor.
    """

    title: ClassVar[str] = "Voting Regressor"
    task: ClassVar[Task] = "regression"
    synonyms: ClassVar[tuple[str, ...]] = ("ensemble", "blend", "average of models")

    type: Literal["voting_regressor"] = "voting_regressor"
    estimators: tuple[AnyRegressor, ...] = Field(
        (Ridge(), RandomForestRegressor()), min_length=2, max_length=10, description="The algorithms that are averaged."
    )
    weights: tuple[float, ...] | None = Field(None, description="How much each algorithm counts; none: all alike.")

    @model_validator(mode="after")
    def _weights_fit(self) -> Self:
        if self.weights is not None and len(self.weights) != len(self.estimators):
            raise ValueError(_("Give a weight for each algorithm, or none."))
        return self

    def members(self) -> tuple[Algorithm, ...]:
        return self.estimators

    def estimator(self) -> Any:
        return ensemble.VotingRegressor(self.named(), weights=self.weights)
