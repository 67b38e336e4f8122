"""Group Rare Categories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from pydantic import Field

from pipelines.chain.transformer import Columnwise, Transformer, array_of
from pipelines.columns import CATEGORICAL
from pipelines.parameters import ColumnRule
from pipelines.schema import TableSchema
from pipelines.steps.base import Behaviour, Example, Step
from pipelines.steps.texts import distinct, mapped


class GroupRare(Columnwise):
    """Categories that were rare in the training rows, or not there, replaced by ``other``."""

    def __init__(self, columns: list[str], min_frequency: float, max_categories: int | None, other: str) -> None:
        self.columns = columns
        self.min_frequency = min_frequency
        self.max_categories = max_categories
        self.other = other

    def learn(self, frame: pd.DataFrame, y: pd.Series | None) -> None:
        self.kept_: dict[str, list[str]] = {c: self._common(frame[c]) for c in self.columns}

    def make(self, columns: Mapping[str, Any], rows: int) -> dict[str, Any]:
        return {c: mapped(columns[c], partial(self._shown, set(kept))) for c, kept in self.kept_.items()}

    def requires(self, outputs: set[str]) -> set[str]:
        return set(outputs)

    def _shown(self, kept: set[str], text: str) -> str:
        return text if text in kept else self.other

    def _common(self, values: pd.Series) -> list[str]:
        """The categories that are not rare, the commonest first, as many as may stay beside ``other``."""
        codes, texts = distinct(array_of(values))
        found: Counter[str] = Counter()
        for text, count in zip(texts, np.bincount(np.asarray(codes) % len(texts), minlength=len(texts)), strict=True):
            if text is not None:
                found[text] += int(count)
        least = self.min_frequency if self.min_frequency >= 1 else self.min_frequency * len(values)
        common = [t for t, count in sorted(found.items(), key=lambda item: (-item[1], item[0])) if count >= least]
        if self.max_categories is None or len(found) <= self.max_categories:
            return common
        return common[: self.max_categories - 1]


class GroupRareCategories(Step):
    """Put rare categories into one.

    As OneHotEncoder(min_frequency=..., max_categories=...) chooses the infrequent ones, but the column stays. What is
    rare is learned from the training rows; a category that they did not have is rare too. A missing value stays.
    """

    type: ClassVar[str] = "group_rare_categories"
    title: ClassVar[str] = "Group Rare Categories"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.FITTED
    synonyms: ClassVar[tuple[str, ...]] = ("infrequent", "other", "lump", "high cardinality", "long tail")
    equivalent: ClassVar[str] = (
        'shares = table["city"].value_counts(normalize=True)\n'
        'table["city"] = table["city"].where(table["city"].map(shares) >= 0.01, "other")'
    )
    example: ClassVar[Example | None] = Example(
        params={"columns": ["city"], "min_frequency": 2},
        table="guest,city\n1,Kyoto\n2,Kyoto\n3,Oslo\n4,Lima\n5,Kyoto\n6,Oslo\n",
    )

    min_frequency: float = Field(
        0.01,
        ge=0,
        allow_inf_nan=False,
        title="Least frequency",
        description="A category with fewer rows is rare: below 1 a share of the rows, from 1 up a number of rows.",
    )
    max_categories: int | None = Field(
        None,
        ge=2,
        le=100_000,
        title="Most categories",
        description="With more, only the commonest stay, one fewer than this. Empty: no limit.",
    )
    other: str = Field("other", min_length=1, title="Name", description="What the rare ones are called.")
    columns: ColumnRule = Field(CATEGORICAL, title="Columns", description="The columns whose categories to group.")

    def build(self, schema: TableSchema) -> Transformer:
        columns = list(dict.fromkeys(self.columns.select(schema)))
        return GroupRare(columns, self.min_frequency, self.max_categories, self.other)
