"""Summarize Data."""

from __future__ import annotations

from collections.abc import Callable
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

MEASURES: dict[str, Callable[[pd.Series], Any]] = {
    "mean": lambda v: v.mean(),
    "mean deviation": lambda v: (v - v.mean()).abs().mean(),
    "standard deviation": lambda v: v.std(),
    "variance": lambda v: v.var(),
    "minimum": lambda v: v.min(),
    "first quartile": lambda v: v.quantile(0.25),
    "median": lambda v: v.median(),
    "third quartile": lambda v: v.quantile(0.75),
    "maximum": lambda v: v.max(),
    "range": lambda v: v.max() - v.min(),
    "skewness": lambda v: v.skew(),
    "kurtosis": lambda v: v.kurt(),
    **{f"P{p:g}": lambda v, p=p: v.quantile(p / 100) for p in PERCENTILES},  # type: ignore[misc]
}


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
        modes = present.mode() if len(present) else present
        described = {
            "column": name,
            "type": WORDS[kind],
            "count": len(present),
            "missing": len(values) - len(present),
            "unique": int(present.nunique()),
            "mode": as_text(modes.iloc[0]) if len(modes) else None,
            "mode count": int((present == modes.iloc[0]).sum()) if len(modes) else 0,
        }
        found = numbers(array_of(values)) if kind.is_numeric or kind is ColumnType.BOOLEAN else None
        plain = None if found is None else pd.Series(found, dtype=np.float64).dropna()
        measured = {m: np.nan if plain is None or plain.empty else of(plain) for m, of in MEASURES.items()}
        timed = kind is ColumnType.DATETIME and len(present) > 0
        ends = {"earliest": str(present.min()) if timed else None, "latest": str(present.max()) if timed else None}
        return described | measured | ends
