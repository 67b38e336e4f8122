"""Local outlier factor."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from sklearn import neighbors

from pipelines.algorithms import anomaly, fields
from pipelines.parameters import Search


class LocalOutlierFactor(anomaly.AnomalyAlgorithm):
    """Rows that lie less densely than the rows around them are anomalies. The model keeps all training rows.

    The same as sklearn.neighbors.LocalOutlierFactor with novelty. It is made for new rows: a training row scored again
    meets itself as its own neighbour and looks more usual than it is.
    """

    title: ClassVar[str] = "Local Outlier Factor"
    needs_scaling: ClassVar[bool] = True
    takes_weights: ClassVar[bool] = False
    most_rows: ClassVar[int | None] = 100_000
    synonyms: ClassVar[tuple[str, ...]] = ("LOF", "outliers", "anomaly detection", "novelty", "density")

    type: Literal["local_outlier_factor"] = "local_outlier_factor"
    n_neighbors: Annotated[int, Search(5, 100, log=True)] = Field(
        20, ge=1, le=10_000, description="Rows around each that it is compared with."
    )
    metric: fields.Distance = "euclidean"
    contamination: anomaly.AutoContamination = "auto"

    def estimator(self) -> Any:
        return neighbors.LocalOutlierFactor(novelty=True, **self.parameters())
