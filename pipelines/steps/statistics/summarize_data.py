"""Summarize Data."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pandas as pd
from pydantic import Field

from pipelines.chain.conform import as_text
from pipelines.chain.transformer import array_of, numbers
from pipelines.columns import EVERY
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import ColumnRule
from pipelines.schema import ColumnType
from pipelines.steps.base import Example, Report
from pipelines.steps.checks import WORDS
from pipelines.steps.statistics.statistic import Found, Statistic, columns_of
from pipelines.table import Table

PERCENTILES = (0.5, 1.0, 5.0, 95.0, 99.5)

QUARTILES = {"first quartile": 25.0, "median": 50.0, "third quartile": 75.0}
MEASURES = (
    *("mean", "mean deviation", "standard deviation", "variance", "minimum", *QUARTILES, "maximum", "range"),
    *("skewness", "kurtosis", *(f"P{p:g}" for p in PERCENTILES)),
)


class SummarizeData(Statistic):
    """Describe every column: counts, missing and distinct values, mean, quartiles, spread, shape.

    The same as pandas' count, nunique, mean, std, quantile, skew, kurt and mode: variance and deviation of a sample
    (divided by n - 1), skewness and excess kurtosis without bias. Of values that are equally frequent the smallest is
    named.
    """

    type: ClassVar[str] = "summarize_data"
    title: ClassVar[str] = "Summarize Data"
    synonyms: ClassVar[tuple[str, ...]] = (
        "describe",
        "descriptive statistics",
        "mean",
        "quartiles",
        "profile",
        "skewness",
    )
    known_as: ClassVar[tuple[str, ...]] = ("Summarize Data", "Compute Elementary Statistics")
    equivalent: ClassVar[str] = "table.describe(include='all').T"
    example: ClassVar[Example | None] = Example(
        params={}, table="fuel,doors,price\ngas,2,10200\ngas,4,11900\ngas,4,\ndiesel,4,15100\n"
    )

    columns: ColumnRule = Field(EVERY, title="Columns", description="The columns to describe; all features by default.")

    def find(self, table: Table) -> Found:
        names = list(dict.fromkeys(self.columns.select(table.schema)))
        if self.columns == EVERY:
            names = table.schema.names
        if not names:
            raise InputError(_("There is no column to describe."), fix=_("Choose columns."))
        frame = pd.DataFrame([self._describe(table, n) for n in names])
        if frame["earliest"].isna().all():
            frame = frame.drop(columns=["earliest", "latest"])
        frame = frame.astype(dict.fromkeys(MEASURES, "float64"))
        return Found(frame, Report(tables={"summary": columns_of(frame)}))

    def _describe(self, table: Table, name: str) -> dict[str, Any]:
        values, kind = table.frame[name], table.schema[name].type
        present = values.dropna()
        counts = present.value_counts(sort=False)
        counts = counts[counts > 0]
        modes = pd.Series(counts.index[counts == counts.max()]).mode() if len(counts) else present
        described = {
            "column": name,
            "type": WORDS[kind],
            "count": len(present),
            "missing": len(values) - len(present),
            "unique": len(counts),
            "mode": as_text(modes.iloc[0]) if len(modes) else None,
            "mode count": int(counts.max()) if len(counts) else 0,
        }
        found = numbers(array_of(values)) if kind.is_numeric or kind is ColumnType.BOOLEAN else None
        plain = None if found is None else pd.Series(found, dtype=np.float64).dropna()
        measured = dict.fromkeys(MEASURES, np.nan) if plain is None or plain.empty else _measured(plain)
        timed = kind is ColumnType.DATETIME and len(present) > 0
        ends = {"earliest": str(present.min()) if timed else None, "latest": str(present.max()) if timed else None}
        return described | measured | ends


def _measured(values: pd.Series) -> dict[str, float]:
    """The measures of numbers, none of them missing, in the order of ``MEASURES``."""
    asked = QUARTILES | {f"P{p:g}": p for p in PERCENTILES}
    quantiles = dict(zip(asked, values.quantile([p / 100 for p in asked.values()]), strict=True))
    mean, variance, low, high = values.mean(), values.var(), values.min(), values.max()
    found = quantiles | {
        "mean": mean,
        "mean deviation": (values - mean).abs().mean(),
        "standard deviation": np.sqrt(variance),
        "variance": variance,
        "minimum": low,
        "maximum": high,
        "range": high - low,
        "skewness": values.skew(),
        "kurtosis": values.kurt(),
    }
    return {measure: float(found[measure]) for measure in MEASURES}
