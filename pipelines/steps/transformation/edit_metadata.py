"""Edit Metadata."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from pipelines.chain.conform import conform_column
from pipelines.chain.transformer import Transformer
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import ColumnRule, Form
from pipelines.schema import ColumnType, Role, TableSchema
from pipelines.steps.base import Behaviour, Example, Step

DataType = Literal["unchanged", "integer", "float", "text", "boolean", "category", "datetime"]


class CastColumns(Transformer):
    """Columns read as another type, made categories or no longer any, then renamed.

    ``names`` has the new name of each of ``columns``.
    """

    def __init__(
        self, columns: list[str], names: list[str], data_type: str, format: str = "", categorical: str = "unchanged"
    ) -> None:
        self.columns = columns
        self.names = names
        self.data_type = data_type
        self.format = format
        self.categorical = categorical

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        if self.data_type != "unchanged":
            X = X.assign(**{c: cast(X[c], self.data_type, self.format) for c in self.columns if c in X.columns})
        if self.categorical != "unchanged":
            change = _categories if self.categorical == "categorical" else _values
            X = X.assign(**{c: change(X[c]) for c in self.columns if c in X.columns})
        return X if self.names == self.columns else X.rename(columns=dict(zip(self.columns, self.names, strict=True)))

    def requires(self, outputs: set[str]) -> set[str]:
        old = dict(zip(self.names, self.columns, strict=True))
        return {old.get(name, name) for name in outputs}


class EditMetadata(Step):
    """Change the type, the role or the names of columns.

    Like DataFrame.astype, pandas.to_datetime and DataFrame.rename. A value that cannot be read as the new type is an
    error that names it. ``type`` may be written for ``data_type``.
    """

    type: ClassVar[str] = "edit_metadata"
    title: ClassVar[str] = "Edit Metadata"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.ROW_WISE
    synonyms: ClassVar[tuple[str, ...]] = (
        "cast",
        "convert",
        "rename",
        "astype",
        "data type",
        "yes/no",
        "boolean",
        "role",
        "make categorical",
    )
    known_as: ClassVar[tuple[str, ...]] = ("Edit Metadata", "Metadata Editor")
    equivalent: ClassVar[str] = (
        'table["day"] = pd.to_datetime(table["day"], format="%d.%m.%Y")\n'
        'table = table.rename(columns={"day": "ordered"})'
    )
    example: ClassVar[Example | None] = Example(
        params={"columns": ["day"], "data_type": "datetime", "format": "%d.%m.%Y", "new_names": ["ordered"]},
        table="day,amount\n31.01.2026,12\n01.02.2026,30\n14.02.2026,28\n,11\n",
    )

    columns: ColumnRule = Field(title="Columns", description="The columns to change.")
    data_type: DataType = Field("unchanged", title="Type", description="What their values are to be read as.")
    format: Annotated[str, Form(when={"data_type": ("datetime",)})] = Field(
        "", max_length=100, title="Format", description="How dates are written, such as %d.%m.%Y. Empty: as 2026-01-31."
    )
    categorical: Literal["unchanged", "categorical", "non-categorical"] = Field(
        "unchanged",
        title="Categorical",
        description="categorical: also numbers are categories. non-categorical: categories are text or numbers again.",
    )
    role: Literal["unchanged", "feature", "label", "id", "weight"] = Field(
        "unchanged",
        title="Role",
        description="What the columns are for. feature clears a role, id keeps columns from being learned from.",
    )
    new_names: tuple[Annotated[str, Field(min_length=1)], ...] = Field(
        (), title="New names", description="One for each column, in order. Empty: they keep theirs."
    )

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        if isinstance(value, dict) and "type" in value and "data_type" not in value:
            return {"data_type" if k == "type" else k: v for k, v in value.items()}
        return value

    @model_validator(mode="after")
    def _a_name_each(self) -> Self:
        if self.columns.names is not None and self.new_names and len(self.columns.names) != len(self.new_names):
            raise ValueError(
                _(
                    "there are {columns} columns but {names} new names",
                    columns=len(self.columns.names),
                    names=len(self.new_names),
                )
            )
        return self

    def build(self, schema: TableSchema) -> Transformer:
        columns = list(dict.fromkeys(self.columns.select(schema)))
        names = self._names(columns)
        after = [dict(zip(columns, names, strict=True)).get(n, n) for n in schema.names]
        twice = next((n for n in after if after.count(n) > 1), None)
        if twice is not None:
            raise InputError(_("Two columns would be called {name!r}.", name=twice), fix=_("Choose another new name."))
        if self.role in ("label", "weight") and len(columns) > 1:
            raise InputError(
                _("{number} columns cannot all be the {role}.", number=len(columns), role=self.role),
                fix=_("Choose one column."),
            )
        return CastColumns(columns, names, self.data_type, self.format, self.categorical)

    def roles(self, schema: TableSchema) -> dict[str, Role]:
        columns = self.columns.select(schema)
        roles = super().roles(schema)
        if self.role != "unchanged":
            role = Role(self.role)
            if role in (Role.LABEL, Role.WEIGHT):
                roles = {n: r for n, r in roles.items() if r is not role}
            roles |= dict.fromkeys(columns, role)
        new = dict(zip(columns, self._names(columns), strict=True))
        return {new.get(n, n): r for n, r in roles.items() if r is not Role.FEATURE}

    def _names(self, columns: list[str]) -> list[str]:
        if not self.new_names:
            return columns
        if len(columns) != len(self.new_names):
            raise InputError(
                _(
                    "There are {columns} columns but {names} new names.",
                    columns=len(columns),
                    names=len(self.new_names),
                ),
                fix=_("Give one new name for each column."),
            )
        return list(self.new_names)


@dataclass(frozen=True)
class _Wanted:
    name: str
    type: ColumnType
    example: Any = None
    empty_text: bool = True
    missing: tuple[str, ...] = ()


def cast(values: pd.Series, data_type: str, format: str = "") -> Any:
    """``values`` as an array of ``data_type``; InputError names the column, the row and the value that is none."""
    name = str(values.name)
    match data_type:
        case "category":
            return values.astype("category").array
        case "datetime" if format:
            return _times(values, name, format)
        case "integer":
            return _whole(values, conform_column(values, _Wanted(name, ColumnType.INTEGER)))
        case "float":
            return np.asarray(conform_column(values, _Wanted(name, ColumnType.FLOAT)), dtype=np.float64)
        case _:
            return conform_column(values, _Wanted(name, ColumnType(data_type)))


def _categories(values: pd.Series) -> Any:
    return values if isinstance(values.dtype, pd.CategoricalDtype) else values.astype("category").array


def _values(values: pd.Series) -> Any:
    """What the categories stand for."""
    kind = values.dtype
    if not isinstance(kind, pd.CategoricalDtype):
        return values
    held = kind.categories.dtype
    whole_with_gaps = pd.api.types.is_integer_dtype(held) and bool(values.isna().any())
    return values.astype(np.float64 if whole_with_gaps else held).array


def _whole(values: pd.Series, found: np.ndarray) -> Any:
    if found.dtype.kind != "f":
        return found
    missing = np.isnan(found)
    wrong = ~missing & ~((np.abs(found) < 2.0**63) & (found == np.floor(found)))
    if wrong.any():
        raise _unreadable(
            values, int(wrong.argmax()), _("a whole number"), _("Use the type float, or round the column before.")
        )
    return pd.Series(found).astype("Int64").array


def _times(values: pd.Series, name: str, format: str) -> Any:
    texts = pd.Series(conform_column(values, _Wanted(name, ColumnType.TEXT, empty_text=False)))
    try:
        found = pd.to_datetime(texts, format=format, errors="coerce", utc="%z" in format)
    except ValueError as error:
        raise InputError(
            _("The format {format!r} cannot be used: {error}.", format=format, error=str(error)),
            fix=_("Write it like %d.%m.%Y."),
        ) from None
    wrong = (found.isna() & texts.notna()).to_numpy()
    if wrong.any():
        raise _unreadable(
            values, int(wrong.argmax()), _("a date written as {format}", format=format), _("Check the format.")
        )
    return (found.dt.tz_convert(None) if found.dt.tz is not None else found).dt.as_unit("us").array


def _unreadable(values: pd.Series, row: int, expected: str, fix: str) -> InputError:
    found = str(values.iloc[row])[:80]
    return InputError(
        _(
            "Row {row}, column {column!r}: found {found!r}, expected {expected}.",
            row=row + 1,
            column=str(values.name),
            found=found,
            expected=expected,
        ),
        fix=fix,
    )
