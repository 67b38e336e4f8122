"""Lag Features."""

from __future__ import annotations

from typing import ClassVar, Literal

import pandas as pd
from pydantic import Field, field_validator

from pipelines.columns import NUMERIC, Columns
from pipelines.messages import _
from pipelines.parameters import ColumnName, ColumnRule
from pipelines.steps.base import Behaviour, Context, Example, Inputs, Output, Step
from pipelines.steps.checks import require_numeric, require_whole
from pipelines.steps.names import free
from pipelines.steps.transformation.ordering import Ordered

Kind = Literal["value", "difference", "change"]
NAMES = {"value": "", "difference": "_difference", "change": "_change"}


class LagFeatures(Step):
    """Add the values of earlier rows beside each row, or the difference from them.

    Like Series.groupby(by).shift(n), .diff(n) and .pct_change(n), in the order of a column. A negative lag looks ahead:
    what is to be predicted lies there. It looks at several rows, so it stands before Split Data, and a published model
    takes its columns as inputs.
    """

    type: ClassVar[str] = "lag_features"
    title: ClassVar[str] = "Lag Features"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.COMBINE
    synonyms: ClassVar[tuple[str, ...]] = (
        *("shift", "lead", "previous value", "difference", "percentage change", "time series", "autoregressive"),
    )
    equivalent: ClassVar[str] = 'table["sold_lag_1"] = table.sort_values("day").groupby("shop")["sold"].shift(1)'
    example: ClassVar[Example | None] = Example(
        params={"columns": ["sold"], "lags": [1, 2], "by": ["shop"], "order_by": "day"},
        table="shop,day,sold\na,1,4\na,2,8\nb,1,7\na,3,6\nb,2,9\n",
    )

    columns: ColumnRule = Field(NUMERIC, title="Columns", description="The columns to look back in.")
    lags: tuple[int, ...] = Field(
        (1,), min_length=1, title="Lags", description="How many rows back, as in 1, 2, 7; below 0 is ahead."
    )
    kind: Kind = Field(
        "value",
        title="What",
        description="value: what stood there. difference: how much more it is now. change: by what share.",
    )
    by: ColumnRule = Field(Columns(names=()), title="By group", description="Each group has a past of its own.")
    order_by: ColumnName = Field("", title="Order by", description="What orders the rows. Empty: as they stand.")

    @field_validator("lags")
    @classmethod
    def _is_elsewhere(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if 0 in value:
            raise ValueError(_("a lag of 0 is the row itself"))
        return tuple(dict.fromkeys(value))

    def run(self, inputs: Inputs, context: Context) -> Output:
        table = inputs.table
        require_whole(table, self.title)
        names = list(dict.fromkeys(self.columns.select(table.schema)))
        if self.kind != "value":
            require_numeric(table.schema, names, "A difference")
        by = self.by.select(table.schema)
        if self.order_by:
            table.schema.require([self.order_by])
        order = Ordered.of(table.frame, by, self.order_by)
        taken, made = set(table.frame.columns), {}
        for name in names:
            values = order.along(table.frame[name])
            for lag in self.lags:
                where = f"lag_{lag}" if lag > 0 else f"lead_{-lag}"
                found = order.back(self._looked_back(values, order, lag), table.frame.index)
                made[free(f"{name}{NAMES[self.kind]}_{where}", taken)] = found
        frame = pd.concat([table.frame, pd.DataFrame(made, index=table.frame.index)], axis=1)
        return Output(table=table.with_frame(frame))

    def _looked_back(self, values: pd.Series, order: Ordered, lag: int) -> pd.Series:
        if self.kind == "value":
            return values.groupby(order.groups).shift(lag)
        numbers = values.astype("float64")
        before = numbers.groupby(order.groups).shift(lag)
        found = numbers - before if self.kind == "difference" else numbers / before - 1
        return found.where(before != 0) if self.kind == "change" else found
