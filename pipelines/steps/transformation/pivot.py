"""Pivot."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pandas as pd
from pydantic import Field

from pipelines.chain.conform import as_text
from pipelines.datasets.normalise import normalise
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import ColumnName, ColumnRule
from pipelines.steps.base import Behaviour, Context, Example, Inputs, Output, Step
from pipelines.steps.checks import require_whole
from pipelines.steps.names import free
from pipelines.steps.transformation.aggregation import Function, aggregate
from pipelines.steps.transformation.group_and_aggregate import groups_of
from pipelines.table import Table

MOST_COLUMNS = 1000


class Pivot(Step):
    """Spread the values of a column over new columns, one for each category: from long to wide.

    Like DataFrame.pivot_table. The categories are those of the table, so it stands before Split Data, and a published
    model takes its columns as inputs. Rows without a category are left out; a combination without rows is missing.
    """

    type: ClassVar[str] = "pivot"
    title: ClassVar[str] = "Pivot"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.COMBINE
    synonyms: ClassVar[tuple[str, ...]] = ("pivot table", "long to wide", "spread", "crosstab", "reshape", "unstack")
    equivalent: ClassVar[str] = (
        'table.pivot_table(index="city", columns="month", values="guests", aggfunc="sum").reset_index()'
    )
    example: ClassVar[Example | None] = Example(
        params={"index": ["city"], "columns": "month", "values": "guests", "aggfunc": "sum"},
        table="city,month,guests\nOslo,may,12\nOslo,june,30\nLima,may,11\nLima,may,9\n",
    )

    index: ColumnRule = Field(title="Rows", description="Columns that say which rows go into one.")
    columns: ColumnName = Field(min_length=1, title="Columns", description="The column with the new columns' names.")
    values: ColumnName = Field("", title="Values", description="The column to spread. Empty: the number of rows.")
    aggfunc: Function = Field("mean", title="Function", description="What to make of several values.")
    fill_value: float | None = Field(
        None, title="Fill with", description="A number for combinations without rows. Empty: they stay missing."
    )

    def run(self, inputs: Inputs, context: Context) -> Output:
        table = inputs.table
        require_whole(table, self.title)
        index = [c for c in dict.fromkeys(self.index.select(table.schema)) if c not in (self.columns, self.values)]
        table.schema.require([self.columns, *([self.values] if self.values else [])])
        frame = table.frame[list(dict.fromkeys([*index, self.columns, *([self.values] if self.values else [])]))]
        named = frame[self.columns].notna().to_numpy()
        frame = (frame if named.all() else frame[named]).reset_index(drop=True)
        places, distinct = pd.factorize(frame[self.columns], sort=True)
        texts = [as_text(v) for v in distinct.tolist()]
        categories = list(dict.fromkeys(texts))
        places = np.array([categories.index(t) for t in texts], dtype=np.intp)[places]
        if len(categories) > MOST_COLUMNS:
            raise InputError(
                _(
                    "The column {column!r} has {count:,} categories, too many for columns.",
                    column=self.columns,
                    count=len(categories),
                ),
                fix=_("Choose a column with at most {most}, or group rare ones before.", most=MOST_COLUMNS),
            )
        codes, first = groups_of(frame, index)
        taken = set(index)
        found = {c: frame[c].iloc[first].reset_index(drop=True) for c in index}
        fill = self.fill_value if self.values else None
        made = self._made(places * len(first) + codes, frame, len(first) * len(categories))
        ends = np.searchsorted(made.index.to_numpy(), len(first) * np.arange(len(categories) + 1))
        for place, category in enumerate(categories):
            column = made.iloc[ends[place] : ends[place + 1]]
            column = column.set_axis(column.index - place * len(first)).reindex(range(len(first)))
            found[free(category or "(empty)", taken)] = column if fill is None else column.fillna(fill)
        result = normalise(pd.DataFrame(found, index=pd.RangeIndex(len(first))))
        return Output(table=Table(result, {n: r for n, r in table.roles.items() if n in index}))

    def _made(self, cells: np.ndarray, frame: pd.DataFrame, count: int) -> pd.Series:
        """What is made of the rows of each cell, by the cell's number; cells without rows may be left out."""
        if not self.values:
            return pd.Series(np.bincount(cells, minlength=count))
        return aggregate(cells, frame[self.values], self.aggfunc)
