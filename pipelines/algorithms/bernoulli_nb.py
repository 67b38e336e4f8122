"""Naive Bayes of things that are there or not."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from sklearn import naive_bayes

from pipelines.algorithms.base import WeightedClassifier
from pipelines.parameters import Search


class BernoulliNb(WeightedClassifier):
    """Each class has its own chance of each column being above a threshold.

    The same as sklearn.naive_bayes.BernoulliNB.
    """

    title: ClassVar[str] = "Naive Bayes of Yes and No"
    weighs_classes: ClassVar[bool] = False
    sparse: ClassVar[bool] = True
    synonyms: ClassVar[tuple[str, ...]] = ("Bernoulli naive Bayes", "binary features")

    type: Literal["bernoulli_nb"] = "bernoulli_nb"
    alpha: Annotated[float, Search(1e-3, 10.0, log=True)] = Field(
        1.0, ge=0, description="What every count begins with, so that nothing is impossible."
    )
    fit_prior: bool = Field(True, description="Whether the shares of the classes are learned; no: all alike.")
    binarize: float = Field(0.0, description="Numbers above it count as yes.")

    def estimator(self) -> Any:
        return naive_bayes.BernoulliNB(**self.parameters())
