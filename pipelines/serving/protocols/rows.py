"""Rows of a request, however it writes them, as lists of values by column."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.chain.checking import ABSENT, check
from pipelines.chain.contract import Contract
from pipelines.chain.remarks import Remark, RemarkKind
from pipelines.errors import ContractError, InputError
from pipelines.messages import Joined, _, listed
from pipelines.serving.protocols.base import Asked


@dataclass(frozen=True)
class Rows:
    """``count`` rows by column. ``given`` names every column, also those that ``columns`` leaves out."""

    columns: Mapping[str, list[Any]]
    count: int
    given: Collection[str]
    is_text: bool = False


def from_records(records: Any, contract: Contract | None) -> Rows:
    """Rows as a list of objects, one a row. A name that a row does not have is ABSENT there."""
    if not isinstance(records, list):
        raise InputError(_("The rows are no list of objects."))
    if not set(map(type, records)) <= {dict}:
        row = next(i for i, r in enumerate(records, start=1) if not isinstance(r, dict))
        raise InputError(_("Row {row} is no object with a value for each column.", row=row))
    if contract is None:
        names: Collection[str] = dict.fromkeys(name for r in records for name in r)
        return Rows({n: [r.get(n) for r in records] for n in names}, len(records), names)
    columns = {n: [r.get(n, ABSENT) for r in records] for n in contract.names}
    return Rows(columns, len(records), list(records[0]) if records else ())


def from_table(names: Any, data: Any, contract: Contract | None, *, is_text: bool = False) -> Rows:
    """Rows as lists of values, with the columns' names; without names the values are in the contract's order."""
    if not isinstance(data, list) or not set(map(type, data)) <= {list}:
        raise InputError(_("The rows are no list of lists of values."))
    if names is None:
        if contract is None:
            raise InputError(_("The rows have no column names."))
        names = contract.names
    if not isinstance(names, list) or any(isinstance(n, list | dict) for n in names):
        raise InputError(_("The column names are no list of texts."))
    names = [str(n) for n in names]
    twice = next((n for i, n in enumerate(names) if n in names[:i]), None) if len(set(names)) < len(names) else None
    if twice is not None:
        raise ContractError(
            _("The rows have two columns {twice!r}.", twice=twice), fix=_("Give every column a name of its own.")
        )
    if not set(map(len, data)) <= {len(names)}:
        row, values = next((i, r) for i, r in enumerate(data, start=1) if len(r) != len(names))
        raise ContractError(
            _(
                "Row {row} has {found} values, and there are {columns} columns.",
                row=row,
                found=len(values),
                columns=len(names),
            ),
            row=row,
        )
    columns = [list(c) for c in zip(*data, strict=True)] if data else [[] for _name in names]
    return Rows(dict(zip(names, columns, strict=True)), len(data), names, is_text)


def from_columns(columns: Mapping[str, Any]) -> Rows:
    """Rows as an object with a list of values for each column; of single values, one row."""
    lists = {n: v if isinstance(v, list) else [v] for n, v in columns.items()}
    lengths = {n: len(v) for n, v in lists.items()}
    if len(set(lengths.values())) > 1:
        (first, one), (other, two) = _unequal(lengths)
        raise ContractError(
            _(
                "The column {first!r} has {one} values, and {other!r} has {two}.",
                first=first,
                one=one,
                other=other,
                two=two,
            ),
            column=other,
        )
    return Rows(lists, next(iter(lengths.values()), 0), lists)


def _unequal(lengths: Mapping[str, int]) -> Sequence[tuple[str, int]]:
    first = next(iter(lengths.items()))
    return [first, next(item for item in lengths.items() if item[1] != first[1])]


def asked(
    rows: Rows, contract: Contract | None, parameters: Any = None, options: Mapping[str, Any] | None = None
) -> Asked:
    """The rows as they go to the model server, checked by the contract where there is one."""
    if parameters is not None and not isinstance(parameters, dict):
        raise InputError(_("The parameters are no object with a value for each."))
    remarks: list[Remark] = []
    columns: Mapping[str, list[Any]] = rows.columns
    if contract is not None:
        checked = check(contract, rows.columns, rows.count, given=rows.given, is_text=rows.is_text)
        columns, remarks = checked.columns, checked.remarks
        parameters, unknown = known_parameters(parameters or {}, contract)
        remarks = [*remarks, *unknown]
    data = list(zip(*columns.values(), strict=True)) if columns else [()] * rows.count
    body: dict[str, Any] = {"dataframe_split": {"columns": list(columns), "data": data}}
    if parameters:
        body["params"] = parameters
    return Asked(json.dumps(body).encode(), rows=rows.count, remarks=tuple(remarks), options=options or {})


def known_parameters(given: Mapping[str, Any], contract: Contract) -> tuple[dict[str, Any], list[Remark]]:
    """The parameters that the model knows, and a remark on every other."""
    known = {n: v for n, v in given.items() if n in contract.parameters}
    told = [_unknown(n, contract) for n in given if n not in known]
    return known, told


def _unknown(name: str, contract: Contract) -> Remark:
    known = [repr(n) for n in contract.parameters]
    message: str = _("The model has no parameter {name!r}; it was left out.", name=name)
    if known:
        message = Joined([message, _("Its parameters are {names}.", names=listed(known))])
    return Remark(RemarkKind.UNKNOWN_PARAMETER, name, message)
