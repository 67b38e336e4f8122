"""Extremely randomised trees, as a classifier."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field
from sklearn import ensemble

from pipelines.algorithms import fields
from pipelines.algorithms.base import WeightedClassifier
from pipelines.algorithms.trees import Forest


class ExtraTreesClassifier(Forest, WeightedClassifier):
    """Many trees whose thresholds are drawn at random, averaged: smoother than a forest, and quicker.

    The same as sklearn.ensemble.ExtraTreesClassifier. It stands in for Azure's decision jungle, which joined the
    branches of such trees to save memory.
    """

    title: ClassVar[str] = "Extra Trees Classifier"
    synonyms: ClassVar[tuple[str, ...]] = ("extremely randomized trees", "decision jungle")
    known_as: ClassVar[tuple[str, ...]] = ("Two-Class Decision Jungle", "Multiclass Decision Jungle")

    type: Literal["extra_trees_classifier"] = "extra_trees_classifier"
    max_features: fields.MaxFeatures = "sqrt"
    criterion: fields.ClassCriterion = "gini"
    bootstrap: bool = Field(False, description="Whether each tree sees rows drawn with replacement.")

    def estimator(self) -> Any:
        return ensemble.ExtraTreesClassifier(**self.parameters())
