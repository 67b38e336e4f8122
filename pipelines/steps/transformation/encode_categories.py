"""Encode Categories."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from pipelines.chain.conform import as_text, is_missing
from pipelines.chain.transformer import Columnwise, Transformer, array_of
from pipelines.columns import CATEGORICAL
from pipelines.parameters import ColumnRule, Form
from pipelines.schema import TableSchema
from pipelines.steps.base import Behaviour, Example, Step
from pipelines.steps.names import free

FEW = 64
Category = str | None


class Encode(Columnwise):
    """Categories as numbers. A category is known by its text: 5, 5.0 and "5" are one; None stands for missing."""

    def __init__(self, columns: list[str]) -> None:
        self.columns = columns

    def learn(self, frame: pd.DataFrame, y: pd.Series | None) -> None:
        self.categories_: dict[str, list[Category]] = {c: _categories(frame[c]) for c in self.columns}

    def codes(self, name: str, values: Any) -> np.ndarray:
        """The number of the category of each value in column ``name``, -1 for one that training did not have."""
        lookup = {v: i for i, v in enumerate(self.categories_[name])}
        if len(values) <= FEW:
            return np.array([_code(v, lookup) for v in values.tolist()], dtype=np.int64)
        found, distinct = pd.factorize(values)
        return np.array([*(_code(v, lookup) for v in distinct.tolist()), lookup.get(None, -1)], dtype=np.int64)[found]


class EncodeOrdinal(Encode):
    """Each category's number, -1 for one that training did not have, in the same column or in a new one."""

    def __init__(self, columns: list[str], keep_columns: bool = False) -> None:
        self.columns = columns
        self.keep_columns = keep_columns

    def learn(self, frame: pd.DataFrame, y: pd.Series | None) -> None:
        super().learn(frame, y)
        taken = {str(c) for c in frame.columns}
        self.made_ = {c: free(f"{c}_code", taken) if self.keep_columns else c for c in self.columns}

    def make(self, columns: Mapping[str, Any], rows: int) -> dict[str, Any]:
        return {made: self.codes(c, columns[c]) for c, made in self.made_.items()}

    def requires(self, outputs: set[str]) -> set[str]:
        source = {made: name for name, made in self.made_.items()}
        return {source.get(o, o) for o in outputs}


class EncodeOneHot(Encode):
    """A column of 0 and 1 for each category, at the end, in place of the columns encoded or beside them."""

    def __init__(
        self,
        columns: list[str],
        max_categories: int | None = None,
        drop_first: bool = False,
        keep_columns: bool = False,
    ) -> None:
        self.columns = columns
        self.max_categories = max_categories
        self.drop_first = drop_first
        self.keep_columns = keep_columns

    def learn(self, frame: pd.DataFrame, y: pd.Series | None) -> None:
        super().learn(frame, y)
        self.places_: dict[str, list[int]] = {}
        self.outputs_: list[str] = []
        taken = {str(c) for c in frame.columns if self.keep_columns or c not in self.columns}
        for name in self.columns:
            groups, texts = self._groups(frame[name])
            first = int(self.drop_first and len(texts) > 0)
            self.places_[name] = [len(self.outputs_) + g - first if g >= first else -1 for g in groups]
            self.outputs_ += [free(f"{name}_{text}", taken) for text in texts[first:]]

    def make(self, columns: Mapping[str, Any], rows: int) -> dict[str, Any]:
        matrix = np.zeros((len(self.outputs_), rows))
        for name in self.columns:
            places = np.array([*self.places_[name], -1])[self.codes(name, columns[name])]
            found = np.flatnonzero(places >= 0)
            matrix[places[found], found] = 1.0
        return dict(zip(self.outputs_, matrix, strict=True))

    def gone(self) -> Collection[str]:
        return () if self.keep_columns else self.columns

    def requires(self, outputs: set[str]) -> set[str]:
        made = set(self.outputs_)
        return (outputs - made) | (set(self.columns) if outputs & made else set())

    def _groups(self, values: pd.Series) -> tuple[list[int], list[str]]:
        """For each category the number of its column, and the text that names each column.

        Beyond ``max_categories`` the rarest share the last column, as scikit-learn chooses and names them.
        """
        categories = self.categories_[str(values.name)]
        texts = ["nan" if c is None else c for c in categories]
        limit = self.max_categories
        if limit is None or len(categories) <= limit:
            return list(range(len(categories))), texts
        counts = np.bincount(self.codes(str(values.name), array_of(values)), minlength=len(categories))
        common = set(np.argsort(-counts, kind="stable")[: limit - 1].tolist())
        kept = [i for i in range(len(categories)) if i in common]
        groups = [kept.index(i) if i in common else len(kept) for i in range(len(categories))]
        return groups, [*(texts[i] for i in kept), "infrequent_sklearn"]


class EncodeCategories(Step):
    """Turn text and categories into numbers.

    Like OneHotEncoder(handle_unknown="ignore") and OrdinalEncoder in scikit-learn. The categories are those of the
    training rows, and a missing value is one of them where training had it. A new category gives zeros (onehot) or -1
    (ordinal).
    """

    type: ClassVar[str] = "encode_categories"
    title: ClassVar[str] = "Encode Categories"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.FITTED
    synonyms: ClassVar[tuple[str, ...]] = (
        "one-hot",
        "dummies",
        "dummy variables",
        "indicator values",
        "ordinal",
        "label encoding",
    )
    known_as: ClassVar[tuple[str, ...]] = ("Convert to Indicator Values",)
    equivalent: ClassVar[str] = (
        'encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False).set_output(transform="pandas")\n'
        'table = table.drop(columns="fuel").join(encoder.fit_transform(table[["fuel"]]))'
    )
    example: ClassVar[Example | None] = Example(
        params={"columns": ["fuel"]},
        table="power,fuel\n102,gas\n68,diesel\n114,gas\n90,\n",
    )

    method: Literal["onehot", "ordinal"] = Field(
        "onehot", title="Method", description="onehot: a column of 0 and 1 for each category. ordinal: its number."
    )
    max_categories: Annotated[int | None, Form(when={"method": ("onehot",)})] = Field(
        100,
        ge=2,
        le=10_000,
        title="Most categories",
        description="Most columns made of one; the rarest categories share the last. Empty: no limit.",
    )
    drop: Annotated[Literal["none", "first"], Form(when={"method": ("onehot",)})] = Field(
        "none", title="Drop", description="first: no column for the first category, which linear models can do without."
    )
    keep_columns: bool = Field(
        False,
        title="Keep the columns",
        description="On: they stay; the numbers of ordinal stand in columns named ..._code.",
    )
    columns: ColumnRule = Field(CATEGORICAL, title="Columns", description="The columns to encode.")

    def build(self, schema: TableSchema) -> Transformer:
        columns = list(dict.fromkeys(self.columns.select(schema)))
        if self.method == "ordinal":
            return EncodeOrdinal(columns, self.keep_columns)
        return EncodeOneHot(columns, self.max_categories, self.drop == "first", self.keep_columns)


def _categories(values: pd.Series) -> list[Category]:
    """The categories as text, in the order of the values, a missing one last."""
    present = values.dropna().unique().tolist()
    missing: Sequence[Category] = [None] if values.isna().any() else []
    try:
        present.sort()
    except TypeError:
        present.sort(key=as_text)
    return [*dict.fromkeys(as_text(v) for v in present), *missing]


def _code(value: Any, lookup: dict[Category, int]) -> int:
    return lookup.get(None if is_missing(value) else as_text(value), -1)
