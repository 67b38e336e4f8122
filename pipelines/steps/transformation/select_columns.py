"""Select Columns."""

from __future__ import annotations

from typing import Any, ClassVar

import pandas as pd
from pydantic import Field, model_validator

from pipelines.chain.transformer import Transformer
from pipelines.columns import EVERY, Columns
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import ColumnRule
from pipelines.schema import Role, TableSchema
from pipelines.steps.base import Behaviour, Example, Step

RULE = ("names", "kind", "pattern", "exclude")


class KeepColumns(Transformer):
    """The columns ``keep``, in that order; one that is not there, such as the label in serving, is passed by."""

    columns: ClassVar[tuple[str, ...]] = ()

    def __init__(self, keep: list[str]) -> None:
        self.keep = keep

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        return X[[c for c in self.keep if c in X.columns]]

    def requires(self, outputs: set[str]) -> set[str]:
        return set(outputs)


class SelectColumns(Step):
    """Keep some columns and drop the others.

    Like df[columns] or DataFrame.filter in pandas. The label, ids and weights stay unless they are excluded by name.
    ``exclude``, ``kind`` and ``pattern`` may also be written without ``columns`` around them.
    """

    type: ClassVar[str] = "select_columns"
    title: ClassVar[str] = "Select Columns"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.ROW_WISE
    synonyms: ClassVar[tuple[str, ...]] = (
        "drop columns",
        "delete columns",
        "exclude",
        "filter columns",
        "project",
        "keep",
    )
    known_as: ClassVar[tuple[str, ...]] = (
        "Select Columns in Dataset",
        "Select Columns Transform",
        "Apply Transformation",
        "Project Columns",
    )
    equivalent: ClassVar[str] = 'table = table[["make", "price"]]'
    example: ClassVar[Example | None] = Example(
        params={"columns": ["make", "price"]},
        table="make,doors,price\naudi,4,13950\nbmw,2,16430\nvolvo,4,12940\nmazda,2,5195\n",
    )

    columns: ColumnRule = Field(EVERY, title="Columns", description="The columns to keep: a list, or a rule.")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        if not isinstance(value, dict) or not (short := {k: v for k, v in value.items() if k in RULE}):
            return value
        columns = value.get("columns", {})
        if isinstance(columns, Columns):
            columns = {} if columns == EVERY else columns.model_dump()
        if not isinstance(columns, dict):
            raise ValueError(
                _("columns is a list, so {names} cannot add to it; leave one of them out", names=", ".join(short))
            )
        return {k: v for k, v in value.items() if k not in RULE} | {"columns": {**columns, **short}}

    def build(self, schema: TableSchema) -> Transformer:
        chosen = self.columns.select(schema)
        kept = [c.name for c in schema if c.role is not Role.FEATURE and c.name not in self.columns.exclude]
        names = list(dict.fromkeys([*chosen, *kept]))
        if self.columns.names is None:
            names = [n for n in schema.names if n in set(names)]
        if not names:
            raise InputError(_("No column is left."), fix=_("Choose a rule that keeps at least one column."))
        return KeepColumns(names)
