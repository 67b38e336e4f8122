"""The same rows in every protocol: read alike, refused alike, each answer in its protocol's form."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pandas as pd
import pytest
from starlette.requests import Request

from pipelines.chain.contract import Contract
from pipelines.errors import InputError
from pipelines.serving.protocols.base import REMARKS, Asked
from pipelines.serving.protocols.invocations import Invocations
from pipelines.serving.protocols.library import PROTOCOLS
from pipelines.serving.protocols.open_inference import OpenInference
from pipelines.serving.protocols.score import Score
from pipelines.serving.refused import Refused

TABLE = pd.DataFrame({"age": [20, 30, 40, 50], "make": ["audi", "bmw"] * 2, "size": [1.5, None, 2.0, 3.0]})
CONTRACT = Contract.of(TABLE, list(TABLE))
PREDICTED = json.dumps({"predictions": [{"Scored Labels": "yes", "Scored Probabilities": 0.75}] * 2}).encode()


def read(protocol: Any, body: Any, kind: str = "application/json", contract: Contract | None = CONTRACT) -> Asked:
    content = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    sent = [{"type": "http.request", "body": content, "more_body": False}]

    async def receive() -> Any:
        return sent.pop()

    scope = {
        "type": "http",
        "method": "POST",
        "headers": [(b"content-type", kind.encode())],
        "path_params": {"name": "cars"},
        "path": "/",
        "query_string": b"",
    }
    return asyncio.run(protocol.read(Request(scope, receive), contract))


def records(asked: Asked) -> list[dict[str, Any]]:
    split = json.loads(asked.body)["dataframe_split"]
    return [dict(zip(split["columns"], row, strict=True)) for row in split["data"]]


def as_tensors(rows: list[dict[str, Any]], shape: Any = lambda n: [n]) -> list[dict[str, Any]]:
    return [
        {"name": n, "shape": shape(len(rows)), "datatype": "BYTES", "data": [r[n] for r in rows if n in r]}
        for n in dict.fromkeys(n for r in rows for n in r)
    ]


WAYS: dict[str, tuple[Any, Any, str]] = {
    "records": (Invocations(), lambda rows: {"dataframe_records": rows}, "application/json"),
    "split": (
        Invocations(),
        lambda rows: {
            "dataframe_split": {"index": [0], "columns": list(rows[0]), "data": [list(r.values()) for r in rows]}
        },
        "application/json; charset=utf-8",
    ),
    "instances": (Invocations(), lambda rows: {"instances": rows}, "application/json"),
    "inputs by column": (
        Invocations(),
        lambda rows: {"inputs": {n: [r[n] for r in rows] for n in rows[0]}},
        "application/json",
    ),
    "inputs by row": (Invocations(), lambda rows: {"inputs": rows}, "application/json"),
    "csv": (
        Invocations(),
        lambda rows: pd.DataFrame(rows).to_csv(index=False),
        "text/csv",
    ),
    "azure": (Score(), lambda rows: {"Inputs": {"WebServiceInput0": rows}, "GlobalParameters": {}}, "application/json"),
    "azure, another name": (Score(), lambda rows: {"Inputs": {"input1": rows}}, "application/json"),
    "tensors": (OpenInference(), lambda rows: {"inputs": as_tensors(rows)}, "application/json"),
    "tensors of one column": (
        OpenInference(),
        lambda rows: {"inputs": as_tensors(rows, lambda n: [n, 1])},
        "application/json",
    ),
}
every_way = pytest.mark.parametrize("way", list(WAYS))
GOOD = [{"age": 30, "make": "bmw", "size": 2.5}, {"age": 31, "make": "audi", "size": 1.5}]


def ask(way: str, rows: list[dict[str, Any]]) -> Asked:
    protocol, made, kind = WAYS[way]
    return read(protocol, made(rows), kind)


@every_way
def test_rows_are_read_alike(way: str) -> None:
    found = ask(way, GOOD)
    assert records(found) == GOOD
    assert (found.rows, found.remarks) == (2, ())


@every_way
def test_what_is_unusual_is_told_alike(way: str) -> None:
    odd = ask(way, [GOOD[0], {"age": 99, "make": "tesla", "size": 1.5}])
    assert [r.message for r in odd.remarks] == [
        "Row 2, column 'age': 99 lies outside the range in training, 20 to 50.",
        "Row 2, column 'make': 'tesla' was not seen in training.",
    ]


@every_way
def test_what_does_not_fit_is_refused_alike(way: str) -> None:
    with pytest.raises(InputError, match="Row 2, column 'age': found 'old', expected a number") as error:
        ask(way, [GOOD[0], GOOD[1] | {"age": "old"}])
    refused = Refused.by(error.value)
    protocol = WAYS[way][0]
    answer = protocol.refuse(refused, "id-1")
    assert answer.status_code == 400
    content = json.loads(answer.body)
    assert content["message"] == "Row 2, column 'age': found 'old', expected a number."
    assert (content["row"], content["column"], content["found"], content["expected"]) == (2, "age", "old", "a number")
    assert content["request_id"] == "id-1"
    with pytest.raises(InputError, match="needs column 'age'"):
        ask(way, [{"make": "bmw", "size": 1.5}])


def test_a_refusal_has_what_a_client_of_the_protocol_looks_for() -> None:
    refused = Refused(400, "It is wrong.", "Do it right.", where={"column": "age", "row": 1})
    mlflow, azure, v2 = (json.loads(p.refuse(refused, "1").body) for p in PROTOCOLS)
    assert mlflow["error_code"] == "INVALID_PARAMETER_VALUE"
    assert azure["error"]["details"][0]["target"] == "age"
    assert v2["error"] == "It is wrong. Do it right."


def test_answers_have_their_protocols_form_and_the_warnings_where_there_is_room() -> None:
    rows = [GOOD[0] | {"id": "x-1"}, GOOD[1] | {"id": "x-2", "age": 99}]
    mlflow = ask("records", rows)
    found = Invocations().answer(mlflow, PREDICTED, "application/json")
    assert json.loads(found.body)["predictions"] == json.loads(PREDICTED)["predictions"]
    assert json.loads(found.body)["warnings"][0]["kind"] == "out_of_range"
    assert found.headers[REMARKS] == "1"

    azure = json.loads(Score().answer(ask("azure", rows), PREDICTED, "application/json").body)
    assert azure["Results"]["WebServiceOutput0"][1] == rows[1] | {"Scored Labels": "yes", "Scored Probabilities": 0.75}
    assert azure["Warnings"][0]["column"] == "age"

    body = {"id": "a", "inputs": as_tensors(rows), "outputs": [{"name": "Scored Labels"}]}
    v2 = json.loads(OpenInference().answer(read(OpenInference(), body), PREDICTED, "application/json").body)
    assert v2["outputs"] == [{"name": "Scored Labels", "datatype": "BYTES", "shape": [2], "data": ["yes", "yes"]}]
    assert (v2["id"], v2["model_name"]) == ("a", "cars")
    assert json.loads(v2["parameters"]["warnings"])[0]["rows"] == [2]


def test_an_ordinary_answer_is_passed_on_byte_by_byte() -> None:
    found = Invocations().answer(ask("records", GOOD), PREDICTED, "application/json")
    assert found.body == PREDICTED
    assert REMARKS not in found.headers


def test_one_tensor_may_hold_all_columns_in_the_contracts_order() -> None:
    tensor = {"name": "rows", "shape": [2, 3], "datatype": "BYTES", "data": [[30, "bmw", 2.5], [31, "audi", 1.5]]}
    assert records(read(OpenInference(), {"inputs": [tensor]})) == GOOD


def test_parameters_that_the_model_does_not_know_are_told() -> None:
    contract = CONTRACT.model_copy(update={"parameters": {"top": 3}})
    body = {"dataframe_records": GOOD, "params": {"top": 5, "bottom": 1}}
    found = read(Invocations(), body, contract=contract)
    assert json.loads(found.body)["params"] == {"top": 5}
    assert [r.message for r in found.remarks] == [
        "The model has no parameter 'bottom'; it was left out. Its parameters are 'top'."
    ]


def test_a_model_without_a_contract_is_asked_as_the_caller_wrote() -> None:
    body = b'{"instances": [[1, 2]]}'
    assert read(Invocations(), body, contract=None).body == body
    assert records(read(Score(), {"Inputs": {"a": [{"x": 1}, {"y": 2}]}}, contract=None)) == [
        {"x": 1, "y": None},
        {"x": None, "y": 2},
    ]


def deep(depth: int) -> bytes:
    return b"[" * depth


BROKEN: list[tuple[Any, Any, str]] = [
    (Invocations(), b'{"a":', "line 1, column 6"),
    (Invocations(), b"", "line 1, column 1"),
    (Invocations(), b'"\xff"', "UTF-8|utf-8"),
    (Invocations(), b"[1]", "array"),
    (Invocations(), b"null", "null"),
    (Invocations(), b"1" * 5000, "JSON"),
    (Invocations(), deep(100_000), "nested"),
    (Invocations(), {}, "dataframe_records"),
    (Invocations(), {"inputs": [], "instances": []}, "instances and inputs"),
    (Invocations(), {"dataframe_records": {}}, "no list of objects"),
    (Invocations(), {"dataframe_records": [{"age": 1}, 2]}, "Row 2 is no object"),
    (Invocations(), {"dataframe_split": []}, "columns and data"),
    (Invocations(), {"dataframe_split": {"columns": ["age"], "data": [[1], [1, 2]]}}, "Row 2 has 2 values"),
    (Invocations(), {"dataframe_split": {"columns": "age", "data": [[1]]}}, "column names"),
    (Invocations(), {"dataframe_split": {"data": [[1]]}}, "Row 1 has 1 values, and there are 3"),
    (Invocations(), {"inputs": {"age": [1], "make": ["a", "b"]}}, "'age' has 1 values, and 'make' has 2"),
    (Invocations(), {"inputs": "x"}, "no list"),
    (Invocations(), {"dataframe_records": [], "params": 3}, "parameters"),
    (Score(), {}, "WebServiceInput0"),
    (Score(), {"Inputs": {"a": [], "b": []}}, "one table"),
    (Score(), {"Inputs": {"WebServiceInput0": [1]}}, "Row 1 is no object"),
    (OpenInference(), {}, "tensor"),
    (OpenInference(), {"inputs": [{}]}, "no name"),
    (OpenInference(), {"inputs": [{"name": "age", "shape": [True], "data": [1]}]}, "no shape"),
    (OpenInference(), {"inputs": [{"name": "age", "shape": [1]}]}, "no data"),
    (OpenInference(), {"inputs": [{"name": "age", "shape": [2], "data": [1]}]}, r"shape \[2\] and 1 values"),
    (OpenInference(), {"inputs": [{"name": "age", "shape": [1, 2], "data": [1, 2]}]}, "a column is expected"),
    (OpenInference(), {"id": 3, "inputs": as_tensors(GOOD)}, "id is no text"),
    (OpenInference(), {"inputs": as_tensors(GOOD), "outputs": ["a"]}, "outputs"),
]


@pytest.mark.parametrize(("protocol", "body", "words"), BROKEN)
def test_a_broken_body_is_explained(protocol: Any, body: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read(protocol, body)


@pytest.mark.parametrize("kind", ["", "text/html", "application/x-www-form-urlencoded", "text/csv"])
def test_a_body_of_another_kind_is_refused(kind: str) -> None:
    for protocol in PROTOCOLS[1:] if kind == "text/csv" else PROTOCOLS:
        with pytest.raises(Refused, match="body") as refused:
            read(protocol, b"a", kind)
        assert refused.value.status == 415


def test_text_that_is_no_unicode_does_not_break_the_reply() -> None:
    with pytest.raises(InputError) as error:
        read(Invocations(), b'{"dataframe_records": [{"age": "\\ud800", "make": "a", "size": 1}]}')
    for protocol in PROTOCOLS:
        assert b"\\ud800" in protocol.refuse(Refused.by(error.value), "1").body
