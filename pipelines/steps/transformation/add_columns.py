"""Add Columns."""

from __future__ import annotations

from typing import ClassVar

import pandas as pd
from pydantic import Field

from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.schema import Role
from pipelines.steps.base import Behaviour, Context, Example, Inputs, Output, Port, Step


class AddColumns(Step):
    """Put two tables of as many rows side by side, the first row beside the first.

    Like pandas.concat(axis=1) on rows numbered from 0. Only the order of the rows says what belongs together: where
    there are keys, Join Data is safer. A published model takes the columns of both tables in one.
    """

    type: ClassVar[str] = "add_columns"
    title: ClassVar[str] = "Add Columns"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.COMBINE
    inputs: ClassVar[tuple[Port, ...]] = (Port("left"), Port("right"))
    synonyms: ClassVar[tuple[str, ...]] = ("concat", "side by side", "bind columns", "cbind", "hstack", "paste")
    known_as: ClassVar[tuple[str, ...]] = ("Add Columns",)
    equivalent: ClassVar[str] = (
        "table = pd.concat([table.reset_index(drop=True), other.reset_index(drop=True)], axis=1)"
    )
    example: ClassVar[Example | None] = Example(
        params={}, table="city,guests\nOslo,12\nLima,30\n", others=("rooms,guests\n9,11\n4,28\n",)
    )

    suffix: str = Field(
        "_right",
        min_length=1,
        max_length=60,
        title="Suffix",
        description="Added to a right column whose name is taken.",
    )

    def run(self, inputs: Inputs, context: Context) -> Output:
        left, right = inputs.tables["left"], inputs.tables["right"]
        first, second = left.frame, right.frame
        if len(first) != len(second):
            raise InputError(
                _("The left table has {left:,} rows and the right {right:,}.", left=len(first), right=len(second)),
                fix=_("Give tables of as many rows, or use Join Data where both have a key."),
            )
        if right.partition is not None and (
            left.partition is None or (left.partition.to_numpy() != right.partition.to_numpy()).any()
        ):
            raise InputError(_("The tables are split in different ways."), fix=_("Add the columns before Split Data."))
        names = {c: f"{c}{self.suffix}" if c in first.columns else c for c in second.columns}
        after = [*first.columns, *names.values()]
        twice = next((n for n in after if after.count(n) > 1), None)
        if twice is not None:
            raise InputError(_("Two columns would be called {name!r}.", name=twice), fix=_("Choose another suffix."))
        second = second if after[len(first.columns) :] == list(second.columns) else second.rename(columns=names)
        second = second if second.index.equals(first.index) else second.set_axis(first.index)
        frame = pd.concat([first, second], axis=1)
        held = set(left.roles.values())
        roles = {names[n]: r for n, r in right.roles.items() if r is Role.ID or r not in held}
        return Output(table=left.with_frame(frame, {**roles, **left.roles}))
