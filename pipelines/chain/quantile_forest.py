"""A forest that predicts a quantile of the label instead of its mean."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, MetaEstimatorMixin, RegressorMixin, clone

TOGETHER = 2_000_000  # members of leaves that are weighed at once


class QuantileForest(RegressorMixin, MetaEstimatorMixin, BaseEstimator):
    """Quantile regression forest (Meinshausen 2006) over a fitted ``forest`` of scikit-learn.

    A row is compared with the training rows in its leaves: each tree shares a weight of 1 among those of its leaf, and
    the prediction is the smallest label at which the weights reach the share ``quantile``. ``quantiles`` are others
    that are wanted of each row too.
    """

    def __init__(self, forest: Any, quantile: float = 0.5, quantiles: tuple[float, ...] = ()) -> None:
        self.forest = forest
        self.quantile = quantile
        self.quantiles = quantiles

    def fit(self, X: Any, y: np.ndarray, sample_weight: np.ndarray | None = None) -> Self:
        self.forest_ = clone(self.forest).fit(X, y, sample_weight)
        self.n_features_in_ = self.forest_.n_features_in_
        order = np.argsort(y, kind="stable")
        self.labels_ = np.asarray(y, dtype=np.float64)[order]
        self.weights_ = np.ones(len(order)) if sample_weight is None else np.asarray(sample_weight, dtype=float)[order]
        counts = [tree.tree_.node_count for tree in self.forest_.estimators_]
        self.offsets_ = np.cumsum([0, *counts[:-1]], dtype=np.int64)
        leaves = (self.forest_.apply(X)[order] + self.offsets_).T.ravel()
        places = np.tile(np.arange(len(order), dtype=np.int32), len(counts))
        self.members_ = places[np.argsort(leaves, kind="stable")]  # of each leaf in turn, by their label
        self.starts_ = np.concatenate([[0], np.cumsum(np.bincount(leaves, minlength=sum(counts)))])
        return self

    def predict(self, X: Any) -> np.ndarray:
        return self.predict_quantiles(X, [self.quantile])[:, 0]

    def predict_quantiles(self, X: Any, quantiles: Sequence[float]) -> np.ndarray:
        """A column for each of ``quantiles``."""
        leaves = self.forest_.apply(X).astype(np.int64) + self.offsets_
        sizes = (self.starts_[leaves + 1] - self.starts_[leaves]).sum(axis=1)
        ends = np.searchsorted(np.cumsum(sizes), np.arange(TOGETHER, sizes.sum() + TOGETHER, TOGETHER), side="right")
        cuts = np.unique([0, *np.minimum(np.maximum(ends, 1), len(leaves)), len(leaves)])
        return np.concatenate([self._quantiles(leaves[a:b], quantiles) for a, b in itertools.pairwise(cuts)])

    def _quantiles(self, leaves: np.ndarray, quantiles: Sequence[float]) -> np.ndarray:
        """The quantiles of each row, by the leaves that it falls into."""
        starts, sizes = self.starts_[leaves].ravel(), (self.starts_[leaves + 1] - self.starts_[leaves]).ravel()
        first = np.cumsum(sizes) - sizes
        leaf = np.repeat(np.arange(len(sizes)), sizes)
        members = self.members_[np.arange(len(leaf)) - first[leaf] + starts[leaf]]
        weight = self.weights_[members]
        shares = weight / np.bincount(leaf, weight, minlength=len(sizes))[leaf]
        rows = leaf // leaves.shape[1]
        order = np.lexsort((members, rows))
        reached = np.cumsum(shares[order])
        ends = np.cumsum(np.bincount(rows, minlength=len(leaves)))
        before = np.concatenate([[0.0], reached[ends[:-1] - 1]])
        wanted = before[:, None] + (reached[ends - 1] - before)[:, None] * np.asarray(quantiles)
        found = np.searchsorted(reached, wanted - 1e-9)
        return np.asarray(self.labels_[members[order[np.minimum(found, ends[:, None] - 1)]]])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags = self.forest.__sklearn_tags__().input_tags
        return tags
