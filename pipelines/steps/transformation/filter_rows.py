"""Filter Rows."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pandas as pd
from pydantic import Field

from pipelines.parameters import Expression
from pipelines.schema import TableSchema
from pipelines.steps import sql
from pipelines.steps.base import Behaviour, Example, Step


class FilterRows(Step):
    """Keep the rows for which a condition holds.

    Like pandas.DataFrame.query, written as what follows WHERE in SQL: price > 5000 and "body-style" = 'sedan'. A row
    for which the condition cannot be told, as a value is missing, is not kept.
    """

    type: ClassVar[str] = "filter_rows"
    title: ClassVar[str] = "Filter Rows"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.ROW_CHANGING
    synonyms: ClassVar[tuple[str, ...]] = ("where", "query", "condition", "subset", "clip")
    known_as: ClassVar[tuple[str, ...]] = ("Apply SQL Transformation", "Split Data")
    equivalent: ClassVar[str] = "table = table.query(\"price > 5000 and body == 'sedan'\")"
    example: ClassVar[Example | None] = Example(
        params={"expression": "price > 5000 and body = 'sedan'"},
        table="make,body,price\naudi,sedan,13950\nbmw,wagon,16430\nmazda,sedan,4995\nvolvo,sedan,12940\nsaab,sedan,\n",
    )

    expression: Expression = Field(
        min_length=1,
        max_length=10_000,
        title="Condition",
        description="As in SQL: \"body-style\" = 'sedan' and price > 5000.",
    )

    def tells_by(self, schema: TableSchema) -> list[str]:
        return sql.named_in(self.expression, schema.names)

    def kept(self, frame: pd.DataFrame, schema: TableSchema) -> np.ndarray:
        return sql.condition(self.expression, frame, schema.names)
