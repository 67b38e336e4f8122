"""LightGBM: the parameters that classifier and regressor share."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from pipelines.algorithms import fields
from pipelines.algorithms.base import Algorithm
from pipelines.chain.predictor import Encoding
from pipelines.parameters import Search


class LightGbm(Algorithm):
    """LightGBM's boosted trees. The same rows give the same trees on any number of cores."""

    takes_missing: ClassVar[bool] = True
    encoding: ClassVar[Encoding] = "ordinal"
    synonyms: ClassVar[tuple[str, ...]] = ("LightGBM", "gradient boosting", "GBM", "LGBM")

    n_estimators: fields.Trees = 100
    learning_rate: Annotated[float, Search(0.01, 0.5, log=True)] = Field(
        0.1, gt=0, description="How much each tree corrects; smaller needs more trees."
    )
    num_leaves: Annotated[int, Search(8, 128, log=True)] = Field(
        31, ge=2, le=131_072, description="Most leaves of a tree."
    )
    min_child_samples: Annotated[int, Search(5, 100, log=True)] = Field(20, ge=1, description="Fewest rows of a leaf.")
    max_depth: int = Field(-1, ge=-1, description="Most levels of a tree; -1: no limit.")
    subsample: Annotated[float, Search(0.5, 1.0)] = Field(
        1.0, gt=0, le=1, description="Share of the rows a tree sees, with subsample_freq above 0."
    )
    subsample_freq: int = Field(0, ge=0, description="Trees after which rows are drawn anew; 0: none are drawn.")
    colsample_bytree: Annotated[float, Search(0.3, 1.0)] = Field(
        1.0, gt=0, le=1, description="Share of the features a tree sees."
    )
    reg_alpha: float = Field(0.0, ge=0, description="Strength of the L1 penalty on large corrections.")
    reg_lambda: Annotated[float, Search(1e-6, 10.0, log=True)] = Field(
        0.0, ge=0, description="Strength of the L2 penalty on large corrections."
    )
    min_split_gain: float = Field(0.0, ge=0, description="Least gain for which a node is split.")
    random_state: fields.Seed = 0

    def arguments(self) -> dict[str, Any]:
        """The parameters, with what makes LightGBM silent and the same every time; categories are told it later."""
        fixed = {"deterministic": True, "force_col_wise": True, "verbose": -1, "categorical_features": None}
        return self.parameters() | fixed
