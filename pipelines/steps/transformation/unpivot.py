"""Unpivot."""

from __future__ import annotations

from typing import Annotated, ClassVar

import pandas as pd
from pydantic import Field

from pipelines.columns import NUMERIC, Columns
from pipelines.datasets.normalise import normalise
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import ColumnRule, Form
from pipelines.steps.base import Behaviour, Context, Example, Inputs, Output, Step
from pipelines.steps.checks import WORDS, kind_of, require_whole
from pipelines.table import Table


class Unpivot(Step):
    """Put several columns under each other in one, with their names beside: from wide to long.

    Like DataFrame.melt. Rows with a missing value may be left out. It stands before Split Data, and a published model
    takes its columns as inputs.
    """

    type: ClassVar[str] = "unpivot"
    title: ClassVar[str] = "Unpivot"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.COMBINE
    synonyms: ClassVar[tuple[str, ...]] = ("melt", "wide to long", "gather", "reshape", "stack columns")
    equivalent: ClassVar[str] = 'table.melt(id_vars=["city"], value_vars=["may", "june"], var_name="variable")'
    example: ClassVar[Example | None] = Example(
        params={"id_vars": ["city"], "value_vars": ["may", "june"], "var_name": "month", "value_name": "guests"},
        table="city,may,june\nOslo,12,30\nLima,11,\n",
    )

    value_vars: ColumnRule = Field(NUMERIC, title="Values", description="The columns to put under each other.")
    id_vars: ColumnRule = Field(
        Columns(), title="Keep", description="The columns that stand beside each value, in each row again."
    )
    var_name: Annotated[str, Form(widget="new_column")] = Field(
        "variable", min_length=1, max_length=200, title="Names in", description="The new column with the names."
    )
    value_name: Annotated[str, Form(widget="new_column")] = Field(
        "value", min_length=1, max_length=200, title="Values in", description="The new column with the values."
    )
    drop_missing: bool = Field(False, title="Without missing", description="Whether to leave out missing values.")

    def run(self, inputs: Inputs, context: Context) -> Output:
        table = inputs.table
        require_whole(table, self.title)
        values = list(dict.fromkeys(self.value_vars.select(table.schema)))
        kept = [c for c in dict.fromkeys(self.id_vars.select(table.schema)) if c not in values]
        self._check(table, values, kept)
        given = table.frame.assign(**{c: _plain(table.frame[c]) for c in values})
        frame = given.melt(kept, values, var_name=self.var_name, value_name=self.value_name, ignore_index=True)
        if self.drop_missing:
            frame = frame[frame[self.value_name].notna()].reset_index(drop=True)
        return Output(table=Table(normalise(frame), {n: r for n, r in table.roles.items() if n in kept}))

    def _check(self, table: Table, values: list[str], kept: list[str]) -> None:
        if not values:
            raise InputError(_("There are no columns to put under each other."), fix=_("Choose other columns."))
        names = [*kept, self.var_name, self.value_name]
        twice = next((n for n in names if names.count(n) > 1), None)
        if twice is not None:
            raise InputError(_("Two columns would be called {name!r}.", name=twice), fix=_("Choose another name."))
        first, kinds = values[0], {c: table.schema[c].type for c in values}
        for name, kind in kinds.items():
            if kind_of(kind) != kind_of(kinds[first]) and not table.frame[name].isna().all():
                raise InputError(
                    _(
                        "Column {one!r} holds {these}, {other!r} holds {those}: they cannot be one column.",
                        one=first,
                        these=WORDS[kinds[first]],
                        other=name,
                        those=WORDS[kind],
                    ),
                    fix=_("Choose columns of one type, or change their types with Edit Metadata."),
                )


def _plain(values: pd.Series) -> pd.Series:
    return values.astype("str") if isinstance(values.dtype, pd.CategoricalDtype) else values
