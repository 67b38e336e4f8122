"""What the anomaly detection algorithms have in common."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from pipelines.algorithms.base import Algorithm
from pipelines.chain.anomalies import AnomalyDetector
from pipelines.chain.predictor import Task
from pipelines.parameters import Form

LABELLED = "Rows with a label"

Contamination = Annotated[
    float, Field(gt=0, le=0.5, description="Share of the training rows that counts as anomalous.")
]
AutoContamination = Annotated[
    Literal["auto"] | Annotated[float, Field(gt=0, le=0.5)],
    Field(description="Share of the training rows that counts as anomalous; auto: by a fixed threshold of the score."),
]


class AnomalyAlgorithm(Algorithm):
    """An algorithm that learns what rows are usually like. It needs no label.

    If there is one, it tells which rows are normal. Scored Labels are 1 for an anomaly and 0 for a normal row.
    """

    task: ClassVar[Task] = "anomaly"

    learn_from: Annotated[Literal["normal", "all"], Form(group=LABELLED)] = Field(
        "normal", description="Where there is a label: from the normal rows alone, or from all rows."
    )
    normal: Annotated[str | None, Form(group=LABELLED)] = Field(
        None, description="The label's value in normal rows; none: its commonest one."
    )

    def parameters(self) -> dict[str, Any]:
        return {k: v for k, v in super().parameters().items() if k not in ("learn_from", "normal")}

    def learner(self) -> Any:
        return AnomalyDetector(self.estimator(), self.normal)
