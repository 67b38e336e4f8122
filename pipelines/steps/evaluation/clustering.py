"""How well clusters are told apart by the columns they were made from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.spatial.distance import cdist
from sklearn import metrics

from pipelines.chain.clusters import NOISE
from pipelines.messages import _

SAMPLED_ROWS = 2000


def measure(matrix: np.ndarray, clusters: np.ndarray) -> tuple[dict[str, float], list[str]]:
    """Silhouette (on up to 2,000 rows), Davies-Bouldin and Calinski-Harabasz, and notes on what is left out.

    Rows in no cluster, -1, are left out of all three.
    """
    notes: list[str] = []
    grouped = clusters != NOISE
    if not grouped.all():
        lost, rows = int((~grouped).sum()), len(grouped)
        notes.append(
            _(
                "{count:,} of {rows:,} rows are in no cluster (-1): no metric counts them.",
                count=lost,
                rows=rows,
            )
        )
        matrix, clusters = matrix[grouped], clusters[grouped]
    found: dict[str, float] = {"n_clusters": float(len(np.unique(clusters)))}
    if notes:
        found["noise_rows"] = float((~grouped).sum())
    if not 2 <= len(np.unique(clusters)) < len(clusters) or not matrix.shape[1]:
        return found, [*notes, _("The rows are in one cluster, or each in its own: the other metrics are left out.")]
    found["davies_bouldin"] = float(metrics.davies_bouldin_score(matrix, clusters))
    found["calinski_harabasz"] = float(metrics.calinski_harabasz_score(matrix, clusters))
    chosen = np.arange(len(clusters))
    if len(chosen) > SAMPLED_ROWS:
        chosen = np.random.default_rng(0).choice(chosen, SAMPLED_ROWS, replace=False)
    if 2 <= len(np.unique(clusters[chosen])) < len(chosen):
        found["silhouette"] = float(metrics.silhouette_score(matrix[chosen], clusters[chosen]))
    return found, notes


def by_cluster(matrix: np.ndarray, clusters: np.ndarray) -> tuple[dict[str, list[Any]], dict[str, float]]:
    """Rows and distances of each cluster, and the same of all rows together.

    Distances are to the mean of the rows of a cluster: on average to its own, on average to those of the others, and
    the largest to its own. Rows in no cluster, -1, come last and are at no distance.
    """
    names = [int(c) for c in np.unique(clusters) if c != NOISE]
    own, other = np.full(len(clusters), np.nan), np.full(len(clusters), np.nan)
    if names and matrix.shape[1]:
        centres = np.array([matrix[clusters == c].mean(axis=0) for c in names])
        away = cdist(matrix, centres)
        for place, name in enumerate(names):
            mine = clusters == name
            own[mine] = away[mine, place]
            if len(names) > 1:
                other[mine] = np.delete(away[mine], place, axis=1).mean(axis=1)
    every = names + ([NOISE] if (clusters == NOISE).any() else [])
    parts = [clusters == c for c in every]
    table: dict[str, list[Any]] = {
        "cluster": every,
        "rows": [int(p.sum()) for p in parts],
        "distance_to_centre": [_or_none(np.mean, own[p]) for p in parts],
        "distance_to_other_centres": [_or_none(np.mean, other[p]) for p in parts],
        "max_distance_to_centre": [_or_none(np.max, own[p]) for p in parts],
    }
    grouped = clusters != NOISE
    found = {
        "distance_to_centre": _or_none(np.mean, own[grouped]),
        "distance_to_other_centres": _or_none(np.mean, other[grouped]),
        "max_distance_to_centre": _or_none(np.max, own[grouped]),
    }
    return table, {n: v for n, v in found.items() if v is not None}


def _or_none(of: Callable[[np.ndarray], Any], values: np.ndarray) -> float | None:
    return float(of(values)) if len(values) and np.isfinite(values).all() else None
