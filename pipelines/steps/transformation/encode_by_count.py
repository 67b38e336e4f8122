"""Encode by Count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from pipelines.chain.transformer import Transformer, array_of
from pipelines.columns import CATEGORICAL
from pipelines.parameters import ColumnRule
from pipelines.schema import TableSchema
from pipelines.steps.base import Behaviour, Example, Step
from pipelines.steps.names import free
from pipelines.steps.transformation.encode_categories import Encode

Method = Literal["count", "frequency"]


class EncodeCounts(Encode):
    """How many training rows have the category, or what share of them; 0 for one that none has."""

    def __init__(self, columns: list[str], method: Method = "count", append: bool = False) -> None:
        self.columns = columns
        self.method = method
        self.append = append

    def learn(self, frame: pd.DataFrame, y: pd.Series | None) -> None:
        super().learn(frame, y)
        taken = {str(c) for c in frame.columns}
        self.names_ = {c: free(f"{c}_{self.method}", taken) if self.append else c for c in self.columns}
        self.counts_: dict[str, np.ndarray] = {}
        for name in self.columns:
            codes = self.codes(name, array_of(frame[name]))
            counts = np.bincount(codes, minlength=len(self.categories_[name]) + 1).astype(np.float64)
            self.counts_[name] = counts if self.method == "count" else counts / max(len(frame), 1)

    def make(self, columns: Mapping[str, Any], rows: int) -> dict[str, Any]:
        return {self.names_[c]: self.counts_[c][self.codes(c, columns[c])] for c in self.columns}

    def requires(self, outputs: set[str]) -> set[str]:
        made = {n: name for name, n in self.names_.items()}
        return {made.get(n, n) for n in outputs}


class EncodeByCount(Step):
    """Turn each category into the number of training rows that have it, or their share.

    Like table["city"].map(train["city"].value_counts()), with 0 for a category that training did not have. A missing
    value is a category. It needs no label, so nothing of it can leak.
    """

    type: ClassVar[str] = "encode_by_count"
    title: ClassVar[str] = "Encode by Count"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.FITTED
    synonyms: ClassVar[tuple[str, ...]] = (
        *("count encoding", "frequency encoding", "high cardinality", "popularity", "learning with counts"),
    )
    known_as: ClassVar[tuple[str, ...]] = ("Count Featurizer", "Learning with Counts")
    equivalent: ClassVar[str] = 'table["city"] = table["city"].map(train["city"].value_counts()).fillna(0)'
    example: ClassVar[Example | None] = Example(
        params={"columns": ["city"], "append": True},
        table="guest,city\n1,Kyoto\n2,Kyoto\n3,Oslo\n4,Lima\n5,Kyoto\n6,Oslo\n",
    )

    method: Method = Field("count", title="Method", description="count: the number of rows. frequency: their share.")
    append: bool = Field(False, title="Append", description="Whether the columns stay, with the new ones at the end.")
    columns: ColumnRule = Field(CATEGORICAL, title="Columns", description="The columns to encode.")

    def build(self, schema: TableSchema) -> Transformer:
        return EncodeCounts(list(dict.fromkeys(self.columns.select(schema))), self.method, self.append)
