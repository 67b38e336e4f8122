"""Cross Table."""

from __future__ import annotations

from typing import ClassVar, Literal

import pandas as pd
from pydantic import Field

from pipelines.messages import _
from pipelines.parameters import ColumnName
from pipelines.steps.base import Example, HeatMap, Report
from pipelines.steps.statistics import contingency, wording
from pipelines.steps.statistics.statistic import Found, Statistic, columns_of
from pipelines.table import Table

MOST_DRAWN = 40
TOTAL = "total"


class CrossTable(Statistic):
    """Count the rows for each pair of values of two columns, and say whether the two have to do with each other.

    The same as pandas.crosstab, with scipy.stats.chi2_contingency and Cramér's V beside it.
    """

    type: ClassVar[str] = "cross_table"
    title: ClassVar[str] = "Cross Table"
    synonyms: ClassVar[tuple[str, ...]] = ("contingency table", "crosstab", "Cramér's V", "two-way table", "frequency")
    equivalent: ClassVar[str] = "pandas.crosstab(table['fuel'], table['doors'], margins=True)"
    example: ClassVar[Example | None] = Example(
        params={"rows": "fuel", "columns": "doors"},
        table="fuel,doors\ngas,two\ngas,four\ngas,two\ngas,two\ndiesel,four\ndiesel,four\n",
    )

    rows: ColumnName = Field(title="Down", description="The column whose values stand down the side.")
    columns: ColumnName = Field(title="Across", description="The column whose values stand across the top.")
    show: Literal["counts", "row percent", "column percent", "total percent"] = Field(
        "counts", title="Show", description="Rows, or percent of those in a line, in a column or in all."
    )
    margins: bool = Field(True, title="Totals", description="Add a line and a column of totals.")
    alpha: float = Field(
        0.05, gt=0, lt=1, title="Significance level", description="Below this p-value a relation counts as found."
    )

    def find(self, table: Table) -> Found:
        counts, gaps = contingency.counts(table, self.rows, self.columns)
        shown = self._shown(counts)
        frame = shown.rename_axis(index=None, columns=None).reset_index(names=_unlike(self.rows, shown.columns))
        found = contingency.associated(counts, 1 - self.alpha, correction=False)
        said = contingency.conclusions(found, self.rows, self.columns, self.alpha) if found else ()
        if found:
            said += (
                _(
                    "Chi-squared is {statistic} with {df} degrees of freedom, from {rows:,} rows.",
                    statistic=wording.number(found.statistic),
                    df=found.degrees_of_freedom,
                    rows=int(counts.to_numpy().sum()),
                ),
            )
        report = Report(tables={"cross table": columns_of(frame)}, heat_maps=self._picture(counts), conclusions=said)
        return Found(frame, report, contingency.notes(found, gaps))

    def _shown(self, counts: pd.DataFrame) -> pd.DataFrame:
        """The counts as asked for, with a line and a column of totals where these are asked for too."""
        right, below = _unlike(TOTAL, counts.columns), _unlike(TOTAL, counts.index)
        whole = counts.assign(**{right: counts.sum(axis=1)})
        whole = pd.concat([whole, whole.sum().to_frame(below).T])
        match self.show:
            case "row percent":
                whole = 100 * whole.div(whole[right], axis=0)
            case "column percent":
                whole = 100 * whole.div(whole.loc[below], axis=1)
            case "total percent":
                whole = 100 * whole / counts.to_numpy().sum()
        return whole if self.margins else whole.iloc[:-1, :-1]

    def _picture(self, counts: pd.DataFrame) -> tuple[HeatMap, ...]:
        if max(counts.shape) > MOST_DRAWN:
            return ()
        shares = (100 * counts.div(counts.sum(axis=1), axis=0)).round(4)
        down, across = [str(v) for v in counts.index], [str(v) for v in counts.columns]
        name = f"{self.columns} in each {self.rows}, percent"
        return (HeatMap(name, down, across, shares.to_numpy().tolist(), 0.0, 100.0),)


def _unlike(name: str, taken: pd.Index) -> str:
    while name in taken:
        name += "_"
    return name
