"""Isolation forest."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from sklearn import ensemble

from pipelines.algorithms import anomaly, fields
from pipelines.parameters import Search


class IsolationForest(anomaly.AnomalyAlgorithm):
    """Rows that few random cuts set apart from all others are anomalies; a good first choice.

    The same as sklearn.ensemble.IsolationForest. Takes numbers of any scale, and missing values.
    """

    title: ClassVar[str] = "Isolation Forest"
    takes_missing: ClassVar[bool] = True
    synonyms: ClassVar[tuple[str, ...]] = ("outliers", "anomaly detection", "novelty", "fraud")

    type: Literal["isolation_forest"] = "isolation_forest"
    n_estimators: fields.Trees = 100
    max_samples: Annotated[
        int | Literal["auto"] | Annotated[float, Field(gt=0, le=1)], Search(choices=("auto", 0.1, 0.5, 1.0))
    ] = Field("auto", description="Rows that each tree learns from; a fraction is a share of them; auto: 256.")
    max_features: Annotated[float, Search(0.3, 1.0)] = Field(
        1.0, gt=0, le=1, description="Share of the columns that each tree learns from."
    )
    contamination: anomaly.AutoContamination = "auto"
    random_state: fields.Seed = 0

    def estimator(self) -> Any:
        return ensemble.IsolationForest(**self.parameters())
