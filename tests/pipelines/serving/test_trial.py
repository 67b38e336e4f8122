"""Rows tried by hand: what is read from JSON and CSV, and how answers stand beside their rows."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from pipelines.chain.contract import Contract
from pipelines.errors import ContractError, InputError
from pipelines.serving.trial import question, written

ROWS = [{"code": "NA", "size": 2.5, "note": "mine"}, {"code": "x", "size": 9.0, "note": "yours"}]


@pytest.fixture
def contract() -> Contract:
    frame = pd.DataFrame({"code": ["NA", "x"], "size": [1.0, 3.0]})
    return Contract.of(frame, ["code", "size"])


def test_json_and_csv_are_the_same_question(contract: Contract) -> None:
    as_json = question(written(ROWS).encode(), "json", contract)
    as_csv = question(b"note,size,code\nmine,2.5,NA\nyours,9,x\n", "csv", contract)
    assert json.loads(as_json.asked.body) == json.loads(as_csv.asked.body)
    assert [r.kind for r in as_json.asked.remarks] == [r.kind for r in as_csv.asked.remarks] == ["out_of_range"]
    assert list(as_csv.rows.columns) == ["note", "size", "code"]
    assert as_json.rows["note"].tolist() == ["mine", "yours"]  # what the model does not ask for stays beside the answer


@pytest.mark.parametrize("text", [json.dumps(ROWS[0]), json.dumps({"dataframe_records": ROWS[:1]})])
def test_one_row_and_a_request_s_body_are_rows_too(contract: Contract, text: str) -> None:
    assert question(text.encode(), "json", contract).asked.rows == 1


def test_answers_stand_beside_their_rows(contract: Contract) -> None:
    asked = question(written(ROWS).encode(), "json", contract)
    table = asked.answered(
        {"predictions": [{"size": 1, "Scored Labels": "a"}, {"size": 2, "Scored Labels": "b"}]}
    ).table()
    assert list(table.columns) == ["size", "Scored Labels", "code", "size (row)", "note"]
    assert list(table.index) == [1, 2]
    assert asked.answered({"predictions": [0.5, 1.5]}).table()["prediction"].tolist() == [0.5, 1.5]
    with pytest.raises(InputError, match="one prediction for each row"):
        asked.answered({"predictions": [1]})


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        (b"[{]", "json", "line 1, column 3"),
        (b"[]", "json", "There are no rows"),
        (b"[1]", "json", "Row 1 is no object"),
        (b"code,size\n", "csv", "There are no rows"),
        (b"", "csv", "it is empty"),
    ],
)
def test_what_is_no_row_is_told(contract: Contract, content: bytes, kind: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        question(content, kind, contract)


def test_a_value_that_does_not_fit_is_named_with_its_row(contract: Contract) -> None:
    with pytest.raises(ContractError, match="Row 2") as caught:
        question(b"code,size\nx,1\nx,large\n", "csv", contract)
    assert caught.value.row == 2


def test_a_model_without_a_contract_takes_json_and_no_csv() -> None:
    assert question(b'[{"a": 1, "b": 2}]', "json", None).asked.remarks == ()
    with pytest.raises(InputError, match="JSON"):
        question(b"a,b\n1,2\n", "csv", None)
