"""Naive Bayes of counts, for classes of unequal size."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from sklearn import naive_bayes

from pipelines.algorithms.base import WeightedClassifier
from pipelines.parameters import Search


class ComplementNb(WeightedClassifier):
    """Tells a class by what the other classes count; better than counts where classes differ in size.

    The same as sklearn.naive_bayes.ComplementNB. Takes no numbers below 0.
    """

    title: ClassVar[str] = "Complement Naive Bayes"
    weighs_classes: ClassVar[bool] = False
    takes_negative: ClassVar[bool] = False
    sparse: ClassVar[bool] = True
    synonyms: ClassVar[tuple[str, ...]] = ("text classification", "imbalanced")

    type: Literal["complement_nb"] = "complement_nb"
    alpha: Annotated[float, Search(1e-3, 10.0, log=True)] = Field(
        1.0, ge=0, description="What every count begins with, so that nothing is impossible."
    )
    fit_prior: bool = Field(True, description="Whether the shares of the classes are learned; no: all alike.")
    norm: bool = Field(False, description="Whether the weights are brought to one length a second time.")

    def estimator(self) -> Any:
        return naive_bayes.ComplementNB(**self.parameters())
