"""Linear support vector machine."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field
from sklearn import calibration, svm

from pipelines.algorithms.base import Algorithm
from pipelines.chain.predictor import Task


class LinearSvmClassifier(Algorithm):
    """The widest straight margin between classes. The same as sklearn.svm.LinearSVC.

    With ``probability`` it is calibrated on five folds (sklearn.calibration.CalibratedClassifierCV), as the margin
    itself is no probability.
    """

    title: ClassVar[str] = "Linear Support Vector Machine"
    task: ClassVar[Task] = "classification"
    needs_scaling: ClassVar[bool] = True
    sparse: ClassVar[bool] = True
    synonyms: ClassVar[tuple[str, ...]] = ("SVM", "SVC", "two-class support vector machine")

    type: Literal["linear_svm_classifier"] = "linear_svm_classifier"
    C: float = Field(1.0, gt=0, description="Inverse of the penalty's strength: smaller means a wider margin.")
    class_weight: Literal["balanced"] | None = Field(
        None, description="balanced: rare classes count as much as common ones."
    )
    fit_intercept: bool = Field(True, description="Whether a constant is added.")
    max_iter: int = Field(1000, ge=1, le=1_000_000, description="Most iterations of the solver.")
    tol: float = Field(1e-4, gt=0, description="Precision at which the solver stops.")
    probability: bool = Field(True, description="Whether it also gives probabilities, by calibration on five folds.")
    random_state: int = Field(0, ge=0, le=2**32 - 1, description="Seed of the solver.")

    def estimator(self) -> Any:
        machine = svm.LinearSVC(**{k: v for k, v in self.parameters().items() if k != "probability"})
        return calibration.CalibratedClassifierCV(machine, ensemble=False) if self.probability else machine
