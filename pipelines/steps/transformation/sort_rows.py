"""Sort Rows."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import pandas as pd
from pydantic import Field

from pipelines.columns import Columns
from pipelines.parameters import ColumnRule, Form
from pipelines.schema import TableSchema
from pipelines.steps.base import Behaviour, Example, Step

NONE = Columns(names=())


class SortRows(Step):
    """Put the rows in order.

    Like DataFrame.sort_values(kind="stable"). The order counts for steps that take the first rows or look at
    neighbours. After a split the rows stay as they stood, as nothing after it depends on their order; a model gives its
    predictions in the order of the rows it gets.
    """

    type: ClassVar[str] = "sort_rows"
    title: ClassVar[str] = "Sort Rows"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.ROW_CHANGING
    synonyms: ClassVar[tuple[str, ...]] = ("order by", "sort_values", "rank", "arrange", "ascending", "descending")
    known_as: ClassVar[tuple[str, ...]] = ("Apply SQL Transformation",)
    equivalent: ClassVar[str] = 'table = table.sort_values(["city", "guests"], ascending=[True, False])'
    example: ClassVar[Example | None] = Example(
        params={"by": ["city", "guests"], "descending": ["guests"]},
        table="city,guests\nOslo,12\nLima,30\nOslo,28\nKyoto,\nLima,41\n",
    )

    by: ColumnRule = Field(
        title="By", description="The columns to sort by; where the first are alike, the next decide."
    )
    descending: Annotated[Columns, Form(widget="columns")] = Field(
        NONE, title="Descending", description="Those of them whose largest value comes first."
    )
    na_position: Literal["last", "first"] = Field(
        "last", title="Missing values", description="Where rows with a missing value stand."
    )

    def change(self, frame: pd.DataFrame, schema: TableSchema) -> pd.DataFrame:
        names = list(dict.fromkeys(self.by.select(schema)))
        if not names:
            return frame
        down = set(self.descending.select(schema))
        keys = pd.DataFrame({n: _comparable(frame[n]) for n in names}, index=frame.index)
        order = keys.set_axis(range(len(keys))).sort_values(
            names, ascending=[n not in down for n in names], na_position=self.na_position, kind="stable"
        )
        return frame.take(order.index.to_numpy())


def _comparable(values: pd.Series) -> pd.Series:
    """Categories without an order by their text, values of mixed kinds by theirs."""
    kind = values.dtype
    unordered = isinstance(kind, pd.CategoricalDtype) and not kind.ordered
    return values.astype("str") if unordered or pd.api.types.is_object_dtype(kind) else values
