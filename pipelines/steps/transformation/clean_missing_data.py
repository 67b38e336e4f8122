"""Clean Missing Data."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self, get_args

import pandas as pd
from pydantic import Field, model_validator
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer, KNNImputer

from pipelines.chain.transformer import Transformer
from pipelines.columns import EVERY
from pipelines.messages import _
from pipelines.parameters import ColumnRule, Form
from pipelines.schema import TableSchema
from pipelines.steps.base import Behaviour, Example, Step
from pipelines.steps.checks import require_numeric
from pipelines.steps.transformation.imputation import Constant, DropIncomplete, FillMissing, within

Strategy = Literal["mean", "median", "most_frequent", "constant", "iterative", "knn", "drop_rows", "drop_columns"]
Kind = Literal["number", "text", "boolean", "datetime"]
FILLING = ("mean", "median", "most_frequent", "constant", "iterative", "knn")


class CleanMissingData(Step):
    """Fill in missing values, or drop the rows or columns that have them.

    Like sklearn.impute.SimpleImputer(keep_empty_features=True) and DataFrame.dropna. What is filled in is learned from
    the training rows. ``mean`` and ``median`` fill numbers; other columns that a rule selects get their most frequent
    value. So do ``iterative`` (IterativeImputer: each column of numbers predicted from the others in turn, as in MICE)
    and ``knn`` (KNNImputer: the mean of the nearest rows; it keeps the training rows, is slow beyond some ten thousand,
    and wants columns of one scale), to twelve digits. A column with no value at all is filled with 0, or with "missing"
    where it holds text. ``drop_rows`` drops training rows only once the table is split, and none for predictions.
    """

    type: ClassVar[str] = "clean_missing_data"
    title: ClassVar[str] = "Clean Missing Data"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.FITTED
    synonyms: ClassVar[tuple[str, ...]] = ("impute", "fillna", "fill blanks", "dropna", "null", "nan", "empty", "gaps")
    known_as: ClassVar[tuple[str, ...]] = ("Clean Missing Data", "Missing Values Scrubber")
    equivalent: ClassVar[str] = (
        'columns = table.columns\ntable[columns] = SimpleImputer(strategy="mean").fit_transform(table[columns])'
    )
    example: ClassVar[Example | None] = Example(
        params={"strategy": "median"},
        table="age,hours,work\n25,40,private\n38,,private\n,50,state\n44,45,\n31,38,private\n",
    )

    strategy: Strategy = Field("mean", title="Strategy", description="What to do about a missing value.")
    fill_value: Annotated[Constant, Form(widget="text", when={"strategy": ("constant",)})] = Field(
        None, title="Fill value", description='What to fill in. Empty: 0 for numbers, "missing" for text, false.'
    )
    fill_values: Annotated[dict[Kind, Constant], Form(when={"strategy": ("constant",)})] = Field(
        {},
        title="Fill values by kind",
        description="For kinds of columns that take another value, as in {number: -1, text: unknown}.",
    )
    max_iter: Annotated[int, Form(when={"strategy": ("iterative",)})] = Field(
        10, ge=1, le=1000, title="Rounds", description="Of predicting each column from the others, at most."
    )
    n_neighbors: Annotated[int, Form(when={"strategy": ("knn",)})] = Field(
        5, ge=1, le=1000, title="Neighbours", description="How many of the nearest rows are averaged."
    )
    add_indicator: Annotated[bool, Form(when={"strategy": FILLING})] = Field(
        False,
        title="Indicator columns",
        description="For each column with gaps in the training rows one more, named ..._missing, true at a gap.",
    )
    keep_empty_features: Annotated[bool, Form(group="More", when={"strategy": FILLING})] = Field(
        True,
        title="Keep empty columns",
        description="Off: a column of those looked at that has no value in any training row leaves.",
    )
    min_ratio: Annotated[float, Form(group="More")] = Field(
        0.0, ge=0, le=1, title="Least missing", description="Columns with a smaller share of missing values are left."
    )
    max_ratio: Annotated[float, Form(group="More")] = Field(
        1.0, ge=0, le=1, title="Most missing", description="Columns with a larger share of missing values are left."
    )
    columns: ColumnRule = Field(EVERY, title="Columns", description="The columns looked at; all features by default.")

    @model_validator(mode="after")
    def _a_span(self) -> Self:
        if self.min_ratio > self.max_ratio:
            raise ValueError(_("the least share of missing values is above the most"))
        return self

    @property
    def acts_as(self) -> Behaviour:
        return Behaviour.ROW_CHANGING if self.strategy == "drop_rows" else Behaviour.FITTED

    def change(self, frame: pd.DataFrame, schema: TableSchema) -> pd.DataFrame:
        return frame.dropna(subset=within(frame, self.columns.select(schema), self.min_ratio, self.max_ratio))

    def build(self, schema: TableSchema) -> Transformer:
        columns = list(dict.fromkeys(self.columns.select(schema)))
        if self.strategy == "drop_columns":
            return DropIncomplete(columns, self.min_ratio, self.max_ratio)
        if self.strategy in ("mean", "median") and self.columns.names is not None:
            require_numeric(schema, columns, f"The {self.strategy}")
        return FillMissing(
            columns,
            self.strategy,
            self._constants() if self.strategy == "constant" else None,
            self._imputer(),
            self.add_indicator,
            self.min_ratio,
            self.max_ratio,
            self.keep_empty_features,
        )

    def _constants(self) -> dict[str, Constant]:
        return {kind: self.fill_values.get(kind, self.fill_value) for kind in get_args(Kind)}

    def _imputer(self) -> Any:
        match self.strategy:
            case "iterative":
                return IterativeImputer(max_iter=self.max_iter, keep_empty_features=True, random_state=0)
            case "knn":
                return KNNImputer(n_neighbors=self.n_neighbors, keep_empty_features=True)
            case _:
                return None
