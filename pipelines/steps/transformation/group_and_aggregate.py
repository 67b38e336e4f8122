"""Group and Aggregate."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from pipelines.columns import NUMERIC, Columns
from pipelines.datasets.normalise import normalise
from pipelines.messages import _
from pipelines.parameters import ColumnRule
from pipelines.schema import TableSchema
from pipelines.steps.base import Behaviour, Context, Example, Inputs, Output, Step
from pipelines.steps.checks import require_whole
from pipelines.steps.names import free
from pipelines.steps.transformation.aggregation import Function, aggregate
from pipelines.table import Table


class GroupAndAggregate(Step):
    """Make one row of each group of rows, with sums, means and the like.

    Like DataFrame.groupby(by, dropna=False).agg(...): a missing value is a group of its own. It stands before Split
    Data, and a published model takes its columns as inputs. Without a column to group by, all rows make one.
    """

    type: ClassVar[str] = "group_and_aggregate"
    title: ClassVar[str] = "Group and Aggregate"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.COMBINE
    synonyms: ClassVar[tuple[str, ...]] = (
        *("group by", "aggregate", "summarise", "total", "average", "roll up", "count by", "sum by"),
    )
    equivalent: ClassVar[str] = (
        'table.groupby("city", dropna=False).agg(rows=("price", "size"), price_mean=("price", "mean")).reset_index()'
    )
    example: ClassVar[Example | None] = Example(
        params={"by": ["city"], "columns": ["price"], "functions": ["mean", "max"]},
        table="city,price\nOslo,30\nLima,11\nOslo,50\nLima,13\nLima,15\n",
    )

    by: ColumnRule = Field(Columns(names=()), title="Group by", description="Rows alike in these make a group.")
    columns: ColumnRule = Field(NUMERIC, title="Columns", description="What to aggregate with each of the functions.")
    functions: tuple[Function, ...] = Field(
        ("mean",), title="Functions", description="What to make of each column, as pandas names it."
    )
    others: dict[str, tuple[Function, ...]] = Field(
        {}, title="Other columns", description="Columns with functions of their own, as in {city: [nunique, first]}."
    )
    size: bool = Field(True, title="Rows", description="Whether to add the number of rows of each group.")

    @model_validator(mode="after")
    def _makes_something(self) -> Self:
        if not self.size and not self.others and not self.functions:
            raise ValueError(_("name a function, or let it count the rows"))
        return self

    def named_columns(self) -> list[tuple[str, str]]:
        return [*super().named_columns(), *(("others", c) for c in self.others)]

    def run(self, inputs: Inputs, context: Context) -> Output:
        table = inputs.table
        require_whole(table, self.title)
        by = list(dict.fromkeys(self.by.select(table.schema)))
        wanted = self._wanted(table.schema, by)
        codes, first = groups_of(table.frame, by)
        found = {c: table.frame[c].iloc[first].reset_index(drop=True) for c in by}
        groups = pd.Categorical.from_codes(codes, pd.RangeIndex(len(first)))  # numbered already, once for all columns
        taken = set(by)
        if self.size:
            found[free("rows", taken)] = pd.Series(np.bincount(codes, minlength=len(first)))
        for column, function in wanted:
            name = free(f"{column}_{function}", taken)
            made = aggregate(groups, table.frame[column].reset_index(drop=True), function)
            found[name] = made.reset_index(drop=True)
        frame = normalise(pd.DataFrame(found, index=pd.RangeIndex(len(first))))
        return Output(table=Table(frame, {n: r for n, r in table.roles.items() if n in by}))

    def _wanted(self, schema: TableSchema, by: list[str]) -> list[tuple[str, Function]]:
        schema.require(list(self.others))
        each = [(c, f) for c in self.columns.select(schema) if c not in by for f in self.functions]
        return list(dict.fromkeys([*each, *((c, f) for c, found in self.others.items() for f in found)]))


def groups_of(frame: pd.DataFrame, by: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """The number of each row's group, in the order of the keys, and the place of each group's first row."""
    if not by:
        return np.zeros(len(frame), dtype=np.int64), np.zeros(min(len(frame), 1), dtype=np.int64)
    keys = frame[by].reset_index(drop=True)
    codes = keys.groupby(by, dropna=False, observed=True, sort=True).ngroup().to_numpy()
    first = np.empty(codes.max(initial=-1) + 1, dtype=np.intp)
    first[codes[::-1]] = np.arange(len(codes))[::-1]  # of what is written twice, the last stays
    return codes, first
