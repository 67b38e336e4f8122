"""What steps ask of the columns they were given, with one wording."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.errors import InputError
from pipelines.messages import _, declared
from pipelines.schema import ColumnType, TableSchema
from pipelines.table import Table

WORDS = {
    ColumnType.INTEGER: _("whole numbers"),
    ColumnType.FLOAT: _("numbers"),
    ColumnType.BOOLEAN: _("true/false"),
    ColumnType.TEXT: _("text"),
    ColumnType.CATEGORY: _("categories"),
    ColumnType.DATETIME: _("dates"),
    ColumnType.OTHER: _("values of mixed kinds"),
}


def require_numeric(schema: TableSchema, names: Sequence[str], what: str) -> None:
    """InputError for the first of ``names`` that holds no numbers; ``what`` begins the sentence: ``Scaling``."""
    for name in names:
        kind = schema[name].type
        if not kind.is_numeric:
            raise InputError(
                _(
                    "{what} takes numbers, but column {name!r} holds {kind}.",
                    what=declared(what),
                    name=name,
                    kind=WORDS[kind],
                ),
                fix=_("Leave the column out, or make numbers of it before, with Edit Metadata or Encode Categories."),
            )


def kind_of(type: ColumnType) -> str:
    """Types whose values can be compared or put into one column have one kind."""
    if type.is_numeric:
        return "number"
    return "text" if type in (ColumnType.TEXT, ColumnType.CATEGORY, ColumnType.OTHER) else type.value


def require_whole(table: Table, title: str) -> None:
    """InputError when the rows are split: what is made of several rows would mix training and test rows."""
    if table.partition is not None:
        raise InputError(
            _("{title} looks at several rows at once, which would mix training and test rows.", title=declared(title)),
            fix=_("Put it before Split Data."),
        )
