"""Linear support vector machine."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from sklearn import svm

from pipelines.algorithms import fields
from pipelines.algorithms.base import MarginCalibration, WeightedClassifier


class LinearSvmClassifier(WeightedClassifier):
    """The widest straight margin between classes. The same as sklearn.svm.LinearSVC.

    It is calibrated unless told otherwise, as the margin itself is no probability. Azure's scales the columns first.
    """

    title: ClassVar[str] = "Linear Support Vector Machine"
    needs_scaling: ClassVar[bool] = True
    sparse: ClassVar[bool] = True
    synonyms: ClassVar[tuple[str, ...]] = ("SVM", "SVC", "two-class support vector machine")
    known_as: ClassVar[tuple[str, ...]] = ("Two-Class Support Vector Machine",)

    type: Literal["linear_svm_classifier"] = "linear_svm_classifier"
    C: fields.InversePenalty = 1.0
    fit_intercept: fields.FitIntercept = True
    max_iter: fields.Iterations = 1000
    tol: fields.Tolerance = 1e-4
    random_state: fields.Seed = 0
    calibration: MarginCalibration = "sigmoid"

    def estimator(self) -> Any:
        return svm.LinearSVC(**self.parameters())
