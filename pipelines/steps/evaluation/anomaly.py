"""How anomalies stand out: the scores of all rows, and how they agree with a label."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.chain.anomalies import ANOMALY, NORMAL
from pipelines.messages import _
from pipelines.steps.base import Curve
from pipelines.steps.evaluation import classification
from pipelines.steps.evaluation.assessment import Assessment

BINS = 40
RANKED = ("roc", "precision_recall", "gain", "lift")


def spread(flagged: np.ndarray, score: np.ndarray) -> Assessment:
    """How many rows are anomalies, and how the scores are spread."""
    counts, edges = np.histogram(score, bins=BINS, range=(0.0, 1.0))
    middles = (edges[:-1] + edges[1:]) / 2
    found = Curve(
        "anomaly_scores",
        "scores",
        [float(v) for v in middles],
        [float(c) for c in counts],
        "Score, anomalies above 0.5",
        "Rows",
    )
    metrics = {"anomalies": float((flagged == ANOMALY).sum()), "anomaly_rate": float((flagged == ANOMALY).mean())}
    return Assessment(metrics, (found,))


def measure(actual: np.ndarray, flagged: np.ndarray, score: np.ndarray, normal: str, label: str) -> Assessment:
    """How the rows flagged agree with those that the label tells: ``actual`` is True for every value but ``normal``.

    Precision, recall and f1 are those of the anomalies at the threshold; roc_auc and average_precision those of the
    score at every threshold.
    """
    rows = classification.Classified.of(
        pd.Series(actual.astype(np.int64)),
        pd.Series(flagged),
        (NORMAL, ANOMALY),
        np.column_stack([1 - score, score]),
    )
    metrics, notes = classification.measure(rows)
    kept = {n: v for n, v in metrics.items() if n != "log_loss"}  # the score is no probability
    counts = classification.confusion(rows)
    note = _(
        "Rows whose {label!r} is {value!r} are taken for normal, all others for anomalies.", label=label, value=normal
    )
    curves = tuple(c for c in classification.curves(rows) if c.kind in RANKED)
    return Assessment(kept, curves, {}, counts | {"labels": ["normal", "anomaly"]}, (note, *notes))
