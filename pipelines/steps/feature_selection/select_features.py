"""Select Features."""

from __future__ import annotations

import warnings
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from pipelines.chain.transformer import Transformer
from pipelines.columns import NUMERIC
from pipelines.errors import InputError
from pipelines.messages import _, ngettext
from pipelines.parameters import ColumnRule, Form
from pipelines.schema import TableSchema, column_type
from pipelines.steps.base import Behaviour, Example, Report, Step
from pipelines.steps.feature_selection import keep, scores
from pipelines.steps.feature_selection.scores import Score


class KeepBest(keep.Keep):
    """The ``k`` of ``candidates`` that tell most about the label, or those at ``threshold`` or above; all others."""

    def __init__(self, candidates: list[str], score: Score, k: int, threshold: float | None = None) -> None:
        self.candidates = candidates
        self.score = score
        self.k = k
        self.threshold = threshold

    def learn(self, frame: pd.DataFrame, y: pd.Series | None) -> None:
        rows, label = (frame, y) if self.score == "count" else keep.labelled(frame, y)
        self.scores_: dict[str, float] = {}
        self.dropped_: list[str] = []
        if not self.candidates:
            return
        found = _counts(rows, self.candidates) if label is None or self.score == "count" else self._scores(rows, label)
        self.scores_ = dict(zip(self.candidates, found.tolist(), strict=True))
        known = np.where(np.isnan(found), -np.inf, found)
        if self.threshold is not None:
            self.dropped_ = [n for n, v in zip(self.candidates, known, strict=True) if v < self.threshold]
            return
        order = np.argsort(known, kind="mergesort")
        self.dropped_ = [self.candidates[i] for i in sorted(order[: max(0, len(order) - self.k)])]

    def _scores(self, frame: pd.DataFrame, y: pd.Series) -> np.ndarray:
        matrix = np.column_stack([keep.complete(frame[c]) for c in self.candidates])
        codes = [not column_type(frame[c]).is_numeric for c in self.candidates]
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # a constant column has no score, and comes last
            try:
                return scores.scored(self.score, matrix, y, codes, self.candidates)
            except ValueError as error:
                raise InputError(
                    ngettext(
                        "{count} training row is too few to choose features by: {reason}.",
                        "{count:,} training rows are too few, or too alike, to choose features by: {reason}.",
                        count=len(y),
                        reason=str(error).splitlines()[0].rstrip("."),
                    ),
                    fix=_("Use more rows."),
                ) from None


def _counts(frame: pd.DataFrame, names: list[str]) -> np.ndarray:
    return frame[names].count().to_numpy(dtype=np.float64)


class SelectFeatures(Step):
    """Keep the columns that tell most about the label.

    Like sklearn.feature_selection.SelectKBest with f_classif or f_regression, mutual_info_* or chi2, and with the size
    of scipy.stats.pearsonr, spearmanr and kendalltau; fisher is the Fisher score of Gu, Li and Han (UAI 2011). A label
    of text, true/false or at most ten whole numbers is taken as classes. For pearson and spearman numbers stay numbers,
    and of three classes or more the correlation ratio is taken. Columns not looked at stay. What is kept is learned
    from the training rows, and anew in every fold. Azure keeps one column by default, ten are kept here.
    """

    type: ClassVar[str] = "select_features"
    title: ClassVar[str] = "Select Features"
    category: ClassVar[str] = "Feature Selection"
    behaviour: ClassVar[Behaviour] = Behaviour.FITTED
    release: ClassVar[int] = 2
    synonyms: ClassVar[tuple[str, ...]] = (
        "filter based feature selection", "SelectKBest", "ANOVA", "chi-squared", "Pearson", "Fisher score",
    )  # fmt: skip
    known_as: ClassVar[tuple[str, ...]] = ("Filter Based Feature Selection",)
    equivalent: ClassVar[str] = (
        "sklearn.feature_selection.SelectKBest(f_regression, k=1).fit(table[['power', 'doors']], table['price'])"
    )
    example: ClassVar[Example | None] = Example(
        params={"score": "pearson", "k": 1},
        table="power,doors,price\n60,4,9000\n75,2,11000\n90,4,13500\n110,4,15000\n150,2,21000\n",
        label="price",
    )

    score: Score = Field(
        "f",
        title="Score",
        description="f, pearson: a line. spearman, kendall: ranks. mutual_info: any relation. chi2, fisher: classes. "
        "count: how many values are not missing, whatever the label.",
    )
    keep: Literal["k", "threshold"] = Field(
        "k", title="Keep", description="k: a number of columns. threshold: those with a score as high or higher."
    )
    k: Annotated[int, Form(when={"keep": ("k",)})] = Field(
        10, ge=1, le=100_000, title="Columns to keep", description="All are kept where there are no more."
    )
    threshold: Annotated[float, Form(when={"keep": ("threshold",)})] = Field(
        0.1, title="Lowest score", description="A column with a lower score is dropped."
    )
    columns: ColumnRule = Field(
        NUMERIC,
        title="Columns",
        description="The columns to choose from; text that is named is taken by category number.",
    )

    def build(self, schema: TableSchema) -> Transformer:
        names = keep.candidates(self.columns.select(schema), schema)
        return KeepBest(names, self.score, self.k, self.threshold if self.keep == "threshold" else None)

    def report(self, link: Any) -> Report | None:
        return keep.scores_report(link, self.score)
