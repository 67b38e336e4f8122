"""Column rules: which columns a step works on, so that a pipeline survives a new column."""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_serializer, model_validator

from pipelines.messages import _
from pipelines.schema import Column, ColumnType, Role, TableSchema

Kind = Literal["all", "numeric", "integer", "float", "categorical", "text", "category", "boolean", "datetime"]


class Columns(BaseModel):
    """A list of names, or a rule: a kind, a pattern, and what to leave out.

    A list is taken as it stands, in its order. A rule selects features only: it never takes the label, an id or a
    weight. ``{kind: categorical}`` means text, category and boolean columns.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    names: tuple[str, ...] | None = Field(None, description="These columns, in this order.")
    kind: Kind = Field("all", description="Only columns of this kind.")
    pattern: str | None = Field(None, description="Only columns whose name matches this regular expression.")
    exclude: tuple[str, ...] = Field((), description="Not these columns.")

    @model_validator(mode="before")
    @classmethod
    def _from_list(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"kind": "all"} if value == "all" else {"names": (value,)}
        if isinstance(value, list | tuple):
            return {"names": tuple(value)}
        return value

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                re.compile(value)
            except re.error as error:
                raise ValueError(_("{value!r} is no regular expression: {error}", value=value, error=error)) from error
        return value

    @model_serializer
    def _shortest(self) -> Any:
        if self.names is not None:
            return list(self.names)
        rule: dict[str, Any] = {"kind": self.kind}
        if self.pattern is not None:
            rule["pattern"] = self.pattern
        if self.exclude:
            rule["exclude"] = list(self.exclude)
        return rule

    def select(self, schema: TableSchema) -> list[str]:
        """The names selected, in the list's order or the table's. ColumnMissingError for one that is not there."""
        if self.names is not None:
            return schema.require(self.names)
        schema.require(self.exclude)
        return [c.name for c in schema if c.role is Role.FEATURE and c.name not in self.exclude and self._takes(c)]

    def named(self) -> tuple[str, ...]:
        """Every column this rule spells out, to be checked against a schema."""
        return (self.names or ()) + self.exclude

    def _takes(self, column: Column) -> bool:
        if self.pattern is not None and not re.search(self.pattern, column.name):
            return False
        match self.kind:
            case "all":
                return True
            case "numeric":
                return column.type.is_numeric
            case "categorical":
                return column.type.is_categorical
            case kind:
                return column.type is ColumnType(kind)


EVERY = Columns()
NUMERIC = Columns(kind="numeric")
CATEGORICAL = Columns(kind="categorical")
