"""Several classifiers that vote."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator
from sklearn import ensemble

from pipelines.algorithms.base import Algorithm, Classifier
from pipelines.algorithms.ensemble import Ensemble, require_probabilities
from pipelines.algorithms.logistic_regression import LogisticRegression
from pipelines.algorithms.members import AnyClassifier
from pipelines.algorithms.random_forest_classifier import RandomForestClassifier
from pipelines.messages import _


class VotingClassifier(Ensemble, Classifier):
    """Several algorithms learn the same rows; the answer is the average of their probabilities, or what most say.

    The same as sklearn.ensemble.VotingClassifier; ``voting`` is soft where scikit-learn has hard.
    """

    title: ClassVar[str] = "Voting Classifier"
    synonyms: ClassVar[tuple[str, ...]] = ("ensemble", "blend", "average of models")

    type: Literal["voting_classifier"] = "voting_classifier"
    estimators: tuple[AnyClassifier, ...] = Field(
        (LogisticRegression(), RandomForestClassifier()),
        min_length=2,
        max_length=10,
        description="The algorithms that vote.",
    )
    voting: Literal["soft", "hard"] = Field(
        "soft", description="soft: probabilities are averaged; hard: each algorithm has a vote."
    )
    weights: tuple[float, ...] | None = Field(None, description="How much each algorithm counts; none: all alike.")

    @model_validator(mode="after")
    def _can_vote(self) -> Self:
        if self.weights is not None and len(self.weights) != len(self.estimators):
            raise ValueError(_("Give a weight for each algorithm, or none."))
        if self.voting == "soft":
            require_probabilities(self.estimators, "soft voting")
        return self

    def members(self) -> tuple[Algorithm, ...]:
        return self.estimators

    def estimator(self) -> Any:
        return ensemble.VotingClassifier(self.named(), voting=self.voting, weights=self.weights)
