"""Linear discriminant analysis, as a classifier."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from sklearn import discriminant_analysis

from pipelines.algorithms import fields
from pipelines.algorithms.base import Classifier
from pipelines.parameters import Form, Search


class LinearDiscriminantAnalysis(Classifier):
    """Each class is a cloud of one common shape around its own centre.

    The same as sklearn.discriminant_analysis.LinearDiscriminantAnalysis.
    """

    title: ClassVar[str] = "Linear Discriminant Analysis"
    takes_weights: ClassVar[bool] = False
    synonyms: ClassVar[tuple[str, ...]] = ("LDA", "Fisher")
    known_as: ClassVar[tuple[str, ...]] = ("Fisher Linear Discriminant Analysis",)

    type: Literal["linear_discriminant_analysis"] = "linear_discriminant_analysis"
    solver: Literal["svd", "lsqr", "eigen"] = Field("svd", description="How the fit is found; svd knows no shrinkage.")
    shrinkage: Annotated[
        Literal["auto"] | fields.Fraction | None,
        Form(when={"solver": ("lsqr", "eigen")}),
        Search(choices=(None, "auto")),
    ] = Field(None, description="How far the shape is drawn to a ball, for few rows; auto: by Ledoit and Wolf.")
    tol: fields.Tolerance = 1e-4

    def estimator(self) -> Any:
        return discriminant_analysis.LinearDiscriminantAnalysis(**self.parameters())
