"""Support vector machine on an approximated kernel."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from sklearn.kernel_approximation import Nystroem
from sklearn.pipeline import Pipeline
from sklearn.svm import LinearSVC

from pipelines.algorithms import fields
from pipelines.algorithms.base import MarginCalibration, WeightedClassifier
from pipelines.parameters import Search


class NystroemSvmClassifier(WeightedClassifier):
    """A curved margin between classes on many rows: a linear machine on likeness to some of the rows.

    The same as a Pipeline of sklearn.kernel_approximation.Nystroem and sklearn.svm.LinearSVC; ``n_components`` is cut
    to the number of rows. It stands in for Azure's locally deep support vector machine, which also approximates a
    kernel to be quick. It is calibrated unless told otherwise.
    """

    title: ClassVar[str] = "Support Vector Machine, Approximated"
    needs_scaling: ClassVar[bool] = True
    takes_weights: ClassVar[bool] = False
    synonyms: ClassVar[tuple[str, ...]] = ("SVM", "kernel approximation", "Nystroem", "RBF")
    known_as: ClassVar[tuple[str, ...]] = ("Two-Class Locally Deep Support Vector Machine",)

    type: Literal["nystroem_svm_classifier"] = "nystroem_svm_classifier"
    C: fields.InversePenalty = 1.0
    n_components: Annotated[int, Search(50, 500, log=True)] = Field(
        100, ge=1, le=10_000, description="Rows that the others are compared with."
    )
    gamma: Annotated[fields.Positive | None, Search(1e-3, 1.0, log=True)] = Field(
        None, description="How quickly likeness falls with distance; none: one over the number of columns."
    )
    max_iter: fields.Iterations = 1000
    tol: fields.Tolerance = 1e-4
    random_state: fields.Seed = 0
    calibration: MarginCalibration = "sigmoid"

    def estimator(self) -> Any:
        mine = ("n_components", "gamma")
        given = self.parameters()
        kernel = Nystroem(**{k: given[k] for k in mine}, random_state=self.random_state)
        return Pipeline([("kernel", kernel), ("machine", LinearSVC(**{k: given[k] for k in given if k not in mine}))])
