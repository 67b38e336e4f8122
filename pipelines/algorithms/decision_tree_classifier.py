"""Decision tree, as a classifier."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from sklearn import tree

from pipelines.algorithms import fields
from pipelines.algorithms.base import WeightedClassifier
from pipelines.algorithms.trees import Tree


class DecisionTreeClassifier(Tree, WeightedClassifier):
    """Questions about one column after another, learned from the rows.

    The same as sklearn.tree.DecisionTreeClassifier.
    """

    title: ClassVar[str] = "Decision Tree Classifier"

    type: Literal["decision_tree_classifier"] = "decision_tree_classifier"
    criterion: fields.ClassCriterion = "gini"

    def estimator(self) -> Any:
        return tree.DecisionTreeClassifier(**self.parameters())
