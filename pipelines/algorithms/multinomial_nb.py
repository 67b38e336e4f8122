"""Naive Bayes of counts."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from sklearn import naive_bayes

from pipelines.algorithms.base import WeightedClassifier
from pipelines.parameters import Search


class MultinomialNb(WeightedClassifier):
    """Each class has its own shares of counts, as of words in texts. Takes no numbers below 0.

    The same as sklearn.naive_bayes.MultinomialNB.
    """

    title: ClassVar[str] = "Naive Bayes of Counts"
    weighs_classes: ClassVar[bool] = False
    takes_negative: ClassVar[bool] = False
    sparse: ClassVar[bool] = True
    synonyms: ClassVar[tuple[str, ...]] = ("multinomial naive Bayes", "text classification")

    type: Literal["multinomial_nb"] = "multinomial_nb"
    alpha: Annotated[float, Search(1e-3, 10.0, log=True)] = Field(
        1.0, ge=0, description="What every count begins with, so that nothing is impossible."
    )
    fit_prior: bool = Field(True, description="Whether the shares of the classes are learned; no: all alike.")

    def estimator(self) -> Any:
        return naive_bayes.MultinomialNB(**self.parameters())
