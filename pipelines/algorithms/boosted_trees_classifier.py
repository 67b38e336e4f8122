"""Boosted trees, as a classifier."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from sklearn import ensemble

from pipelines.algorithms.base import WeightedClassifier
from pipelines.algorithms.trees import BoostedTrees


class BoostedTreesClassifier(BoostedTrees, WeightedClassifier):
    """Trees that each correct the ones before; takes missing values and categories as they are.

    The same as sklearn.ensemble.HistGradientBoostingClassifier. Azure's has 20 leaves and a learning rate of 0.2.
    """

    title: ClassVar[str] = "Boosted Trees Classifier"
    known_as: ClassVar[tuple[str, ...]] = ("Two-Class Boosted Decision Tree", "Multiclass Boosted Decision Tree")

    type: Literal["boosted_trees_classifier"] = "boosted_trees_classifier"

    def estimator(self) -> Any:
        return ensemble.HistGradientBoostingClassifier(**self.parameters())
