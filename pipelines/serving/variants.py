"""Variants of a row: other values of its columns, such as training saw, and what an endpoint answers to each."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from pipelines.chain.checking import check
from pipelines.chain.contract import Contract, ContractColumn
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.schema import ColumnType
from pipelines.serving.protocols.rows import from_records

Row = Mapping[str, Any]
Ask = Callable[[Sequence[Row]], Sequence[Mapping[str, Any]]]

AT_ONCE = 5_000  # rows of one request
CATEGORIES = 50
SMOOTH = 8  # a column with so many distinct quantiles has values between them, too
WIDE = 50  # and so has one of whole numbers that are further apart


def contracted(contract: Contract | None) -> Contract:
    """The contract that variants are made by; InputError without one."""
    if contract is None:
        raise InputError(
            _("This model does not say what it asks for, so that no other values can be tried on it."),
            fix=_("Publish it from a run."),
        )
    return contract


def read_row(contract: Contract, row: Row) -> dict[str, Any]:
    """The row's values as the model takes them; what it does not ask for is left out."""
    rows = from_records([dict(row)], contract)
    found = check(contract, rows.columns, rows.count, given=rows.given).columns
    return {name: values[0] for name, values in found.items()}


def answers(ask: Ask, rows: Sequence[Row]) -> list[Mapping[str, Any]]:
    """What is answered to each row, asked in as few requests as their size allows."""
    return [a for start in range(0, len(rows), AT_ONCE) for a in ask(rows[start : start + AT_ONCE])]


def candidates(column: ContractColumn, value: Any) -> list[Any]:
    """Other values of the column that training saw: its quantiles, or its categories where these are all."""
    if column.passed:
        return []
    if column.type is ColumnType.BOOLEAN:
        return [v for v in (True, False) if v != value]
    if column.type.is_numeric:
        whole = column.type is ColumnType.INTEGER
        found = dict.fromkeys(int(v) if whole else float(v) for v in _grid(column))
        return [v for v in found if v != value]
    known = (column.categories or [])[:CATEGORIES] if column.closed else []
    return [v for v in known if v != value]


def between(column: ContractColumn, low: float, high: float, most: int = 12) -> list[Any]:
    """Up to ``most`` values between two of a column that takes any value there; none for one that has a few."""
    grid = _grid(column)
    is_wide = column.type is ColumnType.INTEGER and max(grid) - min(grid) > WIDE  # most rows may hold one value
    if len(set(grid)) < SMOOTH and not is_wide:
        return []
    steps = np.linspace(low, high, most + 2)[1:-1].tolist()
    if column.type is ColumnType.INTEGER:
        found: list[Any] = list(dict.fromkeys(round(v) for v in steps))
    else:
        digits = 2 - math.floor(math.log10(abs(high - low) or 1))
        found = list(dict.fromkeys(round(v, digits) for v in steps))
    return [v for v in found if min(low, high) < v < max(low, high)]


def distance(column: ContractColumn, value: Any, other: Any) -> float:
    """How large a change is, from 0 to 1: of numbers the share of training rows between both, else 1."""
    grid = _grid(column)
    if not column.type.is_numeric or value is None or len(grid) < 2:
        return 1.0
    distinct = np.unique(grid)
    ends = np.searchsorted(grid, distinct, "left") + np.searchsorted(grid, distinct, "right") - 1
    one, two = np.interp([float(value), float(other)], distinct, ends / 2 / (len(grid) - 1))
    return float(abs(one - two))


def _grid(column: ContractColumn) -> Sequence[float]:
    if column.quantiles or column.minimum is None or column.maximum is None:
        return column.quantiles
    steps = np.linspace(column.minimum, column.maximum, 21)
    return [float(v) for v in (np.rint(steps) if column.type is ColumnType.INTEGER else steps)]
