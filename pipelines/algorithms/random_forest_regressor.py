"""Random Forest, as a regressor."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator
from sklearn import ensemble

from pipelines.algorithms.base import Algorithm
from pipelines.chain.predictor import Task

Share = Annotated[float, Field(gt=0, le=1)]


class RandomForestRegressor(Algorithm):
    """Many decision trees on random parts of the data, averaged.

    The same as sklearn.ensemble.RandomForestRegressor.
    """

    title: ClassVar[str] = "Random Forest Regressor"
    task: ClassVar[Task] = "regression"
    takes_missing: ClassVar[bool] = True
    synonyms: ClassVar[tuple[str, ...]] = ("decision forest", "bagging")

    type: Literal["random_forest_regressor"] = "random_forest_regressor"
    n_estimators: int = Field(100, ge=1, le=10_000, description="Number of trees.")
    criterion: Literal["squared_error", "absolute_error", "poisson"] = Field(
        "squared_error", description="What makes a split good."
    )
    max_depth: int | None = Field(
        None, ge=1, le=10_000, description="Most levels of a tree; none: as many as it takes."
    )
    min_samples_split: int = Field(2, ge=2, description="Fewest rows of a node that may be split.")
    min_samples_leaf: int = Field(1, ge=1, description="Fewest rows of a leaf.")
    max_features: Literal["sqrt", "log2"] | Share | None = Field(
        1.0, description="Features tried at a split; a number is a share of them; none: all."
    )
    max_leaf_nodes: int | None = Field(None, ge=2, description="Most leaves of a tree; none: no limit.")
    min_impurity_decrease: float = Field(0.0, ge=0, description="Least gain for which a node is split.")
    ccp_alpha: float = Field(0.0, ge=0, description="Strength of pruning after growth; 0: none.")
    bootstrap: bool = Field(True, description="Whether each tree sees rows drawn with replacement.")
    max_samples: Share | None = Field(None, description="Share of the rows a tree sees, with bootstrap; none: all.")
    random_state: int = Field(0, ge=0, le=2**32 - 1, description="Seed: the same seed gives the same model.")

    @model_validator(mode="after")
    def _samples_need_bootstrap(self) -> Self:
        if self.max_samples is not None and not self.bootstrap:
            raise ValueError("max_samples needs bootstrap: without it every tree sees all rows.")
        return self

    def estimator(self) -> Any:
        return ensemble.RandomForestRegressor(**self.parameters())
