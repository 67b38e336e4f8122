"""Boosted trees, as a regressor."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator
from sklearn import ensemble

from pipelines.algorithms.base import LabelValues
from pipelines.algorithms.trees import BoostedTrees
from pipelines.chain.predictor import Task
from pipelines.messages import _
from pipelines.parameters import Form


class BoostedTreesRegressor(BoostedTrees):
    """Trees that each correct the ones before; takes missing values and categories as they are.

    The same as sklearn.ensemble.HistGradientBoostingRegressor. Azure's has 20 leaves and a learning rate of 0.2.
    """

    title: ClassVar[str] = "Boosted Trees Regressor"
    task: ClassVar[Task] = "regression"
    known_as: ClassVar[tuple[str, ...]] = ("Boosted Decision Tree Regression",)

    type: Literal["boosted_trees_regressor"] = "boosted_trees_regressor"
    loss: Literal["squared_error", "absolute_error", "gamma", "poisson", "quantile"] = Field(
        "squared_error",
        description="The error that is made small; poisson takes no label below 0, gamma only labels above it.",
    )
    quantile: Annotated[float | None, Form(when={"loss": ("quantile",)})] = Field(
        None, ge=0, le=1, description="The quantile to predict, with the loss quantile."
    )

    @model_validator(mode="after")
    def _quantile_is_given(self) -> Self:
        if self.loss == "quantile" and self.quantile is None:
            raise ValueError(_("The loss quantile needs a quantile between 0 and 1, such as 0.5 for the median."))
        return self

    @property
    def takes_label(self) -> LabelValues:  # type: ignore[override]
        if self.loss == "gamma":
            return "positive"
        return "not negative" if self.loss == "poisson" else "any"

    def estimator(self) -> Any:
        return ensemble.HistGradientBoostingRegressor(**self.parameters())
