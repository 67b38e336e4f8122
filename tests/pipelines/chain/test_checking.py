"""Rows of a request against a contract: what is refused, what is told, and that nothing is bent on the way."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipelines.chain.checking import ABSENT, check
from pipelines.chain.contract import Contract, ContractColumn
from pipelines.chain.remarks import RemarkKind
from pipelines.errors import ContractError
from pipelines.samples import DATASETS
from pipelines.schema import ColumnType

ROWS = pd.DataFrame(
    {
        "age": [20, 30, 40, 50],
        "length (mm)": [1.5, None, 2.5, 3.0],
        "make": ["audi", "bmw", "audi", "bmw"],
        "note": ["a", "b", "c", ""],
        "member": [True, False, True, True],
        "since": pd.to_datetime(["2026-01-01", None, "2026-01-03", "2026-01-04"]),
    }
)
ROW = {"age": 25, "length (mm)": 2.0, "make": "audi", "note": "x", "member": True, "since": "2026-01-02"}


@pytest.fixture(scope="module")
def contract() -> Contract:
    return Contract.of(ROWS, list(ROWS))


def asked(contract: Contract, *rows: dict[str, Any], **options: Any) -> tuple[list[dict[str, Any]], list[Any]]:
    columns = {n: [r.get(n, ABSENT) for r in rows] for n in contract.names}
    found = check(contract, columns, len(rows), given=list(rows[0]), **options)
    return [
        dict(zip(found.columns, row, strict=True)) for row in zip(*found.columns.values(), strict=True)
    ], found.remarks


def test_the_contract_knows_units_and_what_is_a_closed_list(contract: Contract) -> None:
    assert contract["length (mm)"].unit == "mm"
    assert contract["age"].unit == ""
    assert contract["make"].closed
    assert not contract["note"].closed  # every value once: free text
    assert not contract["age"].closed


def test_an_ordinary_row_goes_through_without_a_remark(contract: Contract) -> None:
    found, remarks = asked(contract, ROW)
    assert found == [ROW | {"since": "2026-01-02T00:00:00"}]
    assert remarks == []


@pytest.mark.parametrize(
    ("change", "kind", "said", "taken"),
    [
        ({"age": 51}, "out_of_range", "Row 1, column 'age': 51 lies outside the range in training, 20 to 50.", 51),
        ({"age": 39.5}, "fraction", "39.5 is no whole number", 39.5),
        ({"age": "39"}, "read_as", "'39' was read as a number", 39),
        ({"age": None}, "missing_value", "there is no value, and in training there always was", None),
        ({"age": float("nan")}, "missing_value", "there is no value", None),
        ({"length (mm)": 2**40}, "out_of_range", "1099511627776 lies outside", 2**40),
        ({"make": "tesla"}, "unknown_category", "'tesla' was not seen in training", "tesla"),
        ({"note": 5}, "read_as", "5 was read as text", "5"),
        ({"note": 5.0}, "read_as", "5 was read as text", "5"),
        ({"member": "false"}, "read_as", "'false' was read as true or false", False),
        ({"member": 0}, "read_as", "0 was read as true or false", False),
        ({"member": None}, "missing_value", "there is no value", None),
    ],
)
def test_the_unusual_is_accepted_unchanged_and_told(
    contract: Contract, change: dict[str, Any], kind: str, said: str, taken: Any
) -> None:
    (found,), remarks = asked(contract, ROW | change)
    name = next(iter(change))
    assert (found[name], type(found[name])) == (taken, type(taken))
    assert [(r.kind.value, r.column) for r in remarks if r.kind is not RemarkKind.OUT_OF_RANGE or kind == r.kind] == [
        (kind, name)
    ]
    assert said in next(r.message for r in remarks if r.kind == kind)
    json.dumps([r.to_dict() for r in remarks])


@pytest.mark.parametrize(
    ("change", "found", "expected"),
    [
        ({"age": "old"}, "old", "a number"),
        ({"age": [1]}, "[1]", "a number"),
        ({"age": 10**400}, "1" + "0" * 79, "a number"),
        ({"make": {"a": 1}}, "{'a': 1}", "text"),
        ({"member": "maybe"}, "maybe", "true or false"),
        ({"since": "soon"}, "soon", "a date such as 2026-01-31"),
        ({"since": 1700000000}, "1700000000", "a date such as 2026-01-31"),
    ],
)
def test_a_wrong_type_is_refused_with_row_column_found_and_expected(
    contract: Contract, change: dict[str, Any], found: str, expected: str
) -> None:
    column = next(iter(change))
    with pytest.raises(ContractError, match="Row 2, column") as error:
        asked(contract, ROW, ROW | change)
    told = error.value
    assert (told.row, told.column, told.found, told.expected) == (2, column, found, expected)


def test_a_required_column_may_be_absent_in_no_row_and_an_optional_one_is_told(contract: Contract) -> None:
    without = {n: v for n, v in ROW.items() if n != "age"}
    with pytest.raises(ContractError, match=r"needs column 'age'.*Is it 'Age'"):
        asked(contract, without | {"Age": 3})
    with pytest.raises(ContractError, match="Row 2 has no column 'age'") as error:
        asked(contract, ROW, without)
    assert (error.value.row, error.value.column) == (2, "age")

    lean = {n: v for n, v in ROW.items() if n != "since"}
    (found,), (told,) = asked(contract, lean | {"sinc": 1})
    assert found["since"] is None
    assert told.message == "The rows have no column 'since'; it counts as missing. Is it 'sinc' here?"
    found, (told,) = asked(contract, ROW, lean, lean)
    assert [r["since"] for r in found] == ["2026-01-02T00:00:00", None, None]
    assert (told.kind, told.rows, told.count) == (RemarkKind.MISSING_COLUMN, (2, 3), 2)


def test_many_rows_of_a_kind_are_one_remark(contract: Contract) -> None:
    _found, (told,) = asked(contract, ROW, *[ROW | {"make": f"make {n}"} for n in range(9)])
    assert (told.count, told.rows, len(told.found)) == (9, (2, 3, 4, 5, 6), 5)
    assert told.message == "Row 2, column 'make': 'make 0' was not seen in training. So it is in 8 more rows."


def test_times_of_any_zone_become_utc(contract: Contract) -> None:
    texts = ["2026-01-31T02:00:00+02:00", "2026-01-31T00:00:00Z", "2026-01-31 00:00", "20260131", "2026-01-31", ""]
    found, _remarks = asked(contract, *[ROW | {"since": t} for t in texts])
    assert [r["since"] for r in found] == ["2026-01-31T00:00:00"] * 5 + [None]


def test_text_is_read_as_the_contract_says_without_a_remark(contract: Contract) -> None:
    row = {"age": " 25", "length (mm)": "", "make": "audi", "note": "", "member": "no", "since": ""}
    (found,), remarks = asked(contract, row, is_text=True)
    assert found == {"age": 25, "length (mm)": None, "make": "audi", "note": "", "member": False, "since": None}
    assert remarks == []
    with pytest.raises(ContractError, match="found '1_000'"):
        asked(contract, row | {"age": "1_000"}, is_text=True)


def test_a_model_server_that_casts_is_sent_only_what_a_cast_leaves_alone() -> None:
    column = ContractColumn(name="n", type=ColumnType.INTEGER, width=32)
    strict = Contract(columns=(column, ContractColumn(name="b", type=ColumnType.BOOLEAN, width=1)))
    assert asked(strict, {"n": 39.0, "b": "false"})[0] == [{"n": 39.0, "b": False}]
    for row in ({"n": 39.5, "b": True}, {"n": 2**40, "b": True}, {"n": None, "b": True}, {"n": 1, "b": None}):
        with pytest.raises(ContractError, match="Row 1, column"):
            asked(strict, row)


@pytest.mark.parametrize("name", ["adult_income_test", "automobile_price", "flight_delays"])
def test_real_rows_come_out_as_the_models_own_reading_has_them(name: str) -> None:
    """As JSON and as CSV, checked and then conformed, rows are those of the table they were written from."""
    table = pd.read_csv(DATASETS / f"{name}.csv").head(400)
    contract = Contract.of(table, list(map(str, table.columns)))
    wanted = contract.conform(table)
    records = json.loads(table.to_json(orient="records"))
    lines = list(csv.DictReader(io.StringIO(table.to_csv(index=False))))
    for rows, is_text in ((records, False), (lines, True)):
        columns = {n: [r[n] for r in rows] for n in contract.names}
        found = check(contract, columns, len(rows), is_text=is_text)
        assert [r for r in found.remarks if r.kind is not RemarkKind.READ_AS] == []
        pd.testing.assert_frame_equal(contract.conform(pd.DataFrame(found.columns)), wanted, check_dtype=False)
        assert np.all([len(v) == len(table) for v in found.columns.values()])
