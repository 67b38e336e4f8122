"""Mean shift clustering."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from sklearn import cluster

from pipelines.algorithms.base import Algorithm
from pipelines.chain.predictor import Task
from pipelines.parameters import Search


class MeanShift(Algorithm):
    """Finds the places where rows are densest, and how many there are; each is a group.

    The same as sklearn.cluster.MeanShift. A new row belongs to the nearest centre.
    """

    title: ClassVar[str] = "Mean Shift Clustering"
    task: ClassVar[Task] = "clustering"
    needs_scaling: ClassVar[bool] = True
    takes_weights: ClassVar[bool] = False
    most_rows: ClassVar[int | None] = 20_000
    synonyms: ClassVar[tuple[str, ...]] = ("density", "modes")

    type: Literal["mean_shift"] = "mean_shift"
    bandwidth: Annotated[float | None, Search(0.5, 5.0, log=True)] = Field(
        None, gt=0, allow_inf_nan=False, description="Radius within which rows are averaged; none: found from the rows."
    )
    bin_seeding: bool = Field(False, description="Whether to start from a grid, which is quicker, and not every row.")
    max_iter: int = Field(300, ge=1, le=100_000, description="Most moves of a centre.")

    def estimator(self) -> Any:
        return cluster.MeanShift(**self.parameters())
