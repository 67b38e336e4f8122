"""Elliptic envelope."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from sklearn import covariance

from pipelines.algorithms import anomaly, fields
from pipelines.parameters import Search


class EllipticEnvelope(anomaly.AnomalyAlgorithm):
    """Takes the rows for one cloud and draws an ellipse around most of it; what lies outside is an anomaly.

    The same as sklearn.covariance.EllipticEnvelope. It needs more rows than columns.
    """

    title: ClassVar[str] = "Elliptic Envelope"
    takes_weights: ClassVar[bool] = False
    synonyms: ClassVar[tuple[str, ...]] = ("outliers", "anomaly detection", "Mahalanobis distance", "covariance")

    type: Literal["elliptic_envelope"] = "elliptic_envelope"
    contamination: anomaly.Contamination = 0.1
    support_fraction: Annotated[float | None, Search(choices=(None, 0.6, 0.8, 0.95))] = Field(
        None, gt=0, le=1, description="Share of the rows that the ellipse is fitted to; none: just above a half."
    )
    assume_centered: bool = Field(False, description="Whether the middle of the cloud is 0 and need not be found.")
    random_state: fields.Seed = 0

    def estimator(self) -> Any:
        return covariance.EllipticEnvelope(**self.parameters())
