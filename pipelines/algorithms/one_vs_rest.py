"""A classifier for each class."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from sklearn import multiclass

from pipelines.algorithms.reduction import Reduction


class OneVsRest(Reduction):
    """Many classes by one classifier a class, which tells it from all others.

    The same as sklearn.multiclass.OneVsRestClassifier.
    """

    title: ClassVar[str] = "One-vs-All"
    synonyms: ClassVar[tuple[str, ...]] = ("one-vs-rest", "OvR", "OvA", "multiclass")
    known_as: ClassVar[tuple[str, ...]] = ("One-vs-All Multiclass",)
    takes_weights: ClassVar[bool] = False

    type: Literal["one_vs_rest"] = "one_vs_rest"

    def estimator(self) -> Any:
        return multiclass.OneVsRestClassifier(self.classifier.learner())
