"""One-class support vector machine."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from sklearn import svm

from pipelines.algorithms import anomaly, fields
from pipelines.parameters import Form, Search


class OneClassSvm(anomaly.AnomalyAlgorithm):
    """Draws a border around the rows; what lies outside is an anomaly. Its time grows with the square of the rows.

    The same as sklearn.svm.OneClassSVM. nu is Azure's eta, 0.1 there and 0.5 in scikit-learn.
    """

    title: ClassVar[str] = "One-Class Support Vector Machine"
    needs_scaling: ClassVar[bool] = True
    most_rows: ClassVar[int | None] = 50_000
    synonyms: ClassVar[tuple[str, ...]] = ("outliers", "anomaly detection", "novelty", "SVM")
    known_as: ClassVar[tuple[str, ...]] = ("One-Class Support Vector Machine",)

    type: Literal["one_class_svm"] = "one_class_svm"
    nu: Annotated[float, Search(0.01, 0.5, log=True)] = Field(
        0.1, gt=0, le=1, description="Most that may lie outside, as a share of the training rows."
    )
    kernel: Annotated[Literal["linear", "poly", "rbf", "sigmoid"], Search(choices=("rbf", "sigmoid"))] = Field(
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

    def estimator(self) -> Any:
        return svm.OneClassSVM(**self.parameters())
