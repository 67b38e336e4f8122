"""K-means clustering."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field
from sklearn import cluster

from pipelines.algorithms.base import Algorithm
from pipelines.chain.predictor import Task


class KMeans(Algorithm):
    """Groups rows around centres so that rows of a group are near each other.

    The same as sklearn.cluster.KMeans.
    """

    title: ClassVar[str] = "K-Means Clustering"
    task: ClassVar[Task] = "clustering"
    needs_scaling: ClassVar[bool] = True
    synonyms: ClassVar[tuple[str, ...]] = ("segmentation", "centroids")

    type: Literal["k_means"] = "k_means"
    n_clusters: int = Field(8, ge=1, le=1000, description="Number of clusters.")
    init: Literal["k-means++", "random"] = Field("k-means++", description="How the first centres are chosen.")
    n_init: int | Literal["auto"] = Field(
        "auto", description="Starts to choose the best of; auto: 1 for k-means++, 10 for random."
    )
    max_iter: int = Field(300, ge=1, le=100_000, description="Most iterations of a start.")
    tol: float = Field(1e-4, ge=0, description="Movement of the centres at which a start stops.")
    random_state: int = Field(0, ge=0, le=2**32 - 1, description="Seed of the first centres.")

    def estimator(self) -> Any:
        return cluster.KMeans(**self.parameters())
