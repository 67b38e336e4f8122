"""Which rows stand out: how the scores are spread, and how they agree with a label where there is one."""

from __future__ import annotations

from components.evaluation import classification, pictures
from pipelines.steps.base import Curve, Report

KIND = "anomaly_scores"
ORDER = (KIND, "roc", "precision_recall", "gain", "lift")


def show(report: Report, *, key: str) -> None:
    """Draw the counts of rows flagged and missed, where a label tells, and every curve."""
    if report.confusion:
        classification.confusion(report, key=f"{key}_confusion")
    pictures.grid([(c.name, c) for c in report.curves], key=key, order=ORDER)


def is_of(report: Report) -> bool:
    """Whether the report is about anomalies."""
    return any(c.kind == KIND for c in report.curves)


def example() -> Report:
    """Scores of ten rows, one of them flagged, for tests."""
    return Report(
        {"anomalies": 1.0, "anomaly_rate": 0.1},
        (Curve(KIND, "scores", [0.125, 0.375, 0.625, 0.875], [6.0, 3.0, 0.0, 1.0], "Score", "Rows"),),
    )
