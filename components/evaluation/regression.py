"""How well a regressor does: predicted against true values, and what is left over."""

from __future__ import annotations

from components.evaluation import pictures
from pipelines.steps.base import Curve, Report

ORDER = ("predicted_vs_true", "residuals")


def show(report: Report, *, key: str) -> None:
    """Draw every curve of ``report``."""
    pictures.grid([(c.name, c) for c in report.curves], key=key, order=ORDER)


def example() -> Report:
    """Four predictions, for tests."""
    true, predicted = [1.0, 2.0, 3.0, 4.0], [1.1, 1.8, 3.3, 3.9]
    return Report(
        {"r2": 0.97, "mean_absolute_error": 0.18},
        (
            Curve("predicted_vs_true", "price", true, predicted, "Actual", "Predicted"),
            Curve("residuals", "price", [-0.2, 0.0, 0.2], [1.0, 1.0, 2.0], "Predicted minus actual", "Rows"),
        ),
    )
