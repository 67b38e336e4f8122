"""Logistic regression."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator
from sklearn import linear_model

from pipelines.algorithms import fields
from pipelines.algorithms.base import WeightedClassifier
from pipelines.messages import _


class LogisticRegression(WeightedClassifier):
    """A linear model of the log-odds of each class. The same as sklearn.linear_model.LogisticRegression.

    ``max_iter`` is 1,000 where scikit-learn has 100, which is too few for columns of different scales. Azure adds an L1
    penalty, which ``l1_ratio`` 0.5 with the solver saga does.
    """

    title: ClassVar[str] = "Logistic Regression"
    needs_scaling: ClassVar[bool] = True
    sparse: ClassVar[bool] = True
    synonyms: ClassVar[tuple[str, ...]] = ("logit", "maximum entropy", "two-class logistic regression")
    known_as: ClassVar[tuple[str, ...]] = ("Two-Class Logistic Regression", "Multiclass Logistic Regression")

    type: Literal["logistic_regression"] = "logistic_regression"
    C: fields.InversePenalty = 1.0
    l1_ratio: float = Field(0.0, ge=0, le=1, description="Share of the L1 penalty; above 0 needs the solver saga.")
    fit_intercept: fields.FitIntercept = True
    solver: Literal["lbfgs", "newton-cg", "newton-cholesky", "saga"] = Field(
        "lbfgs", description="How the fit is found."
    )
    max_iter: fields.Iterations = 1000
    tol: fields.Tolerance = 1e-4
    random_state: fields.Seed = 0

    @model_validator(mode="after")
    def _solver_knows_l1(self) -> Self:
        if self.l1_ratio > 0 and self.solver != "saga":
            raise ValueError(
                _(
                    "The solver {solver} has no L1 penalty. Choose the solver saga, or an l1_ratio of 0.",
                    solver=self.solver,
                )
            )
        return self

    def estimator(self) -> Any:
        return linear_model.LogisticRegression(**self.parameters())
