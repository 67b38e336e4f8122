"""Lines to plot, kept short enough to travel."""

from __future__ import annotations

import numpy as np

from pipelines.steps.base import Curve

POINTS = 200


def thinned(
    kind: str, name: str, x: np.ndarray, y: np.ndarray, x_label: str, y_label: str, points: int = POINTS
) -> Curve:
    """A curve of at most ``points`` of the points given, evenly along the line, with the first and the last."""
    if len(x) > points:
        width, height = np.ptp(x) or 1.0, np.ptp(y) or 1.0
        along = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x) / width, np.diff(y) / height))])
        chosen = np.unique(np.searchsorted(along, np.linspace(0, along[-1], points)).clip(0, len(x) - 1))
        chosen[-1] = len(x) - 1
        x, y = x[chosen], y[chosen]
    return Curve(kind, name, [float(v) for v in x], [float(v) for v in y], x_label, y_label)


def gain(hits: np.ndarray, share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The share of rows taken, best first, and the share of the class among them; ties come together."""
    order = np.argsort(-share, kind="stable")
    ends = np.concatenate([np.flatnonzero(np.diff(share[order])), [len(share) - 1]])
    caught = np.cumsum(hits[order])[ends] / hits.sum()
    return np.concatenate([[0.0], (ends + 1) / len(share)]), np.concatenate([[0.0], caught])
