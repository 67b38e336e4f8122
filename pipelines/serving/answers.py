"""What a model server says when it refuses, in words: the message without the trace and without the data."""

from __future__ import annotations

import json
from typing import Any

from pipelines.messages import _, enumerated, listed

MAX_WORDS = 2000
_TRACE_MARKS = ("Traceback (most recent call last)", "\nInput: \n", "\nStack trace:")


def refusal(status: int, content: bytes) -> str:
    """The message in a model server's answer of status 400 or above."""
    if status == 504:
        return _("The prediction took too long.")
    try:
        found: Any = json.loads(content)
        message = found.get("message") or found.get("detail") or ""
    except (ValueError, AttributeError):
        message = content.decode(errors="replace") if status < 500 else ""
    message = str(message)
    for mark in _TRACE_MARKS:
        message = message.partition(mark)[0]
    if message.startswith("Failed to predict data"):
        message = message.rpartition("Error: ")[2]
    message = message.strip().removeprefix("Encountered an unexpected error while evaluating the model. ")
    if len(message) > MAX_WORDS:
        message = message[:MAX_WORDS] + " …"
    return message or _("The model could not make a prediction from this.")


def broken_json(body: bytes) -> str | None:
    """What is wrong with a body that is no JSON object with rows; None when nothing is."""
    try:
        found = json.loads(body)
    except UnicodeDecodeError:
        return _("The body is not text in UTF-8.")
    except RecursionError:
        return _("The body is nested too deeply.")
    except json.JSONDecodeError as error:
        return _(
            "The body is not valid JSON: {reason}, line {line}, column {column}.",
            reason=error.msg,
            line=error.lineno,
            column=error.colno,
        )
    if not isinstance(found, dict):
        return _("The body is a JSON {kind}, and an object is expected.", kind=_kind(found))
    given = [name for name in ROWS if name in found]
    if len(given) != 1:
        wanted = listed(ROWS)
        if given:
            return _("The body has to have one of {wanted}; it has {given}.", wanted=wanted, given=enumerated(given))
        return _("The body has to have one of {wanted}.", wanted=wanted)
    return None


ROWS = ("dataframe_records", "dataframe_split", "instances", "inputs")


def _kind(value: object) -> str:
    return {list: "array", str: "string", type(None): "null", bool: "truth value"}.get(type(value), "number")
