"""Naive Bayes of measured numbers."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from sklearn import naive_bayes

from pipelines.algorithms.base import WeightedClassifier
from pipelines.parameters import Search


class GaussianNb(WeightedClassifier):
    """Each class has its own average and spread of each column; quick, and fine with few rows.

    The same as sklearn.naive_bayes.GaussianNB.
    """

    title: ClassVar[str] = "Naive Bayes"
    weighs_classes: ClassVar[bool] = False
    synonyms: ClassVar[tuple[str, ...]] = ("Gaussian naive Bayes", "bayes")

    type: Literal["gaussian_nb"] = "gaussian_nb"
    var_smoothing: Annotated[float, Search(1e-12, 1e-3, log=True)] = Field(
        1e-9, ge=0, description="Share of the widest column's variance that is added to every variance."
    )

    def estimator(self) -> Any:
        return naive_bayes.GaussianNB(**self.parameters())
