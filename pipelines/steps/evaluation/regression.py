"""How good predicted numbers are."""

from __future__ import annotations

import numpy as np
from sklearn import metrics

from pipelines.messages import _, declared
from pipelines.steps.base import Curve
from pipelines.steps.evaluation.curves import thinned

SHOWN_ROWS = 500
BINS = 30


def measure(actual: np.ndarray, predicted: np.ndarray) -> tuple[dict[str, float], list[str]]:
    """The metrics, and notes on those that the rows do not allow.

    ``relative_absolute_error`` and ``relative_squared_error`` compare with always predicting the mean: 0 is perfect, 1
    no better than it.
    """
    error = predicted - actual
    found = {
        "mean_absolute_error": float(np.abs(error).mean()),
        "root_mean_squared_error": float(np.sqrt((error**2).mean())),
        "mean_squared_error": float((error**2).mean()),
        "median_absolute_error": float(np.median(np.abs(error))),
    }
    notes: list[str] = []
    if (actual != 0).all():
        found["mean_absolute_percentage_error"] = float(metrics.mean_absolute_percentage_error(actual, predicted))
    away = actual - actual.mean()
    if len(actual) > 1 and np.ptp(actual) > 0:
        squares = float((error**2).sum() / (away**2).sum())
        found = {"r2": 1 - squares} | found
        found |= {
            "relative_absolute_error": float(np.abs(error).sum() / np.abs(away).sum()),
            "relative_squared_error": squares,
        }
    else:
        notes.append(_("All rows evaluated have one label: r2 and the relative errors are left out."))
    return found, notes


def curves(actual: np.ndarray, predicted: np.ndarray, name: str) -> tuple[Curve, ...]:
    """Up to 500 rows as points, predicted against actual, and how many rows have which error."""
    chosen = np.arange(len(actual))
    if len(chosen) > SHOWN_ROWS:
        chosen = np.sort(np.random.default_rng(0).choice(chosen, SHOWN_ROWS, replace=False))
    points = thinned("predicted_vs_true", name, actual[chosen], predicted[chosen], "Actual", "Predicted", SHOWN_ROWS)
    counts, edges = np.histogram(predicted - actual, bins=BINS)
    middles = (edges[:-1] + edges[1:]) / 2
    return points, thinned(
        "residuals", name, middles, counts.astype(float), declared("Predicted minus actual"), declared("Rows")
    )
