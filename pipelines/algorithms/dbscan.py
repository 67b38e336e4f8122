"""DBSCAN clustering."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from sklearn import cluster

from pipelines.algorithms import fields
from pipelines.algorithms.base import Algorithm
from pipelines.chain.clusters import Assigning
from pipelines.chain.predictor import Task
from pipelines.parameters import Search


class Dbscan(Algorithm):
    """Groups of any shape where rows lie close together; rows that lie alone are noise, -1.

    The same as sklearn.cluster.DBSCAN, which itself knows no new rows. Here a new row belongs to the cluster of the
    nearest core row, if that is within eps; else it is noise. Training rows scored again get what they had, but for
    rows at the edge of two clusters, which go to the nearer one.
    """

    title: ClassVar[str] = "DBSCAN Clustering"
    task: ClassVar[Task] = "clustering"
    needs_scaling: ClassVar[bool] = True
    most_rows: ClassVar[int | None] = 100_000
    synonyms: ClassVar[tuple[str, ...]] = ("density", "noise", "outliers")

    type: Literal["dbscan"] = "dbscan"
    eps: Annotated[float, Search(0.1, 5.0, log=True)] = Field(
        0.5, gt=0, allow_inf_nan=False, description="How near rows must be to be neighbours."
    )
    min_samples: Annotated[int, Search(3, 30, log=True)] = Field(
        5, ge=1, le=100_000, description="Neighbours, itself among them, that make a row the core of a cluster."
    )
    metric: fields.Distance = "euclidean"

    def estimator(self) -> Any:
        return cluster.DBSCAN(**self.parameters())

    def learner(self) -> Any:
        return Assigning(self.estimator(), "core")
