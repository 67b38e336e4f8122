"""What steps ask of the columns they were given, with one wording."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.errors import InputError
from pipelines.schema import ColumnType, TableSchema

WORDS = {
    ColumnType.INTEGER: "whole numbers",
    ColumnType.FLOAT: "numbers",
    ColumnType.BOOLEAN: "true/false",
    ColumnType.TEXT: "text",
    ColumnType.CATEGORY: "categories",
    ColumnType.DATETIME: "dates",
    ColumnType.OTHER: "values of mixed kinds",
}


def require_numeric(schema: TableSchema, names: Sequence[str], what: str) -> None:
    """InputError for the first of ``names`` that holds no numbers; ``what`` begins the sentence: ``Scaling``."""
    for name in names:
        kind = schema[name].type
        if not kind.is_numeric:
            raise InputError(
                f"{what} takes numbers, but column {name!r} holds {WORDS[kind]}.",
                fix="Leave the column out, or make numbers of it before, with Edit Metadata or Encode Categories.",
            )


def kind_of(type: ColumnType) -> str:
    """Types whose values can be compared or put into one column have one kind."""
    if type.is_numeric:
        return "number"
    return "text" if type in (ColumnType.TEXT, ColumnType.CATEGORY, ColumnType.OTHER) else type.value
