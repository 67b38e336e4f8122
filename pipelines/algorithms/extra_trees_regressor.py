"""Extremely randomised trees, as a regressor."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field
from sklearn import ensemble

from pipelines.algorithms import fields
from pipelines.algorithms.trees import Forest
from pipelines.chain.predictor import Task


class ExtraTreesRegressor(Forest):
    """Many trees whose thresholds are drawn at random, averaged: smoother than a forest, and quicker.

    The same as sklearn.ensemble.ExtraTreesRegressor.
    """

    title: ClassVar[str] = "Extra Trees Regressor"
    task: ClassVar[Task] = "regression"
    synonyms: ClassVar[tuple[str, ...]] = ("extremely randomized trees",)

    type: Literal["extra_trees_regressor"] = "extra_trees_regressor"
    criterion: fields.NumberCriterion = "squared_error"
    bootstrap: bool = Field(False, description="Whether each tree sees rows drawn with replacement.")

    def estimator(self) -> Any:
        return ensemble.ExtraTreesRegressor(**self.parameters())
