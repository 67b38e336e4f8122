"""Decision Tree, as a regressor."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from sklearn import tree

from pipelines.algorithms.base import Algorithm
from pipelines.chain.predictor import Task

Share = Annotated[float, Field(gt=0, le=1)]


class DecisionTreeRegressor(Algorithm):
    """Questions about one column after another, learned from the rows.

    The same as sklearn.tree.DecisionTreeRegressor.
    """

    title: ClassVar[str] = "Decision Tree Regressor"
    task: ClassVar[Task] = "regression"
    takes_missing: ClassVar[bool] = True
    synonyms: ClassVar[tuple[str, ...]] = ("CART",)

    type: Literal["decision_tree_regressor"] = "decision_tree_regressor"
    criterion: Literal["squared_error", "absolute_error", "poisson"] = Field(
        "squared_error", description="What makes a split good."
    )
    max_depth: int | None = Field(
        None, ge=1, le=10_000, description="Most levels of a tree; none: as many as it takes."
    )
    min_samples_split: int = Field(2, ge=2, description="Fewest rows of a node that may be split.")
    min_samples_leaf: int = Field(1, ge=1, description="Fewest rows of a leaf.")
    max_features: Literal["sqrt", "log2"] | Share | None = Field(
        None, description="Features tried at a split; a number is a share of them; none: all."
    )
    max_leaf_nodes: int | None = Field(None, ge=2, description="Most leaves of a tree; none: no limit.")
    min_impurity_decrease: float = Field(0.0, ge=0, description="Least gain for which a node is split.")
    ccp_alpha: float = Field(0.0, ge=0, description="Strength of pruning after growth; 0: none.")
    random_state: int = Field(0, ge=0, le=2**32 - 1, description="Seed: the same seed gives the same model.")

    def estimator(self) -> Any:
        return tree.DecisionTreeRegressor(**self.parameters())
