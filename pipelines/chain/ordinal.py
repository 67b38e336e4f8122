"""Classes with an order, by a binary classifier for each step from one to the next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone

from pipelines.chain.conform import as_text
from pipelines.errors import InputError
from pipelines.messages import _


class OrdinalClassifier(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    """One copy of ``estimator`` for each class but the highest, which learns whether a row is above it.

    After E. Frank and M. Hall, "A simple approach to ordinal classification", ECML 2001: the probability of a class is
    that of being above the class below it, less that of being above itself. Where the copies contradict each other, so
    that this is below 0, it is 0, and the others are made to add up to 1. ``order`` holds the classes' texts from the
    lowest to the highest; empty: as they sort.
    """

    def __init__(self, estimator: Any, order: Sequence[str] = ()) -> None:
        self.estimator = estimator
        self.order = order

    def fit(self, X: Any, y: np.ndarray, sample_weight: np.ndarray | None = None) -> Self:
        self.classes_, codes = np.unique(y, return_inverse=True)
        self.ranks_ = self._ranks()
        rank = self.ranks_[codes]
        extra = {} if sample_weight is None else {"sample_weight": sample_weight}
        self.estimators_ = [
            clone(self.estimator).fit(X, rank > step, **extra) for step in range(len(self.classes_) - 1)
        ]
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        above = [e.predict_proba(X)[:, 1] for e in self.estimators_]
        edges = np.column_stack([np.ones_like(above[0]), *above, np.zeros_like(above[0])])
        shares = np.clip(edges[:, :-1] - edges[:, 1:], 0, None)
        return np.asarray((shares / shares.sum(axis=1, keepdims=True))[:, self.ranks_])

    def predict(self, X: Any) -> np.ndarray:
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags = self.estimator.__sklearn_tags__().input_tags
        return tags

    def _ranks(self) -> np.ndarray:
        """The place of each class in the order."""
        names = [as_text(c) for c in self.classes_.tolist()]
        if not self.order:
            return np.arange(len(names))
        absent = [n for n in names if n not in self.order]
        if absent:
            raise InputError(
                _("The order does not name the class {name!r}.", name=absent[0]),
                fix=_("Name every class of the label in order, from the lowest to the highest."),
            )
        known = [n for n in self.order if n in names]
        return np.array([known.index(n) for n in names])
