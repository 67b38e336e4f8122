"""Linear classification by stochastic gradient descent."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from sklearn import linear_model

from pipelines.algorithms import fields
from pipelines.algorithms.base import WeightedClassifier
from pipelines.parameters import Form, Search


class SgdClassifier(WeightedClassifier):
    """A linear classifier found row by row: quick on millions of rows.

    The same as sklearn.linear_model.SGDClassifier; ``loss`` is log_loss where scikit-learn has hinge, which gives no
    probabilities.
    """

    title: ClassVar[str] = "Linear Classifier by Gradient Descent"
    needs_scaling: ClassVar[bool] = True
    synonyms: ClassVar[tuple[str, ...]] = ("SGD", "online gradient descent", "stochastic gradient descent")

    type: Literal["sgd_classifier"] = "sgd_classifier"
    loss: Literal["log_loss", "modified_huber", "hinge", "squared_hinge"] = Field(
        "log_loss", description="The error that is made small; the two hinges give probabilities only by calibration."
    )
    penalty: Literal["l2", "l1", "elasticnet"] | None = Field("l2", description="What keeps coefficients small.")
    alpha: fields.Penalty = 1e-4
    l1_ratio: Annotated[fields.L1Share, Form(when={"penalty": ("elasticnet",)})] = 0.15
    fit_intercept: fields.FitIntercept = True
    learning_rate: Literal["constant", "optimal", "invscaling", "adaptive"] = Field(
        "optimal", description="How steps shrink from pass to pass."
    )
    eta0: Annotated[float, Search(1e-4, 1.0, log=True)] = Field(0.01, gt=0, description="Length of the first steps.")
    average: bool = Field(False, description="Whether the coefficients are averaged over all steps.")
    max_iter: fields.Iterations = 1000
    tol: float | None = Field(1e-3, ge=0, description="Smallest gain that counts; none: every pass is made.")
    shuffle: bool = Field(True, description="Whether the rows are mixed before each pass.")
    early_stopping: bool = Field(False, description="Hold rows out and stop when they stop gaining.")
    validation_fraction: float = Field(0.1, gt=0, lt=1, description="Share of the rows held out for early stopping.")
    n_iter_no_change: int = Field(5, ge=1, description="Passes without a gain after which training stops.")
    random_state: fields.Seed = 0

    def estimator(self) -> Any:
        return linear_model.SGDClassifier(**self.parameters())
