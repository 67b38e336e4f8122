"""What a dataset's columns are good for, judged by their profiles: labels, features, and columns to leave out."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.datasets.profile import ColumnProfile
from pipelines.graph.rules.facts import named_like_an_id
from pipelines.messages import _
from pipelines.schema import ColumnType

TARGETS = (
    *("label", "target", "class", "y", "outcome", "response", "result", "price", "income", "risk", "churn"),
    *("quality", "cost", "amount", "salary", "sales", "revenue", "score", "rating", "status", "type", "grade"),
    *("species", "diagnosis", "survived", "default", "fraud", "demand", "consumption", "total", "value", "mass"),
    *("weight", "count"),
)
MOSTLY_MISSING = 0.95
MOSTLY_DISTINCT = 0.5
FEW_ROWS = 20  # below, that all values differ says nothing
MAX_CLASSES = 20


def likely_labels(profile: Sequence[ColumnProfile], question: str) -> list[str]:
    """The columns that could be predicted for this question (``number`` or ``category``), the likeliest first."""
    fits = can_be_number if question == "number" else can_be_category
    columns = [c for c in profile if fits(c) and not unfit(c)]
    last = profile[-1].name if profile else ""
    late = columns[-1].name if columns and question == "number" else ""
    return [c.name for c in sorted(columns, key=lambda c: -_likelihood(c, question, c.name == last, c.name == late))]


def can_be_number(column: ColumnProfile) -> bool:
    """Whether the column holds numbers that differ and are all finite."""
    return ColumnType(column.type).is_numeric and column.distinct > 1 and not has_infinite(column)


def can_be_category(column: ColumnProfile) -> bool:
    """Whether the column's values can be classes: two at least, not one for every few rows, no measured numbers."""
    kind, present = ColumnType(column.type), column.rows - column.missing
    if kind in (ColumnType.DATETIME, ColumnType.OTHER) or column.distinct < 2:
        return False
    if kind is ColumnType.FLOAT and column.distinct > 10:
        return False
    many = 0.1 if kind.is_numeric else 0.5
    return (column.distinct <= MAX_CLASSES and column.distinct < present) or column.distinct <= many * present


def unfit(column: ColumnProfile) -> str:
    """Why nothing can be learned from the column, as the end of a sentence; empty when something may be."""
    present = column.rows - column.missing
    kind = ColumnType(column.type)
    if not present:
        return _("has no value at all")
    if column.missing > MOSTLY_MISSING * column.rows:
        return _("is missing in {missing} of {rows} rows", missing=column.missing, rows=column.rows)
    if column.distinct <= 1:
        return _("has the same value in every row")
    if kind is ColumnType.OTHER:
        return _("holds values of mixed kinds")
    if has_infinite(column):
        return _("holds infinite numbers")
    if kind in (ColumnType.TEXT, ColumnType.CATEGORY, ColumnType.INTEGER) and present >= FEW_ROWS:
        return _like_an_id(column, kind, present)
    return ""


def has_infinite(column: ColumnProfile) -> bool:
    """Whether a column of numbers holds infinite ones, which its histogram leaves out."""
    return ColumnType(column.type) is ColumnType.FLOAT and sum(column.counts) < column.rows - column.missing


def _like_an_id(column: ColumnProfile, kind: ColumnType, present: int) -> str:
    share = column.distinct / present
    if kind is ColumnType.INTEGER:
        numbered = share == 1 and isinstance(column.min, int) and isinstance(column.max, int)
        if numbered and column.max - column.min == present - 1:  # type: ignore[operator]
            return _("numbers the rows")
        return _("tells rows apart, as an id does") if named_like_an_id(column.name) and share > MOSTLY_DISTINCT else ""
    if share == 1 or (named_like_an_id(column.name) and share > MOSTLY_DISTINCT):
        return _("tells rows apart, as an id does")
    return _("has another text in most rows") if share > MOSTLY_DISTINCT else ""


def _likelihood(column: ColumnProfile, question: str, last: bool, late: bool) -> float:
    """What speaks for a column as the label: its name, and that it is the table's last, or the last that would do."""
    words = "".join(c if c.isalnum() else " " for c in column.name.casefold()).split()
    named = next((len(TARGETS) - i for i, target in enumerate(TARGETS) if target in words), 0)
    score = 2.0 + named / len(TARGETS) if named else 0.0
    score += 1.5 if last else 0.75 if late else 0.0
    if question == "category":
        return score + (0.5 if column.distinct == 2 else 0.25 if column.distinct <= MAX_CLASSES else 0.0)
    return score + (0.5 if column.distinct > MAX_CLASSES else 0.0)
