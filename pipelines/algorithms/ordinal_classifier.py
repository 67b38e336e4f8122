"""Classes that have an order."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from pipelines.algorithms.ensemble import require_probabilities
from pipelines.algorithms.reduction import Reduction
from pipelines.chain import ordinal


class OrdinalClassifier(Reduction):
    """Classes from low to high, such as grades: a classifier for each step from one class to the next.

    After E. Frank and M. Hall, "A simple approach to ordinal classification", ECML 2001. Azure's Ordinal Regression
    reduces to binary classifiers too.
    """

    title: ClassVar[str] = "Ordinal Classifier"
    synonyms: ClassVar[tuple[str, ...]] = ("ordinal regression", "ranks", "grades", "ratings")
    known_as: ClassVar[tuple[str, ...]] = ("Ordinal Regression",)

    type: Literal["ordinal_classifier"] = "ordinal_classifier"
    order: tuple[str, ...] = Field((), description="The classes from the lowest to the highest; none: as they sort.")

    @model_validator(mode="after")
    def _probabilities_are_there(self) -> Self:
        require_probabilities(self.members(), self.title)
        return self

    def estimator(self) -> Any:
        return ordinal.OrdinalClassifier(self.classifier.learner(), self.order)
