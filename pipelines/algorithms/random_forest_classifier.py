"""Random forest, as a classifier."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from sklearn import ensemble

from pipelines.algorithms import fields
from pipelines.algorithms.base import WeightedClassifier
from pipelines.algorithms.trees import Forest


class RandomForestClassifier(Forest, WeightedClassifier):
    """Many decision trees on random parts of the data, averaged.

    The same as sklearn.ensemble.RandomForestClassifier. Azure's decision forest has 8 trees of at most 32 levels.
    """

    title: ClassVar[str] = "Random Forest Classifier"
    synonyms: ClassVar[tuple[str, ...]] = ("decision forest", "bagging")
    known_as: ClassVar[tuple[str, ...]] = ("Two-Class Decision Forest", "Multiclass Decision Forest")

    type: Literal["random_forest_classifier"] = "random_forest_classifier"
    max_features: fields.MaxFeatures = "sqrt"
    criterion: fields.ClassCriterion = "gini"

    def estimator(self) -> Any:
        return ensemble.RandomForestClassifier(**self.parameters())
