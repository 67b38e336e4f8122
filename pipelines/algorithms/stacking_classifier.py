"""A classifier that learns from what other classifiers say."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field
from sklearn import ensemble

from pipelines.algorithms.base import FOLDS, Algorithm, Classifier
from pipelines.algorithms.ensemble import Ensemble
from pipelines.algorithms.logistic_regression import LogisticRegression
from pipelines.algorithms.members import AnyClassifier
from pipelines.algorithms.random_forest_classifier import RandomForestClassifier


class StackingClassifier(Ensemble, Classifier):
    """Several algorithms learn the same rows, and a last one learns what to make of their answers.

    The same as sklearn.ensemble.StackingClassifier: the last one learns from answers for held-out rows, on five folds.
    """

    title: ClassVar[str] = "Stacking Classifier"
    synonyms: ClassVar[tuple[str, ...]] = ("ensemble", "stacked generalization", "blend")

    type: Literal["stacking_classifier"] = "stacking_classifier"
    estimators: tuple[AnyClassifier, ...] = Field(
        (LogisticRegression(), RandomForestClassifier()),
        min_length=1,
        max_length=10,
        description="The algorithms that learn the rows.",
    )
    final_estimator: AnyClassifier = Field(LogisticRegression(), description="What learns from their answers.")
    passthrough: bool = Field(False, description="Whether the last one sees the columns too.")

    def members(self) -> tuple[Algorithm, ...]:
        return (*self.estimators, self.final_estimator) if self.passthrough else self.estimators

    def rows_of_a_class(self) -> int:
        return max(FOLDS, super().rows_of_a_class(), self.final_estimator.rows_of_a_class())

    @property
    def takes_weights(self) -> bool:  # type: ignore[override]
        return super().takes_weights and self.final_estimator.takes_weights

    def estimator(self) -> Any:
        named = self.named()[: len(self.estimators)]
        return ensemble.StackingClassifier(
            named, self.final_estimator.learner(), cv=FOLDS, passthrough=self.passthrough
        )
