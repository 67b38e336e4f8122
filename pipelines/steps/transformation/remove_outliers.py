"""Remove Outliers."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field
from sklearn.ensemble import IsolationForest

from pipelines.chain.transformer import array_of, numbers
from pipelines.columns import NUMERIC
from pipelines.parameters import ColumnRule, Form
from pipelines.schema import TableSchema
from pipelines.steps.base import Behaviour, Example, Step
from pipelines.steps.checks import require_numeric


class RemoveOutliers(Step):
    """Leave out rows whose numbers lie far from the others.

    iqr: beyond a factor of the quartile range below the first or above the third quartile (Tukey 1977, Exploratory Data
    Analysis); zscore: more standard deviations from the mean; isolation_forest: the rows that
    sklearn.ensemble.IsolationForest tells apart most easily, all columns seen together. A missing value is no outlier,
    and iqr passes by a column whose quartiles are alike, where it would leave out every other value.
    Training rows only are left out once the table is split, and none when the model is used.
    """

    type: ClassVar[str] = "remove_outliers"
    title: ClassVar[str] = "Remove Outliers"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.ROW_CHANGING
    synonyms: ClassVar[tuple[str, ...]] = ("extreme values", "anomalies", "IQR", "Tukey", "z-score", "isolation forest")
    equivalent: ClassVar[str] = (
        'low, high = table["price"].quantile([0.25, 0.75])\n'
        "reach = 1.5 * (high - low)\n"
        'table = table[table["price"].isna() | table["price"].between(low - reach, high + reach)]'
    )
    example: ClassVar[Example | None] = Example(
        params={"method": "iqr"}, table="flat,price\n1,95\n2,142\n3,171\n4,2280\n5,203\n6,\n7,112\n"
    )

    method: Literal["iqr", "zscore", "isolation_forest"] = Field(
        "iqr", title="Method", description="How outliers are told from the others."
    )
    factor: Annotated[float, Form(when={"method": ("iqr",)})] = Field(
        1.5, gt=0, allow_inf_nan=False, title="Factor", description="Quartile ranges beyond the quartiles."
    )
    threshold: Annotated[float, Form(when={"method": ("zscore",)})] = Field(
        3.0, gt=0, allow_inf_nan=False, title="Threshold", description="Standard deviations from the mean."
    )
    contamination: Annotated[float, Form(when={"method": ("isolation_forest",)})] = Field(
        0.05, gt=0, le=0.5, title="Share", description="The share of the rows that are left out."
    )
    n_estimators: Annotated[int, Form(when={"method": ("isolation_forest",)})] = Field(
        100, ge=1, le=10_000, title="Trees", description="Number of trees in the forest."
    )
    random_state: Annotated[int, Form(when={"method": ("isolation_forest",)})] = Field(
        0, ge=0, le=2**32 - 1, title="Seed", description="Seed of the forest."
    )
    columns: ColumnRule = Field(NUMERIC, title="Columns", description="The columns of numbers looked at.")

    def change(self, frame: pd.DataFrame, schema: TableSchema) -> pd.DataFrame:
        names = list(dict.fromkeys(self.columns.select(schema)))
        require_numeric(schema, names, "Finding outliers")
        if not names or frame.empty:
            return frame
        values = np.column_stack([np.asarray(numbers(array_of(frame[n])), dtype=np.float64) for n in names])
        values[np.isinf(values)] = np.nan
        if self.method == "isolation_forest":
            forest = IsolationForest(
                n_estimators=self.n_estimators, contamination=self.contamination, random_state=self.random_state
            )
            return frame[forest.fit_predict(values) == 1]
        outside = np.zeros(len(frame), dtype=bool)
        for column in values.T:
            present = column[~np.isnan(column)]
            if len(present):
                low, high = self._bounds(present)
                outside |= (column < low) | (column > high)
        return frame[~outside]

    def _bounds(self, values: np.ndarray) -> tuple[float, float]:
        if self.method == "zscore":
            mean, reach = values.mean(), self.threshold * values.std()
            return mean - reach, mean + reach
        first, third = np.quantile(values, [0.25, 0.75])
        if first == third:
            return -np.inf, np.inf
        reach = self.factor * (third - first)
        return first - reach, third + reach
