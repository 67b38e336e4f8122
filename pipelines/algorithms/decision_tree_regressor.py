"""Decision tree, as a regressor."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from sklearn import tree

from pipelines.algorithms import fields
from pipelines.algorithms.trees import Tree
from pipelines.chain.predictor import Task


class DecisionTreeRegressor(Tree):
    """Questions about one column after another, learned from the rows.

    The same as sklearn.tree.DecisionTreeRegressor.
    """

    title: ClassVar[str] = "Decision Tree Regressor"
    task: ClassVar[Task] = "regression"

    type: Literal["decision_tree_regressor"] = "decision_tree_regressor"
    criterion: fields.NumberCriterion = "squared_error"

    def estimator(self) -> Any:
        return tree.DecisionTreeRegressor(**self.parameters())
