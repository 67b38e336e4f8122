from __future__ import annotations

import json

import pytest

from pipelines.serving.answers import MAX_WORDS, predictions, refusal


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


def test_predictions_are_an_object_a_row_whatever_the_model_gives():
    assert predictions(b'{"predictions": [{"a": 1.5, "b": NaN}]}', "x") == [{"a": 1.5, "b": None}]
    assert predictions(b'{"predictions": [1, Infinity]}', "x") == [{"x": 1}, {"x": None}]
    assert predictions(b'{"predictions": {"a": [1, 2], "b": ["c", "d"]}}', "x") == [
        {"a": 1, "b": "c"},
        {"a": 2, "b": "d"},
    ]
    assert predictions(b"[[1, 2]]", "x") == [{"x": [1, 2]}]
