"""Support vector machine with kernels, as a classifier."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from sklearn import svm

from pipelines.algorithms import fields
from pipelines.algorithms.base import MarginCalibration, WeightedClassifier
from pipelines.parameters import Form, Search


class SvmClassifier(WeightedClassifier):
    """The widest margin between classes, which may be curved. Its time grows with the square of the rows.

    The same as sklearn.svm.SVC. It is calibrated unless told otherwise, as the margin itself is no probability.
    """

    title: ClassVar[str] = "Support Vector Machine with Kernels"
    needs_scaling: ClassVar[bool] = True
    most_rows: ClassVar[int | None] = 100_000
    synonyms: ClassVar[tuple[str, ...]] = ("SVM", "SVC", "RBF", "kernel")

    type: Literal["svm_classifier"] = "svm_classifier"
    C: fields.InversePenalty = 1.0
    kernel: Annotated[Literal["linear", "poly", "rbf", "sigmoid"], Search(choices=("linear", "rbf"))] = Field(
        "rbf", description="What makes two rows alike; rbf: nearness."
    )
    gamma: Annotated[
        Literal["scale", "auto"] | fields.Positive,
        Form(when={"kernel": ("poly", "rbf", "sigmoid")}),
        Search(choices=("scale", 0.01, 0.1, 1.0)),
    ] = Field("scale", description="How quickly likeness falls with distance; scale: by the spread of the columns.")
    degree: Annotated[int, Form(when={"kernel": ("poly",)})] = Field(
        3, ge=1, le=20, description="Degree of the polynomial."
    )
    coef0: Annotated[float, Form(when={"kernel": ("poly", "sigmoid")})] = Field(
        0.0, description="Constant term of the kernel."
    )
    tol: fields.Tolerance = 1e-3
    calibration: MarginCalibration = "sigmoid"

    def estimator(self) -> Any:
        return svm.SVC(**self.parameters())
