"""Set Label."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

import pandas as pd
from pydantic import Field, model_validator

from pipelines.chain.transformer import Transformer
from pipelines.columns import Columns
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import ColumnName, ColumnRule, Form
from pipelines.schema import Role, TableSchema
from pipelines.steps.base import Behaviour, Example, Step
from pipelines.steps.checks import WORDS


class Unchanged(Transformer):
    """A table as it is: a link that nothing depends on, and that a published model does without."""

    columns: ClassVar[tuple[str, ...]] = ()

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        return X

    def requires(self, outputs: set[str]) -> set[str]:
        return set(outputs)


class SetLabel(Step):
    """Say which column is to be predicted, and which are ids or weights.

    Like naming y in scikit-learn's fit(X, y, sample_weight). Ids stay with the rows, but no algorithm learns from them.
    """

    type: ClassVar[str] = "set_label"
    title: ClassVar[str] = "Set Label"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.ROW_WISE
    synonyms: ClassVar[tuple[str, ...]] = ("target", "role", "outcome", "y", "id", "sample weight")
    known_as: ClassVar[tuple[str, ...]] = ("Edit Metadata", "Metadata Editor")
    equivalent: ClassVar[str] = 'X, y = table.drop(columns=["price", "car"]), table["price"]'
    example: ClassVar[Example | None] = Example(
        params={"column": "price", "ids": ["car"]},
        table="car,doors,price\nA1,4,13950\nB2,2,16430\nC3,4,12940\nD4,2,5195\n",
    )

    column: ColumnName = Field(min_length=1, title="Label", description="The column to be predicted.")
    ids: ColumnRule = Field(
        Columns(names=()), title="Ids", description="Columns that tell rows apart and are not learned from."
    )
    weight: Annotated[str | None, Form(widget="column")] = Field(
        None,
        title="Weight",
        description="A column of numbers from 0 up: how much each row counts. Empty: all the same.",
    )

    @model_validator(mode="after")
    def _one_role_each(self) -> Self:
        named = [self.column, *self.ids.named(), *([self.weight] if self.weight else [])]
        twice = next((n for n in named if named.count(n) > 1), None)
        if twice is not None:
            raise ValueError(_("column {name!r} is given more than one role; a column has one", name=twice))
        return self

    def build(self, schema: TableSchema) -> Transformer:
        schema.require([self.column])
        if self.weight and not schema[self.weight].type.is_numeric:
            found = WORDS[schema[self.weight].type]
            raise InputError(
                _("The weight {column!r} holds {found}, not numbers.", column=self.weight, found=found),
                fix=_("Choose a column of numbers."),
            )
        return Unchanged()

    def roles(self, schema: TableSchema) -> dict[str, Role]:
        taken = {Role.LABEL} | ({Role.WEIGHT} if self.weight else set())
        roles = {n: r for n, r in super().roles(schema).items() if r not in taken}
        roles |= {n: Role.ID for n in self.ids.select(schema) if n != self.column}
        return roles | {self.column: Role.LABEL} | ({self.weight: Role.WEIGHT} if self.weight else {})
