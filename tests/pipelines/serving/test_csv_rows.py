from __future__ import annotations

import json

import pandas as pd
import pytest

from pipelines.chain.contract import Contract
from pipelines.errors import ContractError, InputError
from pipelines.serving.csv_rows import read_csv
from pipelines.serving.protocols.rows import asked


@pytest.fixture
def contract():
    rows = pd.DataFrame(
        {
            "id": [1, 2],
            "size": [1.5, None],
            "code": ["NA", "x"],
            "note": ["", "text"],
            "bought": pd.to_datetime(["2026-01-31", None]),
            "new": [True, False],
        }
    )
    return Contract.of(rows, list(rows.columns))


def rows(body, contract, **options):
    body = body.encode() if isinstance(body, str) else body
    split = json.loads(asked(read_csv(body, contract, **options), contract).body)["dataframe_split"]
    return [dict(zip(split["columns"], row, strict=True)) for row in split["data"]]


def test_na_none_and_empty_text_stay_what_they_are(contract):
    body = 'extra,new,id,size,code,note,bought\n9,true,7,2,NA,"",2026-02-01\n9,0,8,,None,NULL,\n9,no,9,0.1,nan,,\n'
    first, second, third = rows(body, contract)
    assert first == {"id": 7, "size": 2, "code": "NA", "note": "", "bought": "2026-02-01T00:00:00", "new": True}
    assert second == {"id": 8, "size": None, "code": "None", "note": "NULL", "bought": None, "new": False}
    assert (third["code"], third["note"], third["size"]) == ("nan", "", 0.1)


def test_numbers_keep_every_digit(contract):
    body = "id,size,code,note,bought,new\n9007199254740993,0.1234567890123456,a,b,,1\n"
    assert rows(body, contract)[0]["id"] == 9007199254740993
    assert rows(body, contract)[0]["size"] == 0.1234567890123456


def test_no_rows_are_no_rows(contract):
    assert rows("id,size,code,note,bought,new\n", contract) == []


def test_quotes_line_ends_and_a_mark_of_the_encoding_are_read(contract):
    body = '\ufeffid,code,note,new\r\n1,"a ""b"",\nc",b,1\r\n\r\n2,d,e,0\r\n'
    assert [r["code"] for r in rows(body, contract)] == ['a "b",\nc', "d"]


def test_another_encoding_is_read_when_it_is_named(contract):
    body = "id,code,note,new\n1,Zürich,b,1\n".encode("latin-1")
    assert rows(body, contract, encoding="latin-1")[0]["code"] == "Zürich"
    for encoding in ("utf-8", "no-such-encoding"):
        with pytest.raises(InputError, match=encoding):
            rows(body, contract, encoding=encoding)


@pytest.mark.parametrize(
    ("body", "error", "words"),
    [
        ("", InputError, "no CSV"),
        ("id,code,note,new\n1,a,b,2\n1,a,b,1,5,6\n", ContractError, "Row 2 has 6 fields"),
        ("id,code,note,new\n1,a,b\n", ContractError, "Row 1 has 3 fields"),
        ("code,note,new\na,b,1\n", ContractError, "'id'"),
        ("id,id,code,note,new\n1,1,a,b,1\n", ContractError, "two columns 'id'"),
        ("id,code,note,new\nx,a,b,1\n", ContractError, "Row 1, column 'id'"),
        ("id,code,note,new\n1,a,b,perhaps\n", ContractError, "perhaps"),
        ('id,code,note,new\n1,"a,b,1\n', InputError, "no CSV"),
    ],
)
def test_a_broken_csv_is_refused_in_words(contract, body, error, words):
    with pytest.raises(error, match=words):
        rows(body, contract)
