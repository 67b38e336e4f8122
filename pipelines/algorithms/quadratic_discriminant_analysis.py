"""Quadratic discriminant analysis."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from sklearn import discriminant_analysis

from pipelines.algorithms import fields
from pipelines.algorithms.base import Classifier
from pipelines.parameters import Search


class QuadraticDiscriminantAnalysis(Classifier):
    """Each class is a cloud of its own shape around its own centre.

    The same as sklearn.discriminant_analysis.QuadraticDiscriminantAnalysis with the solver eigen. ``shrinkage`` is auto
    where scikit-learn has none, which cannot work with columns that depend on each other, such as one a category.
    """

    title: ClassVar[str] = "Quadratic Discriminant Analysis"
    takes_weights: ClassVar[bool] = False
    synonyms: ClassVar[tuple[str, ...]] = ("QDA",)

    type: Literal["quadratic_discriminant_analysis"] = "quadratic_discriminant_analysis"
    shrinkage: Annotated[Literal["auto"] | fields.Fraction | None, Search(choices=("auto", 0.01, 0.1, 0.5))] = Field(
        "auto", description="How far each shape is drawn to a ball; auto: by Ledoit and Wolf."
    )

    def rows_of_a_class(self) -> int:
        return max(2, super().rows_of_a_class())

    def estimator(self) -> Any:
        return discriminant_analysis.QuadraticDiscriminantAnalysis(solver="eigen", **self.parameters())
