"""Clean Missing Data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from pipelines.chain.conform import as_text
from pipelines.chain.transformer import Columnwise, Transformer, numbers
from pipelines.columns import EVERY
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import ColumnRule, Form
from pipelines.schema import ColumnType, TableSchema, column_type
from pipelines.steps.base import Behaviour, Example, Step
from pipelines.steps.checks import WORDS, require_numeric

Strategy = Literal["mean", "median", "most_frequent", "constant", "drop_rows", "drop_columns"]
Constant = bool | int | float | str | None
NO_TEXT = "missing"


class FillMissing(Columnwise):
    """Missing values replaced by a value learned for each column, or by ``fill_value``."""

    def __init__(self, columns: list[str], strategy: str, fill_value: Constant = None) -> None:
        self.columns = columns
        self.strategy = strategy
        self.fill_value = fill_value

    def learn(self, frame: pd.DataFrame, y: pd.Series | None) -> None:
        self.values_: dict[str, Any] = {c: self._value(frame[c]) for c in self.columns}

    def make(self, columns: Mapping[str, Any], rows: int) -> dict[str, Any]:
        made = {}
        for name, value in self.values_.items():
            column = columns[name]
            missing = _missing(column)
            if missing is not None:
                made[name] = _filled(pd.Series(column, copy=False), missing, value)
        return made

    def requires(self, outputs: set[str]) -> set[str]:
        return set(outputs)

    def _value(self, values: pd.Series) -> Any:
        kind = column_type(values)
        if self.strategy == "constant":
            return _constant(values, kind, self.fill_value)
        present = values.dropna()
        if not len(present):
            return _constant(values, kind, None)
        if kind.is_numeric and self.strategy in ("mean", "median"):
            floats = present.to_numpy(dtype=np.float64)
            return float(np.mean(floats) if self.strategy == "mean" else np.median(floats))
        return _plain(present.astype(object).mode().iloc[0], kind)


class DropIncomplete(Transformer):
    """Those of ``candidates`` that had a missing value in the training rows, dropped."""

    columns: ClassVar[tuple[str, ...]] = ()

    def __init__(self, candidates: list[str]) -> None:
        self.candidates = candidates

    def learn(self, frame: pd.DataFrame, y: pd.Series | None) -> None:
        self.dropped_ = [c for c in self.candidates if frame[c].isna().any()]

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        return X.drop(columns=self.dropped_, errors="ignore")

    def requires(self, outputs: set[str]) -> set[str]:
        return set(outputs)


class CleanMissingData(Step):
    """Fill in missing values, or drop the rows or columns that have them.

    Like sklearn.impute.SimpleImputer(keep_empty_features=True) and DataFrame.dropna. What is filled in is learned from
    the training rows. ``mean`` and ``median`` fill numbers; other columns that a rule selects get their most frequent
    value. A column with no value at all is filled with 0, or with "missing" where it holds text. ``drop_rows`` drops
    training rows only once the table is split, and none when the model is used.
    """

    type: ClassVar[str] = "clean_missing_data"
    title: ClassVar[str] = "Clean Missing Data"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.FITTED
    synonyms: ClassVar[tuple[str, ...]] = ("impute", "fillna", "dropna", "null", "nan", "empty", "gaps")
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
    columns: ColumnRule = Field(EVERY, title="Columns", description="The columns looked at; all features by default.")

    @property
    def acts_as(self) -> Behaviour:
        return Behaviour.ROW_CHANGING if self.strategy == "drop_rows" else Behaviour.FITTED

    def change(self, frame: pd.DataFrame, schema: TableSchema) -> pd.DataFrame:
        return frame.dropna(subset=self.columns.select(schema))

    def build(self, schema: TableSchema) -> Transformer:
        columns = list(dict.fromkeys(self.columns.select(schema)))
        if self.strategy == "drop_columns":
            return DropIncomplete(columns)
        if self.strategy in ("mean", "median") and self.columns.names is not None:
            require_numeric(schema, columns, f"The {self.strategy}")
        return FillMissing(columns, self.strategy, self.fill_value if self.strategy == "constant" else None)


def _missing(values: Any) -> np.ndarray | None:
    """Which values of an array are missing; None when none is."""
    kind = values.dtype.kind if isinstance(values.dtype, np.dtype) else "extension"
    if kind in "iub":
        return None
    found = np.isnan(values) if kind == "f" else np.asarray(pd.isna(values))
    return found if found.any() else None


def _filled(values: pd.Series, missing: np.ndarray, value: Any) -> Any:
    """An array without gaps, of the column's own dtype where that can hold ``value``."""
    dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        known = values if value in dtype.categories else values.cat.add_categories([value])
        return known.mask(missing, value).array
    if isinstance(value, float) and not value.is_integer() and pd.api.types.is_integer_dtype(dtype):
        found = numbers(values)
        assert found is not None
        return np.where(missing, value, found)
    if isinstance(value, str) and pd.api.types.is_datetime64_any_dtype(dtype):
        moment = pd.Timestamp(value)
        zone = getattr(dtype, "tz", None)
        return values.mask(missing, moment.tz_localize("UTC").tz_convert(zone) if zone else moment).array
    if isinstance(value, float) and pd.api.types.is_integer_dtype(dtype):
        value = int(value)
    return values.mask(missing, value).array


def _constant(values: pd.Series, kind: ColumnType, value: Constant) -> Any:
    """``value`` as the column can hold it; the stand-in of the column's kind for None."""
    name = str(values.name)
    if kind.is_numeric:
        try:
            return float(0 if value is None else value)
        except ValueError:
            raise _unfit(name, kind, value) from None
    if kind is ColumnType.BOOLEAN:
        known = {"true": True, "false": False, "1": True, "0": False, "none": False}
        if str(value).casefold() not in known:
            raise _unfit(name, kind, value)
        return known[str(value).casefold()]
    if kind is ColumnType.DATETIME:
        try:
            return _moment(pd.Timestamp(0 if value is None else str(value)))
        except ValueError:
            raise _unfit(name, kind, value) from None
    return NO_TEXT if value is None else as_text(value)


def _plain(value: Any, kind: ColumnType) -> Any:
    """A value as skops can store it."""
    if kind.is_numeric:
        return float(value)
    if kind is ColumnType.BOOLEAN:
        return bool(value)
    if kind is ColumnType.DATETIME:
        return _moment(pd.Timestamp(value))
    value = value.item() if isinstance(value, np.generic) else value
    return value if isinstance(value, int | float | bool) else str(value)


def _moment(value: pd.Timestamp) -> str:
    return (value.tz_convert("UTC").tz_localize(None) if value.tz is not None else value).isoformat()


def _unfit(name: str, kind: ColumnType, value: Constant) -> InputError:
    return InputError(
        _(
            "Column {column!r} holds {kind}, so it cannot be filled with {value!r}.",
            column=name,
            kind=WORDS[kind],
            value=value,
        ),
        fix=_("Choose the columns that it fits, such as those of one kind."),
    )
