"""Support vector machine with kernels, as a regressor."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from sklearn import svm

from pipelines.algorithms import fields
from pipelines.algorithms.base import Algorithm
from pipelines.chain.predictor import Task
from pipelines.parameters import Form, Search


class SvmRegressor(Algorithm):
    """A curve with a tube around it that holds as many rows as it can. Its time grows with the square of the rows.

    The same as sklearn.svm.SVR.
    """

    title: ClassVar[str] = "Support Vector Regression"
    task: ClassVar[Task] = "regression"
    needs_scaling: ClassVar[bool] = True
    most_rows: ClassVar[int | None] = 100_000
    synonyms: ClassVar[tuple[str, ...]] = ("SVR", "SVM", "RBF", "kernel")

    type: Literal["svm_regressor"] = "svm_regressor"
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
    epsilon: Annotated[float, Search(1e-3, 1.0, log=True)] = Field(
        0.1, ge=0, description="Half the width of the tube, in units of the label."
    )
    tol: fields.Tolerance = 1e-3

    def estimator(self) -> Any:
        return svm.SVR(**self.parameters())
