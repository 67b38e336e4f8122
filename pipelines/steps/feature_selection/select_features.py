"""Select Features."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field
from sklearn.feature_selection import chi2, f_classif, f_regression, mutual_info_classif, mutual_info_regression

from pipelines.chain.predictor import target
from pipelines.chain.transformer import Transformer, numbers
from pipelines.columns import NUMERIC
from pipelines.errors import InputError
from pipelines.parameters import ColumnRule
from pipelines.schema import ColumnType, Role, TableSchema, column_type
from pipelines.steps.base import Behaviour, Step

FEW_CLASSES = 10


class KeepBest(Transformer):
    """The ``k`` of ``candidates`` that tell most about the label, and every column that is no candidate."""

    columns: ClassVar[tuple[str, ...]] = ()

    def __init__(self, candidates: list[str], score: str, k: int) -> None:
        self.candidates = candidates
        self.score = score
        self.k = k

    def learn(self, frame: pd.DataFrame, y: pd.Series | None) -> None:
        if y is None:
            raise InputError(
                "Features are chosen by what they tell about the label, and there is none.", fix="Put Set Label before."
            )
        known = y.notna().to_numpy()
        self.scores_: dict[str, float] = {}
        self.dropped_: list[str] = []
        if not self.candidates:
            return
        if not known.any():
            raise InputError("The label is missing in every training row.", fix="Choose another label.")
        scores = self._scores(frame[known], y[known])
        self.scores_ = dict(zip(self.candidates, scores.tolist(), strict=True))
        order = np.argsort(np.where(np.isnan(scores), -np.inf, scores), kind="mergesort")
        self.dropped_ = [self.candidates[i] for i in sorted(order[: max(0, len(order) - self.k)])]

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        return X[[c for c in X.columns if c not in set(self.dropped_)]] if self.dropped_ else X

    def requires(self, outputs: set[str]) -> set[str]:
        return set(outputs)

    def _scores(self, frame: pd.DataFrame, y: pd.Series) -> np.ndarray:
        matrix = np.column_stack([_complete(frame[c]) for c in self.candidates])
        codes = [not column_type(frame[c]).is_numeric for c in self.candidates]
        classes = is_classes(y)
        if self.score == "chi2":
            self._require_countable(matrix, classes)
        labels = target(y, "classification" if classes else "regression")
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # a constant column has no score, and comes last
            try:
                return np.asarray(_score(self.score, classes, matrix, labels, codes), dtype=np.float64)
            except ValueError as error:
                few = f"{len(labels)} training rows are too few, or too alike, to choose features by: {error}"
                raise InputError(few.splitlines()[0].rstrip(".") + ".", fix="Use more rows.") from None

    def _require_countable(self, matrix: np.ndarray, classes: bool) -> None:
        if not classes:
            raise InputError(
                "chi2 compares classes, but the label holds numbers.", fix="Choose the score f or mutual_info."
            )
        negative = (matrix < 0).any(axis=0)
        if negative.any():
            raise InputError(
                f"chi2 takes counts, but column {self.candidates[int(negative.argmax())]!r} has values below 0.",
                fix="Choose the score f or mutual_info, or Normalize Data with minmax before.",
            )


class SelectFeatures(Step):
    """Keep the columns that tell most about the label.

    The same as sklearn.feature_selection.SelectKBest with f_classif or f_regression, mutual_info_* or chi2. A label of
    text, true/false or at most ten whole numbers is taken as classes. Columns not looked at stay. What is kept is
    learned from the training rows, and anew in every fold.
    """

    type: ClassVar[str] = "select_features"
    title: ClassVar[str] = "Select Features"
    category: ClassVar[str] = "Feature Selection"
    behaviour: ClassVar[Behaviour] = Behaviour.FITTED
    synonyms: ClassVar[tuple[str, ...]] = ("filter based feature selection", "SelectKBest", "ANOVA", "chi-squared")

    score: Literal["f", "mutual_info", "chi2"] = Field(
        "f", title="Score", description="f: linear relation. mutual_info: any relation. chi2: counts against classes."
    )
    k: int = Field(10, ge=1, le=100_000, title="Columns to keep", description="All are kept where there are no more.")
    columns: ColumnRule = Field(
        NUMERIC,
        title="Columns",
        description="The columns to choose from; text that is named is taken by category number.",
    )

    def build(self, schema: TableSchema) -> Transformer:
        names = list(dict.fromkeys(self.columns.select(schema)))
        label = next((n for n in names if schema[n].role is Role.LABEL), None)
        if label is not None:
            raise InputError(f"{label!r} is the label.", fix="Leave it out of the columns.")
        return KeepBest(names, self.score, self.k)


def is_classes(label: pd.Series) -> bool:
    """Whether a label tells classes apart: text, categories, true/false, or at most ten whole numbers."""
    kind = column_type(label)
    if not kind.is_numeric:
        return True
    values = label.unique()
    return len(values) <= FEW_CLASSES and all(float(v).is_integer() for v in values)


def _score(score: str, classes: bool, matrix: np.ndarray, labels: np.ndarray, codes: list[bool]) -> Any:
    match score, classes:
        case "f", True:
            return f_classif(matrix, labels)[0]
        case "f", False:
            return f_regression(matrix, labels)[0]
        case "chi2", _:
            return chi2(matrix, labels)[0]
        case _:
            informed = mutual_info_classif if classes else mutual_info_regression
            return informed(matrix, labels, discrete_features=np.array(codes), random_state=0)


def _complete(values: pd.Series) -> np.ndarray:
    """The column as numbers, text as category numbers; InputError where one is missing or infinite."""
    found = numbers(values) if column_type(values) is not ColumnType.CATEGORY else None
    if found is None:
        codes, _ = pd.factorize(values, sort=True)
        found = np.where(values.isna().to_numpy(), np.nan, codes)
    if not np.isfinite(found).all():
        what = "missing values" if np.isnan(found).any() else "an infinite number"
        raise InputError(
            f"Column {str(values.name)!r} has {what} in the training rows, so it cannot be scored.",
            fix="Put Clean Missing Data before, or leave the column out.",
        )
    return found
