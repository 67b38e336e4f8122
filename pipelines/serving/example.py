"""Rows as a model server is asked with, and its answer to a model's own example."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from pipelines.messages import _
from pipelines.serving.answers import refusal


def request_body(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Rows as JSON that a model server takes; missing is null, whatever pandas or NumPy call it."""
    plain = [{str(name): _plain(value) for name, value in row.items()} for row in rows]
    return json.dumps({"dataframe_records": plain}, default=str, allow_nan=False).encode()


def is_real(example: Mapping[str, Any]) -> bool:
    """Whether the example is a row of data, and no blank made of column names."""
    return any(value is not None for value in example.values())


def explained(status: int, content: bytes) -> str:
    """What is wrong with a model server's answer to one row; empty when nothing is."""
    if status != 200:
        return refusal(status, content)
    try:
        found = json.loads(content)["predictions"]
    except (ValueError, KeyError, TypeError):
        return _("The answer holds no predictions.")
    return "" if found else _("The answer holds no predictions.")


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, list | dict):
        return value
    value = value.item() if isinstance(value, np.generic) else value
    if pd.isna(value) or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value.isoformat() if isinstance(value, date) else value
