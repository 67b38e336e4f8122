from __future__ import annotations

import json

import pytest

from pipelines.serving.answers import MAX_WORDS, broken_json, refusal


def test_a_refusal_keeps_the_message_and_drops_trace_and_data():
    content = {"error_code": "BAD_REQUEST", "message": "Age is too high.", "stack_trace": "Traceback ... /home/x.py"}
    assert refusal(400, json.dumps(content).encode()) == "Age is too high."
    content["message"] += "\nTraceback (most recent call last):\n  File x"
    assert refusal(400, json.dumps(content).encode()) == "Age is too high."
    echo = "Failed to predict data ' a\n0 1'. \nError: Failed to enforce schema. Error: Model is missing inputs ['b']."
    assert refusal(400, json.dumps({"message": echo}).encode()) == "Model is missing inputs ['b']."


@pytest.mark.parametrize(
    "content", [b"", b"<html>Internal Server Error: /srv/x.py", b"[1]", b"\xff", b'{"message": null}']
)
def test_an_answer_that_is_no_message_is_not_passed_on(content):
    assert refusal(500, content) == "The model could not make a prediction from this."


def test_a_long_message_is_cut():
    assert len(refusal(400, json.dumps({"message": "x" * 100_000}).encode())) <= MAX_WORDS + 2


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"a":', "line 1, column 6"),
        (b"", "line 1, column 1"),
        (b'"\xff"', "UTF-8"),
        (b"[1]", "array"),
        (b"null", "null"),
        (b"{}", "dataframe_records"),
        (b'{"inputs": [], "instances": []}', "instances and inputs"),
        (b"[" * 100_000, "nested"),
    ],
)
def test_a_broken_body_is_explained(body, words):
    assert words in broken_json(body)


def test_a_body_with_rows_is_not_broken():
    assert broken_json(b'{"dataframe_records": [{"a": 1}]}') is None
