"""Few rows through a fitted estimator, without the threads and checks that only many rows repay.

The trees are the estimator's own and are added up in its own order, and linear models multiply as theirs do, so that
the numbers are the same to the last bit.
Where an estimator is not known here, or was fitted in a way not foreseen, its own methods answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge

Score = Callable[[np.ndarray], np.ndarray]
FLOAT32_MAX = float(np.finfo(np.float32).max)


def small_batch(estimator: Any) -> Score | None:
    """``predict_proba`` (of a classifier) or ``predict`` for few rows, finite or missing; None: use its own."""
    if type(estimator) in (RandomForestClassifier, RandomForestRegressor) and estimator.n_outputs_ == 1:
        return _forest(estimator)
    if type(estimator) in (HistGradientBoostingClassifier, HistGradientBoostingRegressor):
        return _boosting(estimator)
    if type(estimator) in (LinearRegression, Ridge) and estimator.coef_.ndim == 1:
        return lambda matrix: matrix @ estimator.coef_ + estimator.intercept_
    if type(estimator) is LogisticRegression and len(estimator.classes_) == 2:
        return _logistic(estimator)
    return None


def _logistic(model: Any) -> Score:
    def score(matrix: np.ndarray) -> np.ndarray:
        second = special.expit((matrix @ model.coef_.T + model.intercept_).ravel())
        return np.vstack([1 - second, second]).T

    return score


def _forest(forest: Any) -> Score:
    trees = [e.tree_ for e in forest.estimators_]
    shape = (forest.n_classes_,) if isinstance(forest, RandomForestClassifier) else ()

    def score(matrix: np.ndarray) -> np.ndarray:
        rows = matrix.astype(np.float32, order="C")
        total = np.zeros((len(rows), *shape))
        for tree in trees:
            found = tree.predict(rows)
            total += found[:, : shape[0]] if shape else found.reshape(len(rows), -1)[:, 0]
        total /= len(trees)
        return total

    return score


def _boosting(booster: Any) -> Score | None:
    order = _column_order(booster)
    mapper, loss, start = booster._bin_mapper, booster._loss, booster._baseline_prediction
    if order is None or mapper is None:
        return None
    bitsets, positions = mapper.make_known_categories_bitsets()
    classifies = isinstance(booster, HistGradientBoostingClassifier)

    def score(matrix: np.ndarray) -> np.ndarray:
        rows = np.ascontiguousarray(matrix[:, order])
        raw = np.zeros((len(rows), booster.n_trees_per_iteration_), dtype=start.dtype, order="F")
        raw += start
        for trees in booster._predictors:
            for k, tree in enumerate(trees):
                raw[:, k] += tree.predict(rows, known_cat_bitsets=bitsets, f_idx_map=positions, n_threads=1)
        return loss.predict_proba(raw) if classifies else loss.link.inverse(raw.ravel())

    return score


def _column_order(booster: Any) -> np.ndarray | None:
    """The columns as the booster holds them (category numbers first), where it takes those numbers as they are."""
    if booster._preprocessor is None:
        return np.arange(booster.n_features_in_)
    categorical = np.asarray(booster.is_categorical_, dtype=bool)
    known = booster._preprocessor.named_transformers_["encoder"].categories_
    if any(not np.array_equal(c[~np.isnan(c)], np.arange((~np.isnan(c)).sum())) for c in known):
        return None
    return np.concatenate([np.flatnonzero(categorical), np.flatnonzero(~categorical)])
