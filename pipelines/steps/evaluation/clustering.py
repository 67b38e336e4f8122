"""How well clusters are told apart by the columns they were made from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn import metrics

SAMPLED_ROWS = 2000


def measure(matrix: np.ndarray, clusters: np.ndarray) -> tuple[dict[str, float], list[str]]:
    """Silhouette (on up to 2,000 rows), Davies-Bouldin and Calinski-Harabasz, and notes on what is left out."""
    found: dict[str, float] = {"n_clusters": float(len(np.unique(clusters)))}
    if not 2 <= len(np.unique(clusters)) < len(clusters) or not matrix.shape[1]:
        return found, ["The rows are in one cluster, or each in its own: the other metrics are left out."]
    found["davies_bouldin"] = float(metrics.davies_bouldin_score(matrix, clusters))
    found["calinski_harabasz"] = float(metrics.calinski_harabasz_score(matrix, clusters))
    chosen = np.arange(len(clusters))
    if len(chosen) > SAMPLED_ROWS:
        chosen = np.random.default_rng(0).choice(chosen, SAMPLED_ROWS, replace=False)
    if 2 <= len(np.unique(clusters[chosen])) < len(chosen):
        found["silhouette"] = float(metrics.silhouette_score(matrix[chosen], clusters[chosen]))
    return found, []


def sizes(clusters: pd.Series) -> dict[str, list[Any]]:
    """The rows of each cluster."""
    counts = clusters.value_counts().sort_index()
    return {"cluster": [int(c) for c in counts.index], "rows": [int(n) for n in counts]}
