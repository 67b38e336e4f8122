"""Correlation."""

from __future__ import annotations

from itertools import combinations
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field
from scipy import stats

from pipelines.columns import NUMERIC
from pipelines.errors import InputError
from pipelines.messages import Message, _
from pipelines.parameters import ColumnRule
from pipelines.steps.base import Example, HeatMap, Report
from pipelines.steps.statistics import values, wording
from pipelines.steps.statistics.statistic import Found, Statistic, columns_of
from pipelines.table import Table

Method = Literal["pearson", "spearman", "kendall"]
TESTS: dict[str, Any] = {"pearson": stats.pearsonr, "spearman": stats.spearmanr, "kendall": stats.kendalltau}
MOST_COLUMNS = 300
MOST_DRAWN = 60
LISTED = 100
STRONG = 0.9


class Correlation(Statistic):
    """Measure how far each pair of numeric columns goes up and down together, with a heat map.

    The same as pandas.DataFrame.corr: each pair is compared on the rows that have both values. p-values are those of
    scipy.stats.pearsonr, spearmanr and kendalltau. The label and ids take part where they are named.
    """

    type: ClassVar[str] = "correlation"
    title: ClassVar[str] = "Correlation"
    synonyms: ClassVar[tuple[str, ...]] = ("correlation matrix", "heat map", "Pearson", "Spearman", "Kendall tau", "r")
    known_as: ClassVar[tuple[str, ...]] = ("Compute Linear Correlation",)
    equivalent: ClassVar[str] = "table.corr(method='pearson', numeric_only=True)"
    example: ClassVar[Example | None] = Example(
        params={}, table="power,weight,consumption\n60,900,5\n75,1100,6\n90,1200,7\n110,1500,9\n150,1700,11\n"
    )

    method: Method = Field(
        "pearson", title="Method", description="pearson: on a line. spearman, kendall: in the same order, by ranks."
    )
    columns: ColumnRule = Field(NUMERIC, title="Columns", description="The numbers to compare.")

    def find(self, table: Table) -> Found:
        names = list(dict.fromkeys(self.columns.select(table.schema)))
        if len(names) < 2 or len(names) > MOST_COLUMNS:
            raise InputError(
                _("{count} columns of numbers are chosen.", count=len(names)),
                fix=_("Choose from 2 to {most} columns of numbers.", most=MOST_COLUMNS),
            )
        if len(table.frame) < 2:
            raise InputError(_("There are fewer than two rows to compare."), fix=_("Use more rows."))
        frame = pd.DataFrame({n: values.floats(table, n, "A correlation") for n in names}, copy=False)
        matrix = frame.corr(method=self.method, min_periods=2)
        pairs = self._pairs(frame, matrix)
        shown = names[:MOST_DRAWN]
        cells = [[None if np.isnan(v) else float(v) for v in row] for row in matrix.loc[shown, shown].to_numpy()]
        result = matrix.reset_index(names=_free("column", names))
        report = Report(
            tables={"pairs": columns_of(pairs)} if len(pairs) else {},
            heat_maps=(HeatMap(f"correlation_{self.method}", shown, shown, cells, -1.0, 1.0),),
            conclusions=_said(pairs),
        )
        return Found(result, report, self._notes(matrix, names))

    def _pairs(self, frame: pd.DataFrame, matrix: pd.DataFrame) -> pd.DataFrame:
        """The closest pairs first, at most 100, with their rows and p-value."""
        r = matrix.to_numpy()
        places = combinations(enumerate(matrix.columns), 2)
        found = [(a, b, float(r[i, j])) for (i, a), (j, b) in places]
        found = sorted((f for f in found if not np.isnan(f[2])), key=lambda f: -abs(f[2]))[:LISTED]
        rows, chances = [], []
        present = {n: frame[n].notna().to_numpy() for n in {n for a, b, _r in found for n in (a, b)}}
        for a, b, _r in found:
            both = present[a] & present[b]
            one, two = (frame[n].to_numpy() if both.all() else frame[n].to_numpy()[both] for n in (a, b))
            rows.append(len(one))
            chances.append(float(TESTS[self.method](one, two).pvalue) if len(one) > 2 else np.nan)
        return pd.DataFrame(
            {
                "first": [f[0] for f in found],
                "second": [f[1] for f in found],
                "correlation": [f[2] for f in found],
                "p value": chances,
                "rows": rows,
            }
        )

    def _notes(self, matrix: pd.DataFrame, names: list[str]) -> tuple[str, ...]:
        constant = [n for n, r in zip(names, np.diag(matrix.to_numpy()), strict=True) if np.isnan(r)]
        if not constant:
            return ()
        shown = ", ".join(constant[: values.SHOWN])
        return (_("These columns hold one value or none, so they have no correlation: {names}.", names=shown),)


def _said(pairs: pd.DataFrame) -> tuple[Message, ...]:
    if pairs.empty:
        return ()
    first = pairs.iloc[0]
    given = {"one": first["first"], "two": first["second"], "r": wording.number(first["correlation"])}
    if first["correlation"] > 0:
        said = [_("{one} and {two} go together most closely: {r}.", **given)]
    else:
        said = [_("{one} and {two} go together most closely, one up as the other goes down: {r}.", **given)]
    alike = int((pairs["correlation"].abs() >= STRONG).sum())
    if alike:
        said.append(
            _("Pairs at {strong} or beyond: {count}. Such columns tell nearly the same.", strong=STRONG, count=alike)
        )
    return tuple(said)


def _free(name: str, taken: list[str]) -> str:
    while name in taken:
        name += "_"
    return name
