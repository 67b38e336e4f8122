"""What a model server says when it refuses, in words: the message without the trace and without the data."""

from __future__ import annotations

import json
import math
from typing import Any

from pipelines.messages import _

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


def predictions(content: bytes, single: str) -> list[dict[str, Any]]:
    """The predictions in a model server's answer, an object a row; a bare value goes under the name ``single``."""
    found = json.loads(content)
    rows = found["predictions"] if isinstance(found, dict) and "predictions" in found else found
    if isinstance(rows, dict):
        columns = {n: v if isinstance(v, list) else [v] for n, v in rows.items()}
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    rows = rows if isinstance(rows, list) else [rows]
    return [_finite(row) if isinstance(row, dict) else _finite({single: row}) for row in rows]


def _finite(row: dict[str, Any]) -> dict[str, Any]:
    """The row with null for what JSON has no number for."""
    return {n: None if isinstance(v, float) and not math.isfinite(v) else v for n, v in row.items()}
