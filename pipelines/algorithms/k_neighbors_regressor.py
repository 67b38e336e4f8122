"""Nearest neighbours, as a regressor."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from sklearn import neighbors

from pipelines.algorithms.base import Algorithm
from pipelines.chain.predictor import Task
from pipelines.parameters import Search


class KNeighborsRegressor(Algorithm):
    """A row is worth the average of the rows nearest to it. The model keeps all training rows.

    The same as sklearn.neighbors.KNeighborsRegressor.
    """

    title: ClassVar[str] = "Nearest Neighbours Regressor"
    task: ClassVar[Task] = "regression"
    needs_scaling: ClassVar[bool] = True
    takes_weights: ClassVar[bool] = False
    synonyms: ClassVar[tuple[str, ...]] = ("k-nearest neighbors", "kNN")

    type: Literal["k_neighbors_regressor"] = "k_neighbors_regressor"
    n_neighbors: Annotated[int, Search(1, 50, log=True)] = Field(5, ge=1, description="Number of neighbours.")
    weights: Annotated[Literal["uniform", "distance"], Search(choices=("uniform", "distance"))] = Field(
        "uniform", description="Whether nearer neighbours count for more."
    )
    p: Annotated[float, Search(choices=(1.0, 2.0))] = Field(
        2.0, ge=1, description="How distance is measured: 1 adds the differences up, 2 is as the crow flies."
    )
    algorithm: Literal["auto", "brute", "kd_tree", "ball_tree"] = Field(
        "auto", description="How neighbours are found; all find the same."
    )
    leaf_size: int = Field(30, ge=1, description="Rows of a leaf of the tree that finds them.")

    def fewest_rows(self) -> int:
        return self.n_neighbors

    def estimator(self) -> Any:
        return neighbors.KNeighborsRegressor(**self.parameters())
