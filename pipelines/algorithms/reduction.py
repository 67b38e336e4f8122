"""Many classes by a binary classifier: what the ways to do it share."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import Field, model_validator

from pipelines.algorithms.base import Algorithm, Classifier
from pipelines.algorithms.ensemble import Ensemble
from pipelines.algorithms.logistic_regression import LogisticRegression
from pipelines.algorithms.members import AnyClassifier
from pipelines.messages import _


class Reduction(Ensemble, Classifier):
    """Several copies of one classifier, each of which tells two groups of classes apart."""

    synonyms: ClassVar[tuple[str, ...]] = ("multiclass", "reduction", "binary")

    classifier: AnyClassifier = Field(LogisticRegression(), description="What tells two groups of classes apart.")

    @model_validator(mode="after")
    def _weights_are_of_two(self) -> Self:
        if isinstance(getattr(self.classifier, "class_weight", None), dict):
            raise ValueError(_("Weights by class cannot be told to a classifier that sees two groups of classes."))
        return self

    def members(self) -> tuple[Algorithm, ...]:
        return (self.classifier,)
