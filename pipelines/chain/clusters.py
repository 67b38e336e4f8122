"""Rows assigned to clusters: by the estimator itself, or by a rule where it has none for new rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

import numpy as np
from scipy.spatial import KDTree
from scipy.spatial.distance import cdist
from sklearn.base import BaseEstimator, ClusterMixin, clone

NOISE = -1
POWERS = {"euclidean": 2.0, "manhattan": 1.0, "chebyshev": float("inf")}

Rule = Literal["core", "density", "nearest"]


def first_rows(rows: np.ndarray, n_clusters: int, random_state: object = None) -> np.ndarray:
    """The first rows, as the first centres of k-means."""
    return rows[:n_clusters].copy()


def distances(estimator: Any, rows: np.ndarray) -> np.ndarray | None:
    """The distance of each row to each centre; None where the estimator has no centres of a number that was asked for.

    Each pair is measured by itself, so that a row's distances are the same alone and among others.
    """
    if not hasattr(estimator, "cluster_centers_") or not hasattr(estimator, "n_clusters"):
        return None
    return np.asarray(cdist(rows, estimator.cluster_centers_))


class Assigning(ClusterMixin, BaseEstimator):
    """A clustering estimator that knows the rows it was fitted on alone, with a rule for new ones.

    ``core`` (DBSCAN): the cluster of the nearest core row, if that is within ``eps``; else noise, -1.
    ``density`` (HDBSCAN): what the nearest training row is; noise if it is further from it than any training row of
    that cluster is from its ``min_samples``-th neighbour.
    ``nearest``: what the nearest training row is.

    A training row scored again gets what it had when fitted, but for the edge rows of DBSCAN between two clusters, of
    which the fit takes the first that reaches them and the rule the nearer, and for equal rows that the fit told apart.
    """

    def __init__(self, estimator: Any, rule: Rule) -> None:
        self.estimator = estimator
        self.rule = rule

    def fit(self, X: np.ndarray, y: object = None, sample_weight: np.ndarray | None = None) -> Self:
        fitted = clone(self.estimator)
        fitted.fit(X, **({} if sample_weight is None else {"sample_weight": sample_weight}))
        self.labels_ = np.asarray(fitted.labels_, dtype=np.int64)
        kept = fitted.core_sample_indices_ if self.rule == "core" else np.arange(len(X))
        self.rows_, self.clusters_ = np.array(X[kept], dtype=np.float64), self.labels_[kept]
        self.reach_ = self._reach()
        return self

    def predict(self, X: np.ndarray) -> np.ndarray:
        if not len(self.rows_):
            return np.full(len(X), NOISE)
        if not hasattr(self, "tree"):
            self.tree = KDTree(self.rows_)
        away, nearest = self.tree.query(X, p=POWERS[self._parameters.get("metric", "euclidean")])
        found = self.clusters_[nearest]
        return np.where(away <= self.reach_[nearest], found, NOISE)

    @property
    def _parameters(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.estimator.get_params()
        return found

    def _reach(self) -> np.ndarray:
        """How far from each kept row a new one may be."""
        if self.rule == "core":
            return np.full(len(self.rows_), float(self._parameters["eps"]))
        if self.rule == "nearest":
            return np.full(len(self.rows_), np.inf)
        neighbours = min(self._parameters["min_samples"] or self._parameters["min_cluster_size"], len(self.rows_))
        power = POWERS[self._parameters.get("metric", "euclidean")]
        core = KDTree(self.rows_).query(self.rows_, k=[neighbours], p=power)[0][:, 0]
        widest = {c: float(core[self.clusters_ == c].max()) for c in np.unique(self.clusters_).tolist()}
        return np.array([widest[c] for c in self.clusters_.tolist()])

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in super().__getstate__().items() if k != "tree"}
