"""Normalize Data."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler

from pipelines.chain.transformer import Transformer
from pipelines.columns import NUMERIC
from pipelines.parameters import ColumnRule
from pipelines.schema import TableSchema
from pipelines.steps.base import Example, FittedStep
from pipelines.steps.checks import require_numeric

SCALERS = {"zscore": StandardScaler, "minmax": MinMaxScaler, "robust": RobustScaler, "maxabs": MaxAbsScaler}


class NormalizeData(FittedStep):
    """Bring numbers to one scale.

    As sklearn.preprocessing does: zscore (StandardScaler: mean 0, deviation 1), minmax (MinMaxScaler: 0 to 1), robust
    (RobustScaler: median 0, quartile range 1), maxabs (MaxAbsScaler: largest size 1). The scale is learned from the
    training rows; missing values stay missing.
    """

    type: ClassVar[str] = "normalize_data"
    title: ClassVar[str] = "Normalize Data"
    category: ClassVar[str] = "Transformation"
    synonyms: ClassVar[tuple[str, ...]] = ("scale", "standardize", "z-score", "min-max", "StandardScaler")
    known_as: ClassVar[tuple[str, ...]] = ("Normalize Data",)
    equivalent: ClassVar[str] = "table[columns] = StandardScaler().fit_transform(table[columns])"
    example: ClassVar[Example | None] = Example(
        params={"method": "zscore", "columns": ["width", "power"]},
        table="make,width,power\naudi,66,102\nbmw,65,101\nmazda,64,68\nvolvo,67,114\n",
    )

    method: Literal["zscore", "minmax", "robust", "maxabs"] = Field(
        "zscore", title="Method", description="What the scale is made of."
    )
    columns: ColumnRule = Field(NUMERIC, title="Columns", description="The columns to scale.")

    def estimator(self) -> Any:
        return SCALERS[self.method]()

    def build(self, schema: TableSchema) -> Transformer:
        require_numeric(schema, self.columns.select(schema), "Scaling")
        return super().build(schema)
