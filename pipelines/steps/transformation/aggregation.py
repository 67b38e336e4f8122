"""What is made of the rows of a group: sums, means and the like, with what each takes."""

from __future__ import annotations

from typing import Any, Literal

import pandas as pd

from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.schema import ColumnType, column_type
from pipelines.steps.checks import WORDS

Function = Literal["mean", "sum", "min", "max", "median", "std", "var", "count", "nunique", "first", "last"]
OF_NUMBERS = ("mean", "sum", "median", "std", "var")
OF_ORDERED = ("min", "max")


def plain(values: pd.Series) -> pd.Series:
    """A column in a type that groups and aggregates alike: categories as text, truth values as 0 and 1."""
    kind = column_type(values)
    if kind is ColumnType.CATEGORY:
        return values.astype("str")
    if kind is ColumnType.BOOLEAN:
        return values.astype("Float64" if values.isna().any() else "float64")
    return values


def aggregate(groups: Any, values: pd.Series, function: Function) -> pd.Series:
    """``function`` of a column for each group. InputError where it makes no sense for what the column holds."""
    kind = column_type(values)
    numeric = kind.is_numeric or kind is ColumnType.BOOLEAN
    if (function in OF_NUMBERS and not numeric) or (function in OF_ORDERED and kind is ColumnType.OTHER):
        raise InputError(
            _(
                "There is no {function} of column {column!r}, which holds {kind}.",
                function=function,
                column=values.name,
                kind=WORDS[kind],
            ),
            fix=_("Choose count, nunique, first or last for it, or make numbers of it before."),
        )
    counted = function in ("count", "nunique", "first", "last")
    given = values if counted and kind is not ColumnType.CATEGORY else plain(values)
    found: pd.Series = given.groupby(groups, sort=True, observed=False).agg(function)
    return found
