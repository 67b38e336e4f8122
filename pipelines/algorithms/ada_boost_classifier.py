"""AdaBoost, as a classifier."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from sklearn import ensemble, tree

from pipelines.algorithms import fields
from pipelines.algorithms.base import Classifier
from pipelines.parameters import Search


class AdaBoostClassifier(Classifier):
    """Small trees in turn, each learning most from the rows that those before it got wrong.

    The same as sklearn.ensemble.AdaBoostClassifier over trees of max_depth levels, as many as scikit-learn takes.
    """

    title: ClassVar[str] = "AdaBoost Classifier"
    synonyms: ClassVar[tuple[str, ...]] = ("adaptive boosting", "boosting", "stumps")

    type: Literal["ada_boost_classifier"] = "ada_boost_classifier"
    n_estimators: fields.Trees = 50
    learning_rate: Annotated[float, Search(0.01, 2.0, log=True)] = Field(
        1.0, gt=0, description="How much each tree counts."
    )
    max_depth: Annotated[int, Search(1, 6)] = Field(1, ge=1, le=100, description="Most levels of a tree.")
    random_state: fields.Seed = 0

    def estimator(self) -> Any:
        return ensemble.AdaBoostClassifier(
            tree.DecisionTreeClassifier(max_depth=self.max_depth),
            n_estimators=self.n_estimators,
            learning_rate=self.learning_rate,
            random_state=self.random_state,
        )
