"""What is unusual about rows that a model accepts, in words: told beside the answer, it stops nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pipelines.chain.conform import SHOWN, as_text
from pipelines.messages import Joined, Message, _, ngettext

NAMED = 5


class RemarkKind(StrEnum):
    """What a remark is about."""

    UNKNOWN_CATEGORY = "unknown_category"
    OUT_OF_RANGE = "out_of_range"
    MISSING_COLUMN = "missing_column"
    MISSING_VALUE = "missing_value"
    READ_AS = "read_as"
    FRACTION = "fraction"
    UNKNOWN_PARAMETER = "unknown_parameter"


TEMPLATES = {
    RemarkKind.UNKNOWN_CATEGORY: _("Row {row}, column {column!r}: {found} was not seen in training."),
    RemarkKind.OUT_OF_RANGE: _(
        "Row {row}, column {column!r}: {found} lies outside the range in training, {low} to {high}."
    ),
    RemarkKind.MISSING_COLUMN: _("Row {row} has no column {column!r}; it counts as missing."),
    RemarkKind.MISSING_VALUE: _("Row {row}, column {column!r}: there is no value, and in training there always was."),
    RemarkKind.READ_AS: _("Row {row}, column {column!r}: {found} was read as {expected}."),
    RemarkKind.FRACTION: _("Row {row}, column {column!r}: {found} is no whole number, and in training all were."),
}


@dataclass(frozen=True)
class Remark:
    """One remark on a column. ``rows``, counted from 1, and ``found`` are of the first few of ``count`` rows."""

    kind: RemarkKind
    column: str
    message: str
    count: int = 1
    rows: tuple[int, ...] = ()
    found: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As a reply writes it."""
        return {
            "kind": self.kind.value,
            "column": self.column,
            "message": str(self.message),
            "count": self.count,
            "rows": list(self.rows),
            "found": list(self.found),
        }


def remark(kind: RemarkKind, column: str, pairs: Sequence[tuple[int, Any]], **values: Any) -> Remark:
    """A remark on the rows and values in ``pairs``, of which there is at least one; ``values`` fill its template."""
    row, value = pairs[0]
    filled = {"row": row, "column": column, "found": _shown(value), **values}
    message = Message(TEMPLATES[kind].template, filled)
    if len(pairs) > 1:
        more = ngettext("So it is in {count} more row.", "So it is in {count:,} more rows.", count=len(pairs) - 1)
        message = Joined([message, more])
    found = tuple(dict.fromkeys(as_text(v)[:SHOWN] for _row, v in pairs[:NAMED] if v is not None))
    return Remark(kind, column, message, len(pairs), tuple(row for row, _value in pairs[:NAMED]), found)


def _shown(value: Any) -> str:
    return repr(value[:SHOWN]) if isinstance(value, str) else as_text(value)
