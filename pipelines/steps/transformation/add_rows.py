"""Add Rows."""

from __future__ import annotations

from typing import ClassVar, Literal

import pandas as pd
from pydantic import Field

from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.schema import Role, column_type
from pipelines.steps.base import Behaviour, Context, Example, Inputs, Output, Port, Step
from pipelines.steps.checks import WORDS, kind_of
from pipelines.table import Table


class AddRows(Step):
    """Put the rows of another table under those of this one.

    Like pandas.concat: columns are matched by name, and one that a table does not have is missing in its rows.
    """

    type: ClassVar[str] = "add_rows"
    title: ClassVar[str] = "Add Rows"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.COMBINE
    inputs: ClassVar[tuple[Port, ...]] = (Port("table"), Port("other"))
    synonyms: ClassVar[tuple[str, ...]] = ("append", "concat", "union", "stack")
    known_as: ClassVar[tuple[str, ...]] = ("Add Rows",)
    equivalent: ClassVar[str] = "table = pd.concat([table, other], ignore_index=True)"
    example: ClassVar[Example | None] = Example(
        params={},
        table="city,guests\nOslo,12\nLima,30\n",
        others=("city,guests,rooms\nKyoto,28,9\nRome,11,4\n",),
    )

    columns: Literal["all", "shared"] = Field(
        "all", title="Columns", description="all: those of either table. shared: those that both have."
    )

    def run(self, inputs: Inputs, context: Context) -> Output:
        table, other = inputs.tables["table"], inputs.tables["other"]
        if (table.partition is None) != (other.partition is None):
            raise InputError(_("Only one of the tables is split."), fix=_("Add the rows before Split Data."))
        first, second = table.frame, other.frame
        shared = [c for c in first.columns if c in second.columns]
        if self.columns == "shared":
            if not shared:
                raise InputError(_("The tables have no column in common."), fix=_("Rename columns with Edit Metadata."))
            first, second = first[shared], second[shared]
        first, second = _alike(first, second, shared)
        partition = None
        if table.partition is not None and other.partition is not None:
            partition = pd.concat([table.partition, other.partition], ignore_index=True)
        frame = pd.concat([first, second], ignore_index=True)
        held = set(table.roles.values())
        roles = {n: r for n, r in other.roles.items() if n not in first.columns and (r is Role.ID or r not in held)}
        return Output(table=Table(frame, {}, partition).with_frame(frame, {**table.roles, **roles}))


def _alike(first: pd.DataFrame, second: pd.DataFrame, shared: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both tables with the shared columns in types that go together."""
    for name in shared:
        a, b = first[name], second[name]
        if a.dtype == b.dtype:
            continue
        if a.isna().all():
            first = first.assign(**{name: b.iloc[:0].reindex(first.index)})
        elif b.isna().all():
            second = second.assign(**{name: a.iloc[:0].reindex(second.index)})
        elif kind_of(column_type(a)) != kind_of(column_type(b)):
            raise InputError(
                _(
                    "Column {column!r} holds {one} in one table and {two} in the other.",
                    column=name,
                    one=WORDS[column_type(a)],
                    two=WORDS[column_type(b)],
                ),
                fix=_("Give both one type with Edit Metadata."),
            )
        elif kind_of(column_type(a)) == "text":
            first, second = first.astype({name: "str"}), second.astype({name: "str"})
    return first, second
