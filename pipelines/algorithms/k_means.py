"""K-means clustering."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from sklearn import cluster

from pipelines.algorithms import fields
from pipelines.algorithms.base import Algorithm
from pipelines.chain.clusters import first_rows
from pipelines.chain.predictor import Task
from pipelines.parameters import Form


class KMeans(Algorithm):
    """Groups rows around centres so that rows of a group are near each other.

    The same as sklearn.cluster.KMeans. A new row belongs to the nearest centre. Azure's k-means++ is the default here
    too, its "first N" is ``first``; its number of centroids is 2 where scikit-learn's is 8.
    """

    title: ClassVar[str] = "K-Means Clustering"
    task: ClassVar[Task] = "clustering"
    needs_scaling: ClassVar[bool] = True
    synonyms: ClassVar[tuple[str, ...]] = ("segmentation", "centroids")
    known_as: ClassVar[tuple[str, ...]] = ("K-Means Clustering",)

    type: Literal["k_means"] = "k_means"
    n_clusters: fields.Clusters = 8
    init: fields.FirstCentres = "k-means++"
    n_init: Annotated[int | Literal["auto"], Form(when={"init": ("k-means++", "random")})] = Field(
        "auto", description="Starts to choose the best of; auto: 1 for k-means++, 10 for random."
    )
    max_iter: int = Field(300, ge=1, le=100_000, description="Most iterations of a start.")
    tol: float = Field(1e-4, ge=0, description="Movement of the centres at which a start stops.")
    random_state: int = Field(0, ge=0, le=2**32 - 1, description="Seed of the first centres.")

    def estimator(self) -> Any:
        given = self.parameters()
        return cluster.KMeans(**given | ({"init": first_rows, "n_init": 1} if self.init == "first" else {}))
