"""Linear regression by stochastic gradient descent."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from sklearn import linear_model

from pipelines.algorithms import fields
from pipelines.algorithms.base import Algorithm
from pipelines.chain.predictor import Task
from pipelines.parameters import Form, Search


class SgdRegressor(Algorithm):
    """A linear fit found row by row: quick on millions of rows.

    The same as sklearn.linear_model.SGDRegressor, and Azure's Linear Regression with Online Gradient
    Descent.
    """

    title: ClassVar[str] = "Linear Regression by Gradient Descent"
    task: ClassVar[Task] = "regression"
    needs_scaling: ClassVar[bool] = True
    synonyms: ClassVar[tuple[str, ...]] = ("SGD", "online gradient descent", "stochastic gradient descent")
    known_as: ClassVar[tuple[str, ...]] = ("Linear Regression",)

    type: Literal["sgd_regressor"] = "sgd_regressor"
    loss: Literal["squared_error", "huber", "epsilon_insensitive", "squared_epsilon_insensitive"] = Field(
        "squared_error", description="The error that is made small; huber is hardly moved by outliers."
    )
    penalty: Literal["l2", "l1", "elasticnet"] | None = Field("l2", description="What keeps coefficients small.")
    alpha: fields.Penalty = 1e-4
    l1_ratio: Annotated[fields.L1Share, Form(when={"penalty": ("elasticnet",)})] = 0.15
    epsilon: Annotated[float, Form(when={"loss": ("huber", "epsilon_insensitive", "squared_epsilon_insensitive")})] = (
        Field(0.1, ge=0, description="The error from which on a row counts otherwise.")
    )
    fit_intercept: fields.FitIntercept = True
    learning_rate: Literal["constant", "optimal", "invscaling", "adaptive"] = Field(
        "invscaling", description="How steps shrink from pass to pass."
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
        return linear_model.SGDRegressor(**self.parameters())
