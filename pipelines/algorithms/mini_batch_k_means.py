"""K-means clustering, a few rows at a time."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from sklearn import cluster

from pipelines.algorithms import fields
from pipelines.algorithms.base import Algorithm
from pipelines.chain.clusters import first_rows
from pipelines.chain.predictor import Task
from pipelines.parameters import Form


class MiniBatchKMeans(Algorithm):
    """K-means that learns from a few rows at a time: much quicker on very many rows, and nearly as good.

    The same as sklearn.cluster.MiniBatchKMeans.
    """

    title: ClassVar[str] = "Mini-Batch K-Means Clustering"
    task: ClassVar[Task] = "clustering"
    needs_scaling: ClassVar[bool] = True
    synonyms: ClassVar[tuple[str, ...]] = ("segmentation", "centroids", "large data")

    type: Literal["mini_batch_k_means"] = "mini_batch_k_means"
    n_clusters: fields.Clusters = 8
    init: fields.FirstCentres = "k-means++"
    n_init: Annotated[int | Literal["auto"], Form(when={"init": ("k-means++", "random")})] = Field(
        "auto", description="Starts to choose the best of; auto: 1 for k-means++, 3 for random."
    )
    batch_size: int = Field(1024, ge=1, le=10_000_000, description="Rows of a step.")
    max_iter: int = Field(100, ge=1, le=100_000, description="Most passes over the rows.")
    random_state: int = Field(0, ge=0, le=2**32 - 1, description="Seed of the first centres and of the batches.")

    def estimator(self) -> Any:
        given = self.parameters()
        return cluster.MiniBatchKMeans(**given | ({"init": first_rows, "n_init": 1} if self.init == "first" else {}))
