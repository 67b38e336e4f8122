"""What a fitted model has learned, in tables short enough to read."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipelines.chain.clusters import Assigning
from pipelines.chain.predictor import Predictor
from pipelines.steps.base import Curve, Report

ROWS = 200
COLUMNS = 50


def summarise(predictor: Predictor, rows: int) -> Report:
    """Coefficients, importances or centres by feature name, largest first, at most 200; and what was learned from."""
    estimator, names = predictor.estimator_, predictor.features_.get_feature_names_out()
    what = ["estimator", "training rows", "features", "columns as numbers"]
    tables: dict[str, dict[str, list[Any]]] = {
        "model": {
            "what": what,
            "value": [type(estimator).__name__, str(rows), str(len(predictor.columns)), str(len(names))],
        }
    }
    linear = _linear(estimator)
    if linear is not None:
        tables["coefficients"] = _coefficients(*linear, names, predictor.classes_)
    elif hasattr(estimator, "feature_importances_"):
        shares = np.asarray(estimator.feature_importances_)
        order = np.argsort(-shares, kind="stable")[:ROWS]
        tables["feature_importances"] = {
            "feature": [names[i] for i in order],
            "importance": [float(shares[i]) for i in order],
        }
    elif hasattr(estimator, "cluster_centers_"):
        counts = np.bincount(estimator.labels_, minlength=len(estimator.cluster_centers_))
        tables["centres"] = _centres(estimator.cluster_centers_, names, "rows", counts.tolist())
    elif hasattr(estimator, "means_") and hasattr(estimator, "weights_"):
        tables["centres"] = _centres(estimator.means_, names, "share", estimator.weights_.tolist())
    elif isinstance(estimator, Assigning):
        clusters, counts = np.unique(estimator.labels_, return_counts=True)
        tables["clusters"] = {"cluster": clusters[:ROWS].tolist(), "rows": counts[:ROWS].tolist()}
    return Report(tables=tables, curves=_loss(estimator))


def _linear(estimator: Any) -> tuple[np.ndarray, np.ndarray] | None:
    """Coefficients (one row an output) and intercepts; also those behind a calibration."""
    calibrated = getattr(estimator, "calibrated_classifiers_", None)
    inner = calibrated[0].estimator if calibrated and len(calibrated) == 1 else estimator
    if not hasattr(inner, "coef_"):
        return None
    coefficients = np.atleast_2d(inner.coef_)
    return coefficients, np.broadcast_to(np.atleast_1d(inner.intercept_), (len(coefficients),))


def _coefficients(
    coefficients: np.ndarray, intercepts: np.ndarray, names: list[str], classes: list[Any]
) -> dict[str, list[Any]]:
    order = np.argsort(-np.abs(coefficients).max(axis=0), kind="stable")[:ROWS]
    outputs = ["coefficient"] if len(coefficients) == 1 else [f"coefficient_{c}" for c in classes[:COLUMNS]]
    table: dict[str, list[Any]] = {"feature": ["(intercept)", *(names[i] for i in order)]}
    for k, output in enumerate(outputs):
        table[output] = [float(intercepts[k]), *(float(coefficients[k, i]) for i in order)]
    return table


def _centres(centres: np.ndarray, names: list[str], what: str, sizes: list[Any]) -> dict[str, list[Any]]:
    table: dict[str, list[Any]] = {"cluster": list(range(len(centres)))[:ROWS], what: sizes[:ROWS]}
    for i, name in enumerate(names[:COLUMNS]):
        table[f"centre_{name}"] = [float(v) for v in centres[:ROWS, i]]
    return table


def _loss(estimator: Any) -> tuple[Curve, ...]:
    losses = getattr(estimator, "loss_curve_", None)
    if not losses:
        return ()
    shown = np.unique(np.linspace(0, len(losses) - 1, ROWS).astype(int))
    return (
        Curve("loss", "training", [float(i + 1) for i in shown], [float(losses[i]) for i in shown], "Pass", "Loss"),
    )
