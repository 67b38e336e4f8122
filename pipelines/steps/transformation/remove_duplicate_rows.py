"""Remove Duplicate Rows."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import pandas as pd
from pydantic import Field

from pipelines.columns import Columns
from pipelines.parameters import Form
from pipelines.schema import TableSchema
from pipelines.steps.base import Behaviour, Example, Step


class RemoveDuplicateRows(Step):
    """Keep one of the rows that are alike.

    The same as pandas.DataFrame.drop_duplicates; two missing values are alike. After a split it acts on the training
    rows only.
    """

    type: ClassVar[str] = "remove_duplicate_rows"
    title: ClassVar[str] = "Remove Duplicate Rows"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.ROW_CHANGING
    synonyms: ClassVar[tuple[str, ...]] = ("distinct", "unique", "deduplicate", "dedupe", "drop_duplicates")
    known_as: ClassVar[tuple[str, ...]] = ("Remove Duplicate Rows",)
    equivalent: ClassVar[str] = 'table = table.drop_duplicates(["guest"])'
    example: ClassVar[Example | None] = Example(
        params={"columns": ["guest"]},
        table="guest,city\nMia,Oslo\nNoah,Lima\nMia,Kyoto\nAda,Lima\nNoah,Lima\n",
    )

    columns: Annotated[Columns | None, Form(widget="columns")] = Field(
        None, title="Columns", description="Rows are alike when they agree in these. Empty: in all columns."
    )
    keep: Literal["first", "last"] = Field("first", title="Keep", description="Which of the rows that are alike.")

    def change(self, frame: pd.DataFrame, schema: TableSchema) -> pd.DataFrame:
        subset = schema.names if self.columns is None else self.columns.select(schema)
        return frame.drop_duplicates(subset=subset, keep=self.keep) if subset else frame
