"""Rows as a request writes them, held against a contract: what does not fit is refused, what is unusual is told.

Values of JSON, and the text of a CSV, become what the model is sent, and nothing is lost on the way: 39.5 stays 39.5
where training had whole numbers, "39" is read as 39, and both are told; "old" is refused. The readings are those of
``conform``. All goes column by column over whole lists, so that the checks take less time than reading the JSON does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipelines.chain.conform import EXPECTED, as_text, is_missing, misfit, read_number, read_time, read_truth
from pipelines.chain.contract import Contract, ContractColumn
from pipelines.chain.remarks import NAMED, Remark, RemarkKind, remark
from pipelines.errors import ContractError, nearest
from pipelines.messages import Joined, _
from pipelines.schema import ColumnType

EXACT = 2.0**53
MANY = 200
REMEMBERED = 256


class _Absent:
    """Stands for a value that its row does not have at all."""


ABSENT = _Absent()


@dataclass(frozen=True)
class Checked:
    """Rows in the contract's columns as plain values: numbers, truth values, text, times as ISO text, and None."""

    columns: dict[str, list[Any]]
    count: int
    remarks: list[Remark]


def check(
    contract: Contract,
    columns: Mapping[str, list[Any]],
    count: int,
    *,
    given: Collection[str] = (),
    is_text: bool = False,
) -> Checked:
    """``count`` rows, held against the contract; ContractError for the first column or value that does not fit.

    ``columns`` holds a list of ``count`` values for every column of the contract that was given; a value may be ABSENT.
    ``given`` names all columns, to find a misspelled one. ``is_text``: everything is text, as in a CSV, so that a
    number that is text is nothing to tell.
    """
    if not count:
        return Checked({name: [] for name in contract.names}, 0, [])
    remarks: list[Remark] = []
    found = {}
    for column in _columns_of(contract):
        values = columns.get(column.name)
        if values is None or values.count(ABSENT) == count:
            values = column.absent(contract, given, count, remarks)
            if column.of.width:
                continue  # a missing value would be cast to one
        else:
            values = column.read(column.filled(values, remarks), is_text, remarks)
        found[column.name] = values
    return Checked(found, count, remarks)


class _Column:
    """A column of a contract, ready to read values by; one class for each way to read them."""

    reads_text = False

    def __init__(self, column: ContractColumn) -> None:
        self.name = column.name
        self.of = column

    def read(self, values: list[Any], is_text: bool, remarks: list[Remark]) -> list[Any]:
        """The values as the model takes them."""
        raise NotImplementedError

    def plain(self, value: Any) -> Any:
        """One value, which is not missing, read; None for text that means missing. Raises what ``conform`` raises."""
        raise NotImplementedError

    def absent(self, contract: Contract, given: Collection[str], count: int, remarks: list[Remark]) -> list[Any]:
        """The values of a column that no row has."""
        if self.of.required:
            raise contract.absent(self.name, given)
        message = _("The rows have no column {column!r}; it counts as missing.", column=self.name)
        close = nearest(self.name, [g for g in given if g not in contract.names]) if len(given) < MANY else None
        if close:
            message = Joined([message, _("Is it {close!r} here?", close=close)])
        rows = tuple(range(1, min(count, NAMED) + 1))
        remarks.append(Remark(RemarkKind.MISSING_COLUMN, self.name, message, count, rows))
        return [None] * count

    def filled(self, values: list[Any], remarks: list[Remark]) -> list[Any]:
        """The values with None for those that their row does not have."""
        if ABSENT not in values:
            return values
        lacking = [(row, None) for row, value in enumerate(values, start=1) if value is ABSENT]
        if self.of.required:
            raise ContractError(
                _("Row {row} has no column {column!r}, which the model needs.", row=lacking[0][0], column=self.name),
                row=lacking[0][0],
                column=self.name,
                expected=EXPECTED[self.of.type],
            )
        remarks.append(remark(RemarkKind.MISSING_COLUMN, self.name, lacking))
        return [None if value is ABSENT else value for value in values]

    def each(self, values: list[Any], is_text: bool, remarks: list[Remark]) -> list[Any]:
        """The values read one by one, with remarks on gaps and on values of another kind."""
        marks, found, gaps, bent = self.of.missing, [], [], []
        for row, value in enumerate(values, start=1):
            if is_missing(value) or (type(value) is str and value in marks):
                taken = None
            else:
                try:
                    taken = self.plain(value)
                except (ValueError, TypeError, KeyError, OverflowError):
                    raise misfit(row, self.of, value) from None
            if taken is None:
                gaps.append((row, None))
            elif not is_text and self.is_bent(value, taken):
                bent.append((row, value))
            found.append(taken)
        if gaps and self.of.required and not self.of.passed:
            remarks.append(remark(RemarkKind.MISSING_VALUE, self.name, gaps))
        if bent:
            remarks.append(remark(RemarkKind.READ_AS, self.name, bent, expected=EXPECTED[self.of.type]))
        return found

    def is_bent(self, value: Any, taken: Any) -> bool:
        """Whether ``taken`` is of another kind than the value it was read from."""
        return type(value) is not type(taken)


class _Numbers(_Column):
    def read(self, values: list[Any], is_text: bool, remarks: list[Remark]) -> list[Any]:
        if is_text:
            values = _numbers_of(values) or values
        if not (set(map(type, values)) <= {int, float} and _all_finite(values)):
            values = self.each(values, is_text, remarks)
        if self.of.width:
            self._fit(values)
        if self.of.passed:
            return values
        if self.of.type is ColumnType.INTEGER and float in set(map(type, values)):
            broken = [(row, v) for row, v in enumerate(values, start=1) if type(v) is float and v % 1]
            if broken:
                remarks.append(remark(RemarkKind.FRACTION, self.name, broken))
        self._range(values, remarks)
        return values

    def _fit(self, values: list[Any]) -> None:
        """ContractError for a value that a cast to the column's width would bend."""
        least, most = -(2 ** (self.of.width - 1)), 2 ** (self.of.width - 1) - 1
        for row, value in enumerate(values, start=1):
            if value is None or value % 1 or not least <= value <= most:
                raise misfit(row, self.of, _none(value), _("a whole number of {bits} bits", bits=self.of.width))

    def _range(self, values: list[Any], remarks: list[Remark]) -> None:
        low, high = self.of.minimum, self.of.maximum
        present = [v for v in values if v is not None] if None in values else values
        if low is None or high is None or not present or (low <= min(present) and max(present) <= high):
            return
        beyond = [(row, v) for row, v in enumerate(values, start=1) if v is not None and not low <= v <= high]
        edges = {"low": as_text(low), "high": as_text(high)}
        remarks.append(remark(RemarkKind.OUT_OF_RANGE, self.name, beyond, **edges))

    def plain(self, value: Any) -> Any:
        number = read_number(value)
        if type(value) in (int, float):
            return value
        if math.isnan(number):
            return None
        if not number.is_integer():
            return number
        if abs(number) < EXACT or type(value) is not str:
            return int(number)
        try:
            return int(value)  # an id of more digits than a float holds
        except ValueError:
            return number

    def is_bent(self, value: Any, taken: Any) -> bool:
        return type(value) not in (int, float)


class _Truths(_Column):
    def read(self, values: list[Any], is_text: bool, remarks: list[Remark]) -> list[Any]:
        if set(map(type, values)) == {bool}:
            return values
        values = self.each(values, is_text, remarks)
        if self.of.width and None in values:
            raise misfit(values.index(None) + 1, self.of, _none(None))
        return values

    def plain(self, value: Any) -> Any:
        return read_truth(value)


class _Times(_Column):
    def read(self, values: list[Any], is_text: bool, remarks: list[Remark]) -> list[Any]:
        return self.each(values, is_text, remarks)

    def plain(self, value: Any) -> Any:
        if type(value) is not str:
            raise TypeError
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            stamp = read_time(value)
            return None if stamp is None else stamp.isoformat()
        return (moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment).isoformat()


class _Texts(_Column):
    def __init__(self, column: ContractColumn) -> None:
        super().__init__(column)
        self.known = frozenset(column.categories or ())
        self.blank = frozenset(column.missing if column.empty_text else ("", *column.missing))
        self.is_closed = column.closed and not column.passed

    def read(self, values: list[Any], is_text: bool, remarks: list[Remark]) -> list[Any]:
        there = set(values) if set(map(type, values)) == {str} else None
        if there is None or there & self.blank:
            values = self.each(values, is_text, remarks)
            there = set(values) - {None}
        if self.is_closed and not there <= self.known:
            strange = [(row, v) for row, v in enumerate(values, start=1) if v is not None and v not in self.known]
            remarks.append(remark(RemarkKind.UNKNOWN_CATEGORY, self.name, strange))
        return values

    def plain(self, value: Any) -> Any:
        if type(value) is str:
            return None if value in self.blank else value
        if not isinstance(value, bool | int | float):
            raise TypeError
        return as_text(value)

    def is_bent(self, value: Any, taken: Any) -> bool:
        return type(value) is not str and taken not in self.known


_KINDS: dict[ColumnType, Callable[[ContractColumn], _Column]] = {
    ColumnType.INTEGER: _Numbers,
    ColumnType.FLOAT: _Numbers,
    ColumnType.BOOLEAN: _Truths,
    ColumnType.DATETIME: _Times,
}
_remembered: dict[int, tuple[Contract, list[_Column]]] = {}


def _columns_of(contract: Contract) -> list[_Column]:
    """The contract's columns, ready to read by; made once for as long as the contract is in use."""
    known = _remembered.get(id(contract))
    if known is None or known[0] is not contract:
        if len(_remembered) >= REMEMBERED:
            _remembered.clear()
        known = _remembered[id(contract)] = contract, [_KINDS.get(c.type, _Texts)(c) for c in contract.columns]
    return known[1]


def _numbers_of(texts: list[str]) -> list[Any]:
    """The numbers that texts are, whole ones as such; none where one of them is missing, no number or too long."""
    try:
        numbers = list(map(float, texts))
    except ValueError:
        return []
    if not _all_finite(numbers) or "_" in "".join(texts) or max(map(abs, numbers)) >= EXACT:
        return []
    return [int(n) if n.is_integer() else n for n in numbers]


def _none(value: Any) -> Any:
    return _("no value") if value is None else value


def _all_finite(values: list[Any]) -> bool:
    """Whether the sum is a finite number, and so none of the values is infinite, too large for a float, or NaN."""
    try:
        return math.isfinite(sum(values))
    except OverflowError:
        return False
