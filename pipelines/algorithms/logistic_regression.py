"""Logistic regression."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator
from sklearn import linear_model

from pipelines.algorithms.base import Algorithm
from pipelines.chain.predictor import Task


class LogisticRegression(Algorithm):
    """A linear model of the log-odds of each class. The same as sklearn.linear_model.LogisticRegression.

    ``max_iter`` is 1,000 where scikit-learn has 100, which is too few for columns of different scales.
    """

    title: ClassVar[str] = "Logistic Regression"
    task: ClassVar[Task] = "classification"
    needs_scaling: ClassVar[bool] = True
    sparse: ClassVar[bool] = True
    synonyms: ClassVar[tuple[str, ...]] = ("logit", "maximum entropy", "two-class logistic regression")

    type: Literal["logistic_regression"] = "logistic_regression"
    C: float = Field(1.0, gt=0, description="Inverse of the penalty's strength: smaller means simpler.")
    l1_ratio: float = Field(0.0, ge=0, le=1, description="Share of the L1 penalty; above 0 needs the solver saga.")
    fit_intercept: bool = Field(True, description="Whether a constant is added.")
    class_weight: Literal["balanced"] | None = Field(
        None, description="balanced: rare classes count as much as common ones."
    )
    solver: Literal["lbfgs", "newton-cg", "newton-cholesky", "saga"] = Field(
        "lbfgs", description="How the fit is found."
    )
    max_iter: int = Field(1000, ge=1, le=1_000_000, description="Most iterations of the solver.")
    tol: float = Field(1e-4, gt=0, description="Precision at which the solver stops.")
    random_state: int = Field(0, ge=0, le=2**32 - 1, description="Seed, for solvers that draw random numbers.")

    @model_validator(mode="after")
    def _solver_knows_l1(self) -> Self:
        if self.l1_ratio > 0 and self.solver != "saga":
            raise ValueError(
                f"The solver {self.solver} has no L1 penalty. Choose the solver saga, or an l1_ratio of 0."
            )
        return self

    def estimator(self) -> Any:
        return linear_model.LogisticRegression(**self.parameters())
