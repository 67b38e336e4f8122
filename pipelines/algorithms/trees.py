"""Trees and forests: the parameters that classifiers and regressors of their kind share."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from pipelines.algorithms import fields
from pipelines.algorithms.base import Algorithm
from pipelines.chain.predictor import Encoding
from pipelines.messages import _
from pipelines.parameters import Search


class Tree(Algorithm):
    """One tree."""

    takes_missing: ClassVar[bool] = True
    synonyms: ClassVar[tuple[str, ...]] = ("CART",)

    max_depth: fields.MaxDepth = None
    min_samples_leaf: fields.MinSamplesLeaf = 1
    min_samples_split: fields.MinSamplesSplit = 2
    max_features: fields.MaxFeatures = None
    max_leaf_nodes: fields.MaxLeafNodes = None
    min_impurity_decrease: fields.MinImpurityDecrease = 0.0
    ccp_alpha: fields.Pruning = 0.0
    random_state: fields.Seed = 0


class Forest(Algorithm):
    """Many trees, averaged."""

    takes_missing: ClassVar[bool] = True

    n_estimators: fields.Trees = 100
    max_depth: fields.MaxDepth = None
    min_samples_leaf: fields.MinSamplesLeaf = 1
    max_features: fields.MaxFeatures = 1.0
    min_samples_split: fields.MinSamplesSplit = 2
    max_leaf_nodes: fields.MaxLeafNodes = None
    min_impurity_decrease: fields.MinImpurityDecrease = 0.0
    ccp_alpha: fields.Pruning = 0.0
    bootstrap: bool = Field(True, description="Whether each tree sees rows drawn with replacement.")
    max_samples: fields.Share | None = Field(
        None, description="Share of the rows a tree sees, with bootstrap; none: all."
    )
    random_state: fields.Seed = 0

    @model_validator(mode="after")
    def _samples_need_bootstrap(self) -> Self:
        if self.max_samples is not None and not self.bootstrap:
            raise ValueError(_("max_samples needs bootstrap: without it every tree sees all rows."))
        return self


class BoostedTrees(Algorithm):
    """Trees that each correct the ones before."""

    takes_missing: ClassVar[bool] = True
    encoding: ClassVar[Encoding] = "ordinal"
    synonyms: ClassVar[tuple[str, ...]] = (
        "gradient boosting",
        "histogram gradient boosting",
        "GBM",
    )

    learning_rate: Annotated[float, Search(0.01, 0.5, log=True)] = Field(
        0.1, gt=0, description="How much each tree corrects; smaller needs more trees."
    )
    max_iter: Annotated[int, Search(50, 500, log=True)] = Field(
        100, ge=1, le=100_000, description="Number of trees (of each class)."
    )
    max_leaf_nodes: Annotated[int | None, Search(8, 128, log=True)] = Field(
        31, ge=2, description="Most leaves of a tree; none: no limit."
    )
    max_depth: int | None = Field(None, ge=1, description="Most levels of a tree; none: no limit.")
    min_samples_leaf: Annotated[int, Search(5, 100, log=True)] = Field(20, ge=1, description="Fewest rows of a leaf.")
    l2_regularization: Annotated[float, Search(1e-6, 10.0, log=True)] = Field(
        0.0, ge=0, description="Strength of the penalty on large corrections."
    )
    max_features: Annotated[float, Search(0.3, 1.0)] = Field(
        1.0, gt=0, le=1, description="Share of the features tried at a split."
    )
    max_bins: int = Field(255, ge=2, le=255, description="Most intervals, or categories, a column is cut into.")
    early_stopping: Literal["auto"] | bool = Field(
        "auto", description="Stop when held-out rows stop gaining; auto: above 10,000 rows."
    )
    validation_fraction: float = Field(
        0.1, gt=0, lt=1, description="Share of the training rows held out for early stopping."
    )
    n_iter_no_change: int = Field(10, ge=1, description="Trees without a gain after which growth stops.")
    tol: float = Field(1e-7, ge=0, description="Smallest gain that counts for early stopping.")
    random_state: fields.Seed = 0
