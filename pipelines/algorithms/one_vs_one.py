"""A classifier for each pair of classes."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from sklearn import multiclass

from pipelines.algorithms.reduction import Reduction


class OneVsOne(Reduction):
    """Many classes by one classifier a pair of classes; the class that wins most pairs is the answer. No probabilities.

    The same as sklearn.multiclass.OneVsOneClassifier.
    """

    title: ClassVar[str] = "One-vs-One"
    synonyms: ClassVar[tuple[str, ...]] = ("OvO", "pairwise", "multiclass")
    known_as: ClassVar[tuple[str, ...]] = ("One-vs-One Multiclass",)
    takes_weights: ClassVar[bool] = False

    type: Literal["one_vs_one"] = "one_vs_one"

    def estimator(self) -> Any:
        return multiclass.OneVsOneClassifier(self.classifier.learner())
