"""Anomaly detection by principal components."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from pipelines.algorithms import anomaly, fields
from pipelines.chain.anomalies import PcaDetector
from pipelines.parameters import Search


class PcaAnomaly(anomaly.AnomalyAlgorithm):
    """Rows that do not follow what columns have in common are anomalies, such as a tall person of little weight.

    The error with which a few principal components tell a row, as a share of its distance from the mean; after the
    randomised PCA of ML.NET and N. Halko and others, SIAM Review 53 (2011). Numbers should be of one scale.
    """

    title: ClassVar[str] = "PCA-Based Anomaly Detection"
    needs_scaling: ClassVar[bool] = True
    takes_weights: ClassVar[bool] = False
    synonyms: ClassVar[tuple[str, ...]] = ("outliers", "principal components", "reconstruction error")
    known_as: ClassVar[tuple[str, ...]] = ("PCA-Based Anomaly Detection",)

    type: Literal["pca_anomaly"] = "pca_anomaly"
    n_components: Annotated[int, Search(1, 10)] = Field(2, ge=1, le=1000, description="Number of components.")
    n_oversamples: int = Field(
        2, ge=0, le=1000, description="Random vectors more than components; more means more precise."
    )
    center: bool = Field(True, description="Whether the mean of each column is taken off first.")
    contamination: anomaly.Contamination = 0.1
    random_state: fields.Seed = 0

    def estimator(self) -> Any:
        return PcaDetector(**self.parameters())
