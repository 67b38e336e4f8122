"""LightGBM, as a regressor."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import lightgbm
from pydantic import Field

from pipelines.algorithms.base import LabelValues
from pipelines.algorithms.lightgbm import LightGbm
from pipelines.chain.predictor import Task
from pipelines.parameters import Form

_COUNTS = ("poisson", "tweedie")


class LightgbmRegressor(LightGbm):
    """Trees that each correct the ones before, by LightGBM; takes missing values and categories as they are.

    The same as lightgbm.LGBMRegressor, which Azure's boosted decision tree is made of (with 20 leaves of 10 rows or
    more and a learning rate of 0.2).
    """

    title: ClassVar[str] = "LightGBM Regressor"
    task: ClassVar[Task] = "regression"
    known_as: ClassVar[tuple[str, ...]] = ("Boosted Decision Tree Regression", "Fast Forest Quantile Regression")

    type: Literal["lightgbm_regressor"] = "lightgbm_regressor"
    objective: Literal["regression", "regression_l1", "huber", "quantile", "poisson", "gamma", "tweedie"] = Field(
        "regression", description="The error that is made small: squared, absolute (l1), of a quantile, or of a count."
    )
    alpha: Annotated[float, Form(when={"objective": ("quantile", "huber")})] = Field(
        0.9, gt=0, lt=1, description="The quantile to predict; with huber, the error from which on a row counts less."
    )

    @property
    def takes_label(self) -> LabelValues:  # type: ignore[override]
        if self.objective == "gamma":
            return "positive"
        return "not negative" if self.objective in _COUNTS else "any"

    def estimator(self) -> Any:
        return lightgbm.LGBMRegressor(**self.arguments())
