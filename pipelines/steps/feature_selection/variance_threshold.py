"""Variance Threshold."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pandas as pd
from pydantic import Field

from pipelines.chain.transformer import Transformer
from pipelines.columns import NUMERIC
from pipelines.parameters import ColumnRule
from pipelines.schema import TableSchema
from pipelines.steps.base import Behaviour, Example, Report, Step
from pipelines.steps.checks import require_numeric
from pipelines.steps.feature_selection import keep


class KeepVarying(keep.Keep):
    """The ``candidates`` that vary more than ``threshold``, and every other column."""

    def __init__(self, candidates: list[str], threshold: float) -> None:
        self.candidates = candidates
        self.threshold = threshold

    def learn(self, frame: pd.DataFrame, y: pd.Series | None) -> None:
        self.scores_ = {c: _variance(keep.complete(frame[c], gaps=True)) for c in self.candidates}
        self.dropped_ = [c for c, v in self.scores_.items() if not v > self.threshold]


class VarianceThreshold(Step):
    """Drop columns of numbers that hardly vary; at 0, those that hold one value only.

    The same as sklearn.feature_selection.VarianceThreshold: the variance is the population's, missing values are passed
    by. A column without any value is dropped.
    """

    type: ClassVar[str] = "variance_threshold"
    title: ClassVar[str] = "Variance Threshold"
    category: ClassVar[str] = "Feature Selection"
    behaviour: ClassVar[Behaviour] = Behaviour.FITTED
    synonyms: ClassVar[tuple[str, ...]] = ("constant columns", "low variance", "zero variance")
    equivalent: ClassVar[str] = "sklearn.feature_selection.VarianceThreshold(0.0).fit_transform(table)"
    example: ClassVar[Example | None] = Example(params={}, table="power,wheels\n60,4\n75,4\n90,4\n110,4\n")

    threshold: float = Field(
        0.0, ge=0, title="Variance", description="A column that varies no more than this is dropped."
    )
    columns: ColumnRule = Field(NUMERIC, title="Columns", description="The columns to choose from.")

    def build(self, schema: TableSchema) -> Transformer:
        names = keep.candidates(self.columns.select(schema), schema)
        require_numeric(schema, names, "A variance")
        return KeepVarying(names, self.threshold)

    def report(self, link: Any) -> Report | None:
        return keep.scores_report(link, "variance")


def _variance(values: np.ndarray) -> float:
    """The variance; exactly 0 where all values are one, whatever rounding says."""
    present = values[~np.isnan(values)]
    return float("nan") if not len(present) else 0.0 if np.ptp(present) == 0 else float(present.var())
