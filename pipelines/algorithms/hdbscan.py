"""HDBSCAN clustering."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from sklearn import cluster

from pipelines.algorithms import fields
from pipelines.algorithms.base import Algorithm
from pipelines.chain.clusters import Assigning
from pipelines.chain.predictor import Task
from pipelines.parameters import Search


class Hdbscan(Algorithm):
    """Groups of any shape and of different density, without a distance to choose; the rest is noise, -1.

    The same as sklearn.cluster.HDBSCAN, which itself knows no new rows. Here a new row is what the nearest training row
    is, and noise if it is further from it than rows of that cluster are from their own neighbours.
    """

    title: ClassVar[str] = "HDBSCAN Clustering"
    task: ClassVar[Task] = "clustering"
    needs_scaling: ClassVar[bool] = True
    takes_weights: ClassVar[bool] = False
    most_rows: ClassVar[int | None] = 100_000
    synonyms: ClassVar[tuple[str, ...]] = ("density", "hierarchical", "noise", "outliers")

    type: Literal["hdbscan"] = "hdbscan"
    min_cluster_size: Annotated[int, Search(5, 100, log=True)] = Field(
        5, ge=2, le=1_000_000, description="Fewest rows that make a cluster."
    )
    min_samples: Annotated[int | None, Search(choices=(None, 3, 5, 10, 20))] = Field(
        None, ge=1, le=100_000, description="Neighbours that tell how dense it is around a row; none: min_cluster_size."
    )
    cluster_selection_epsilon: float = Field(
        0.0, ge=0, allow_inf_nan=False, description="Clusters nearer to each other than this are one."
    )
    cluster_selection_method: Literal["eom", "leaf"] = Field(
        "eom", description="eom: the clusters that last longest; leaf: the smallest ones."
    )
    metric: fields.Distance = "euclidean"

    def estimator(self) -> Any:
        return cluster.HDBSCAN(copy=True, **self.parameters())

    def learner(self) -> Any:
        return Assigning(self.estimator(), "density")
