"""What a column tells about a label, as one number: the larger, the more."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.feature_selection import chi2, f_classif, f_regression, mutual_info_classif, mutual_info_regression

from pipelines.chain.predictor import target
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.schema import column_type

Score = Literal["f", "mutual_info", "chi2", "pearson", "spearman", "kendall", "fisher", "count"]
CORRELATIONS = ("pearson", "spearman", "kendall")
FEW_CLASSES = 10


def is_classes(label: pd.Series) -> bool:
    """Whether a label tells classes apart: text, categories, true/false, or at most ten whole numbers."""
    kind = column_type(label)
    if not kind.is_numeric:
        return True
    values = label.unique()
    return len(values) <= FEW_CLASSES and all(float(v).is_integer() for v in values)


def scored(score: Score, matrix: np.ndarray, y: pd.Series, codes: list[bool], names: list[str]) -> np.ndarray:
    """The score of each column of ``matrix``, NaN where it has none; ``codes`` marks category numbers."""
    if score in CORRELATIONS:
        return _correlations(score, matrix, y)
    classes = is_classes(y)
    if score in ("chi2", "fisher") and not classes:
        raise InputError(
            _("{score} compares classes, but the label holds numbers.", score=score),
            fix=_("Choose the score f, pearson or mutual_info."),
        )
    labels = target(y, "classification" if classes else "regression")
    match score, classes:
        case "f", True:
            found: Any = f_classif(matrix, labels)[0]
        case "f", False:
            found = f_regression(matrix, labels)[0]
        case "chi2", _any:
            _require_counts(matrix, names)
            found = chi2(matrix, labels)[0]
        case "fisher", _any:
            found = fisher(matrix, labels)
        case _:
            informed = mutual_info_classif if classes else mutual_info_regression
            found = informed(matrix, labels, discrete_features=np.array(codes), random_state=0)
    return np.asarray(found, dtype=np.float64)


def fisher(matrix: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The spread of the class means over the spread within the classes (Gu, Li and Han, UAI 2011, equation 3)."""
    between, within, middle = np.zeros(matrix.shape[1]), np.zeros(matrix.shape[1]), matrix.mean(axis=0)
    for label in np.unique(labels):
        rows = matrix[labels == label]
        between += len(rows) * (rows.mean(axis=0) - middle) ** 2
        within += len(rows) * rows.var(axis=0)
    return between / within


def _correlations(score: str, matrix: np.ndarray, y: pd.Series) -> np.ndarray:
    """The size of the correlation with a label of numbers or two classes; with more the correlation ratio."""
    if column_type(y).is_numeric:
        values = y.to_numpy(dtype=np.float64)
    else:
        values = np.unique(target(y, "classification"), return_inverse=True)[1].astype(np.float64)
        if len(np.unique(values)) > 2:
            return _ratios(score, matrix, values)
    of: Any = {"pearson": stats.pearsonr, "spearman": stats.spearmanr, "kendall": stats.kendalltau}[score]
    if len(values) < 2:
        raise ValueError("two rows are needed")
    return np.array([abs(of(column, values).statistic) for column in matrix.T])


def _ratios(score: str, matrix: np.ndarray, labels: np.ndarray) -> np.ndarray:
    if score == "kendall":
        raise InputError(
            _("kendall compares orders, but the label has more than two classes."),
            fix=_("Choose the score f, spearman or mutual_info."),
        )
    values = stats.rankdata(matrix, axis=0) if score == "spearman" else matrix
    over = fisher(values, labels)
    return np.sqrt(over / (1 + over))


def _require_counts(matrix: np.ndarray, names: list[str]) -> None:
    negative = (matrix < 0).any(axis=0)
    if negative.any():
        raise InputError(
            _("chi2 takes counts, but column {column!r} has values below 0.", column=names[int(negative.argmax())]),
            fix=_("Choose the score f or mutual_info, or Normalize Data with minmax before."),
        )
