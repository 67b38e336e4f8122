"""Rename Columns."""

from __future__ import annotations

import re
from typing import ClassVar, Literal

from pydantic import Field

from pipelines.columns import EVERY
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import ColumnRule
from pipelines.schema import Role, TableSchema
from pipelines.steps.base import Behaviour, Example, Step
from pipelines.steps.transformation.edit_metadata import CastColumns


class RenameColumns(Step):
    """Give columns new names: one by one, or all by a rule.

    Like DataFrame.rename. A name given for a column stands as it is; the rule, then prefix and suffix, make those of
    the other columns that are chosen. Roles stay with their columns.
    """

    type: ClassVar[str] = "rename_columns"
    title: ClassVar[str] = "Rename Columns"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.ROW_WISE
    synonyms: ClassVar[tuple[str, ...]] = ("column names", "headers", "snake case", "prefix", "suffix", "alias")
    known_as: ClassVar[tuple[str, ...]] = ("Edit Metadata", "Metadata Editor")
    equivalent: ClassVar[str] = (
        'table = table.rename(columns={"Amt": "amount"})\n'
        'table.columns = table.columns.str.strip().str.lower().str.replace(r"\\W+", "_", regex=True)'
    )
    example: ClassVar[Example | None] = Example(
        params={"names": {"Amt": "amount"}, "style": "snake_case"},
        table="Order No.,Amt,Ship-Date\n1,12,2026-01-31\n2,30,2026-02-01\n",
    )

    names: dict[str, str] = Field({}, title="Names", description="Old and new names, as in {Amt: amount}.")
    style: Literal["unchanged", "snake_case", "lower", "upper"] = Field(
        "unchanged", title="Style", description="snake_case: small letters, and _ for anything between words."
    )
    prefix: str = Field("", max_length=60, title="Prefix", description="Put before the names.")
    suffix: str = Field("", max_length=60, title="Suffix", description="Put behind the names.")
    columns: ColumnRule = Field(EVERY, title="Columns", description="The columns that style, prefix and suffix change.")

    def build(self, schema: TableSchema) -> CastColumns:
        names = self._names(schema)
        after = [names.get(n, n) for n in schema.names]
        twice = next((n for n in after if after.count(n) > 1), None)
        if twice is not None:
            raise InputError(_("Two columns would be called {name!r}.", name=twice), fix=_("Choose another new name."))
        return CastColumns(list(names), list(names.values()), "unchanged")

    def roles(self, schema: TableSchema) -> dict[str, Role]:
        names = self._names(schema)
        return {names.get(n, n): role for n, role in super().roles(schema).items()}

    def named_columns(self) -> list[tuple[str, str]]:
        return [*super().named_columns(), *(("names", name) for name in self.names)]

    def _names(self, schema: TableSchema) -> dict[str, str]:
        """The new name of each column that gets one."""
        schema.require(list(self.names))
        names = {n: f"{self.prefix}{self._styled(n)}{self.suffix}" for n in self.columns.select(schema)} | self.names
        empty = next((n for n, new in names.items() if not new), None)
        if empty is not None:
            raise InputError(
                _("The new name of column {column!r} would be empty.", column=empty), fix=_("Name it by hand.")
            )
        return {n: new for n, new in names.items() if n != new}

    def _styled(self, name: str) -> str:
        match self.style:
            case "snake_case":
                words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
                return re.sub(r"\W+", "_", words).strip("_").lower()
            case "lower":
                return name.lower()
            case "upper":
                return name.upper()
            case _:
                return name
