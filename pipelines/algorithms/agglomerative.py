"""Hierarchical clustering."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator
from sklearn import cluster

from pipelines.algorithms import fields
from pipelines.algorithms.base import Algorithm
from pipelines.chain.clusters import Assigning
from pipelines.chain.predictor import Task
from pipelines.messages import _
from pipelines.parameters import Search


class Agglomerative(Algorithm):
    """Joins the two nearest groups again and again, from single rows on, until as many are left as wanted.

    The same as sklearn.cluster.AgglomerativeClustering, which itself knows no new rows. Here a new row belongs where
    the nearest training row does, so that training rows scored again get what they had. The model keeps all rows.
    """

    title: ClassVar[str] = "Hierarchical Clustering"
    task: ClassVar[Task] = "clustering"
    needs_scaling: ClassVar[bool] = True
    takes_weights: ClassVar[bool] = False
    most_rows: ClassVar[int | None] = 20_000
    synonyms: ClassVar[tuple[str, ...]] = ("agglomerative", "linkage", "Ward", "dendrogram")

    type: Literal["agglomerative"] = "agglomerative"
    n_clusters: fields.Clusters = 2
    linkage: Annotated[
        Literal["ward", "complete", "average", "single"], Search(choices=("ward", "complete", "average", "single"))
    ] = Field("ward", description="Distance of groups: growth of the spread; furthest, average or nearest rows.")
    metric: fields.Distance = "euclidean"

    def estimator(self) -> Any:
        return cluster.AgglomerativeClustering(**self.parameters())

    def learner(self) -> Any:
        return Assigning(self.estimator(), "nearest")

    @model_validator(mode="after")
    def _ward_measures_straight(self) -> Self:
        if self.linkage == "ward" and self.metric != "euclidean":
            raise ValueError(_("linkage ward needs the metric euclidean"))
        return self
