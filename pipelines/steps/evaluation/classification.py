"""How good predicted classes are: metrics named as in scikit-learn, curves, and the matrix of counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn import metrics

from pipelines.chain.conform import as_text
from pipelines.messages import _, declared
from pipelines.steps.base import Curve
from pipelines.steps.evaluation.curves import gain, thinned

SHOWN_CLASSES = 50
CURVED_CLASSES = 10
CALIBRATION_BINS = 10


@dataclass(frozen=True)
class Classified:
    """Rows with a class found and an actual one, as numbers into ``names``; ``shares`` one column a name, if any."""

    names: list[str]
    actual: np.ndarray
    predicted: np.ndarray
    shares: np.ndarray | None = None

    @classmethod
    def of(
        cls, actual: pd.Series, predicted: pd.Series, classes: Sequence[object], shares: np.ndarray | None
    ) -> Classified:
        """From columns without missing values. A class that the model does not know follows those it knows."""
        truth, found = [as_text(v) for v in actual.tolist()], [as_text(v) for v in predicted.tolist()]
        names = [as_text(c) for c in classes]
        names += sorted({*truth, *found} - set(names))
        numbers = {n: i for i, n in enumerate(names)}
        if shares is not None:
            shares = shares[:, None] if shares.ndim == 1 else shares
            shares = np.hstack([1 - shares, shares]) if shares.shape[1] == 1 else shares
            shares = np.hstack([shares, np.zeros((len(shares), len(names) - shares.shape[1]))])
        return cls(names, np.array([numbers[v] for v in truth]), np.array([numbers[v] for v in found]), shares)

    @property
    def is_binary(self) -> bool:
        return len(self.names) == 2


def measure(rows: Classified) -> tuple[dict[str, float], list[str]]:
    """The metrics, and notes on those that the rows do not allow.

    With two classes ``precision``, ``recall``, ``f1``, ``roc_auc`` and ``average_precision`` are those of the second.
    With more, ``precision_weighted``, ``recall_weighted``, ``f1_weighted`` weigh classes by their rows, ``f1_macro``
    does not, and ``roc_auc`` is one against the rest, weighted.
    """
    actual, predicted = rows.actual, rows.predicted
    present = np.unique(actual)
    found = {
        "accuracy": float((actual == predicted).mean()),
        "balanced_accuracy": float(np.mean([(predicted[actual == c] == c).mean() for c in present])),
        "matthews_corrcoef": float(metrics.matthews_corrcoef(actual, predicted)),
    }
    averages = {"": "binary"} if rows.is_binary else {"_weighted": "weighted", "_macro": "macro"}
    for suffix, average in averages.items():
        options: dict[str, Any] = {"average": average, "zero_division": 0}
        options |= {} if rows.is_binary else {"labels": np.arange(len(rows.names))}
        if average == "macro":
            options["labels"] = np.union1d(actual, predicted)
        precision, recall, f1, _support = metrics.precision_recall_fscore_support(actual, predicted, **options)
        found |= {f"precision{suffix}": float(precision), f"recall{suffix}": float(recall), f"f1{suffix}": float(f1)}
    if rows.shares is None:
        return found, []
    found["log_loss"] = _log_loss(actual, rows.shares)
    if len(present) < 2:
        return found, [
            _(
                "All rows evaluated are {name!r}: roc_auc and average_precision are left out.",
                name=rows.names[present[0]],
            )
        ]
    weights = [(actual == c).mean() for c in present] if not rows.is_binary else [1.0]
    against = present if not rows.is_binary else [1]
    for name, score in (("roc_auc", metrics.roc_auc_score), ("average_precision", metrics.average_precision_score)):
        values = [score(actual == c, rows.shares[:, c]) for c in against]
        found[name] = float(np.average(values, weights=weights))
    return found, []


def curves(rows: Classified) -> tuple[Curve, ...]:
    """ROC and precision-recall (of up to 10 classes), and for two classes calibration, lift and gain."""
    if rows.shares is None or len(np.unique(rows.actual)) < 2:
        return ()
    drawn: list[Curve] = []
    counts = np.bincount(rows.actual, minlength=len(rows.names))
    chosen = [1] if rows.is_binary else sorted(np.argsort(-counts, kind="stable")[:CURVED_CLASSES])
    for c in (c for c in chosen if counts[c]):
        hits, share, name = rows.actual == c, rows.shares[:, c], rows.names[c]
        false, true, _ = metrics.roc_curve(hits, share)
        drawn.append(thinned("roc", name, false, true, declared("False positive rate"), declared("True positive rate")))
        precision, recall, _ = metrics.precision_recall_curve(hits, share)
        drawn.append(thinned("precision_recall", name, recall[::-1], precision[::-1], "Recall", "Precision"))
    if rows.is_binary:
        hits, share, name = rows.actual == 1, rows.shares[:, 1], rows.names[1]
        reached, caught = gain(hits, share)
        drawn.append(_calibration(hits, share, name))
        drawn.append(
            thinned(
                "gain", name, reached, caught, declared("Share of rows, best first"), declared("Share of class found")
            )
        )
        lift = caught[1:] / reached[1:]
        drawn.append(thinned("lift", name, reached[1:], lift, declared("Share of rows, best first"), declared("Lift")))
    return tuple(drawn)


def confusion(rows: Classified) -> dict[str, Any]:
    """Counts with a row for each actual class and a column for each predicted one; rare classes join beyond 50."""
    names, actual, predicted = rows.names, rows.actual, rows.predicted
    if len(names) > SHOWN_CLASSES:
        counts = np.bincount(actual, minlength=len(names)) + np.bincount(predicted, minlength=len(names))
        kept = np.sort(np.argsort(-counts, kind="stable")[: SHOWN_CLASSES - 1])
        place = np.full(len(names), len(kept))
        place[kept] = np.arange(len(kept))
        names, actual, predicted = [*(names[i] for i in kept), "other classes"], place[actual], place[predicted]
    matrix = metrics.confusion_matrix(actual, predicted, labels=np.arange(len(names)))
    return {"labels": list(names), "matrix": matrix.tolist()}


def by_class(rows: Classified) -> dict[str, list[Any]]:
    """Precision, recall, f1 and rows of each of up to 50 classes, commonest first."""
    every = np.arange(len(rows.names))
    found = metrics.precision_recall_fscore_support(rows.actual, rows.predicted, labels=every, zero_division=0)
    order = np.argsort(-found[3], kind="stable")[:SHOWN_CLASSES]
    columns = {n: [float(v) for v in found[i][order]] for i, n in enumerate(("precision", "recall", "f1"))}
    return {"class": [rows.names[i] for i in order], **columns, "rows": [int(v) for v in found[3][order]]}


def _log_loss(actual: np.ndarray, shares: np.ndarray) -> float:
    tiny = np.finfo(np.float64).eps
    own = shares[np.arange(len(actual)), actual]
    return float(-np.log(np.clip(own, tiny, 1 - tiny)).mean())


def _calibration(hits: np.ndarray, share: np.ndarray, name: str) -> Curve:
    bins = np.clip((share * CALIBRATION_BINS).astype(int), 0, CALIBRATION_BINS - 1)
    kept = [b for b in range(CALIBRATION_BINS) if (bins == b).any()]
    x, y = [share[bins == b].mean() for b in kept], [hits[bins == b].mean() for b in kept]
    return thinned(
        "calibration",
        name,
        np.array(x),
        np.array(y),
        declared("Mean predicted probability"),
        declared("Share of class"),
    )
