"""Window Features."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import pandas as pd
from pydantic import Field

from pipelines.columns import NUMERIC, Columns
from pipelines.parameters import ColumnName, ColumnRule
from pipelines.steps.base import Behaviour, Context, Example, Inputs, Output, Step
from pipelines.steps.checks import require_numeric, require_whole
from pipelines.steps.names import free
from pipelines.steps.transformation.ordering import Ordered

Function = Literal["mean", "sum", "min", "max", "std", "median", "count", "rank"]


class WindowFeatures(Step):
    """Add means, sums and the like of the rows before each row: rolling, or from the start on.

    Like Series.groupby(by).rolling(window).mean(), or .expanding() where the window is empty, in the order of a column.
    It looks at several rows, so it stands before Split Data, and a published model takes its columns as inputs. To
    predict a column from its own past, leave the row itself out.
    """

    type: ClassVar[str] = "window_features"
    title: ClassVar[str] = "Window Features"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.COMBINE
    synonyms: ClassVar[tuple[str, ...]] = (
        *("rolling mean", "moving average", "cumulative sum", "running total", "rank", "expanding", "time series"),
    )
    known_as: ClassVar[tuple[str, ...]] = ("Moving Average Filter", "Median Filter")
    equivalent: ClassVar[str] = (
        'table = table.sort_values("day")\n'
        'table["sold_mean_3"] = table.groupby("shop")["sold"].transform(lambda s: s.rolling(3, min_periods=1).mean())'
    )
    example: ClassVar[Example | None] = Example(
        params={"columns": ["sold"], "functions": ["mean"], "window": 2, "order_by": "day"},
        table="day,sold\n1,4\n2,8\n3,6\n4,10\n",
    )

    columns: ColumnRule = Field(NUMERIC, title="Columns", description="The numbers to look along.")
    functions: tuple[Function, ...] = Field(
        ("mean",),
        min_length=1,
        title="Functions",
        description="What to make of the window; rank: the row's place.",
    )
    window: int | None = Field(
        3, ge=1, le=1_000_000, title="Window", description="How many rows. Empty: all from the start on (cumulative)."
    )
    min_periods: int = Field(
        1, ge=1, title="Least values", description="With fewer values in the window the result is missing."
    )
    without_row: bool = Field(
        False, title="Without the row itself", description="Whether the window ends with the row before."
    )
    by: ColumnRule = Field(Columns(names=()), title="By group", description="Each group has windows of its own.")
    order_by: ColumnName = Field("", title="Order by", description="What orders the rows. Empty: as they stand.")

    def run(self, inputs: Inputs, context: Context) -> Output:
        table = inputs.table
        require_whole(table, self.title)
        names = list(dict.fromkeys(self.columns.select(table.schema)))
        require_numeric(table.schema, names, "A window")
        by = self.by.select(table.schema)
        if self.order_by:
            table.schema.require([self.order_by])
        order = Ordered.of(table.frame, by, self.order_by)
        taken, made = set(table.frame.columns), {}
        for name in names:
            values = order.along(table.frame[name]).astype("float64")
            for function in self.functions:
                found = order.back(self._looked_along(values, order, function), table.frame.index)
                made[free(f"{name}_{function}_{self.window or 'so_far'}", taken)] = found
        frame = pd.concat([table.frame, pd.DataFrame(made, index=table.frame.index)], axis=1)
        return Output(table=table.with_frame(frame))

    def _looked_along(self, values: pd.Series, order: Ordered, function: Function) -> pd.Series:
        if not len(values):
            return values
        if self.without_row:
            values = values.groupby(order.groups).shift(1)
        groups = values.groupby(order.groups)
        if self.window is None:
            windows: Any = groups.expanding(min_periods=self.min_periods)
        else:
            windows = groups.rolling(self.window, min_periods=min(self.min_periods, self.window))
        found: pd.Series = getattr(windows, function)().droplevel(0).sort_index()
        return found
