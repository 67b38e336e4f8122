"""Boosted Trees, as a classifier."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field
from sklearn import ensemble

from pipelines.algorithms.base import Algorithm
from pipelines.chain.predictor import Encoding, Task


class BoostedTreesClassifier(Algorithm):
    """Trees that each correct the ones before; takes missing values and categories as they are.

    The same as sklearn.ensemble.HistGradientBoostingClassifier.
    """

    title: ClassVar[str] = "Boosted Trees Classifier"
    task: ClassVar[Task] = "classification"
    takes_missing: ClassVar[bool] = True
    encoding: ClassVar[Encoding] = "ordinal"
    synonyms: ClassVar[tuple[str, ...]] = (
        "gradient boosting",
        "histogram gradient boosting",
        "boosted decision tree",
        "GBM",
    )

    type: Literal["boosted_trees_classifier"] = "boosted_trees_classifier"
    learning_rate: float = Field(0.1, gt=0, description="How much each tree corrects; smaller needs more trees.")
    max_iter: int = Field(100, ge=1, le=100_000, description="Number of trees (of each class).")
    max_leaf_nodes: int | None = Field(31, ge=2, description="Most leaves of a tree; none: no limit.")
    max_depth: int | None = Field(None, ge=1, description="Most levels of a tree; none: no limit.")
    min_samples_leaf: int = Field(20, ge=1, description="Fewest rows of a leaf.")
    l2_regularization: float = Field(0.0, ge=0, description="Strength of the penalty on large corrections.")
    max_features: float = Field(1.0, gt=0, le=1, description="Share of the features tried at a split.")
    max_bins: int = Field(255, ge=2, le=255, description="Most intervals, or categories, a column is cut into.")
    early_stopping: Literal["auto"] | bool = Field(
        "auto", description="Stop when held-out rows stop gaining; auto: above 10,000 rows."
    )
    validation_fraction: float = Field(
        0.1, gt=0, lt=1, description="Share of the training rows held out for early stopping."
    )
    n_iter_no_change: int = Field(10, ge=1, description="Trees without a gain after which growth stops.")
    tol: float = Field(1e-7, ge=0, description="Smallest gain that counts for early stopping.")
    class_weight: Literal["balanced"] | None = Field(
        None, description="balanced: rare classes count as much as common ones."
    )
    random_state: int = Field(0, ge=0, le=2**32 - 1, description="Seed: the same seed gives the same model.")

    def estimator(self) -> Any:
        return ensemble.HistGradientBoostingClassifier(**self.parameters())
