"""A request of few rows, answered without a table made of it: around one row that costs more than the prediction.

The answer is what MLflow's scoring server says to the same request, letter for letter.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from pipelines.chain.chain import Chain
from pipelines.chain.conform import is_missing
from pipelines.chain.features import SMALL

EXACT = 2**53  # beyond it a whole number read as a float is another one


def answer(chain: Chain, body: bytes) -> str | None:
    """The answer to the JSON in ``body``; None where MLflow has to give it: many rows, another form, any error."""
    try:
        given = _columns(json.loads(body))
        if given is None or chain.contract is None:
            return None
        names, data = given
        columns = {name: _array([row[i] for row in data]) for i, name in enumerate(names)}
        found = chain.answer_few(chain.contract.columns_of(columns, len(data)), len(data))
        values = [[None if is_missing(v) else v for v in column.tolist()] for _, column in found.items()]
        records = [dict(zip(map(str, found), row, strict=True)) for row in zip(*values, strict=True)]
        return json.dumps({"predictions": records})
    except Exception:
        return None


def _columns(asked: Any) -> tuple[list[str], list[list[Any]]] | None:
    """Names and rows, where the request has nothing but these and each means what it means in a table."""
    if list(asked) != ["dataframe_split"] or sorted(asked["dataframe_split"]) != ["columns", "data"]:
        return None
    names, data = asked["dataframe_split"]["columns"], asked["dataframe_split"]["data"]
    named = all(isinstance(n, str) for n in names) and len(set(names)) == len(names)
    whole = 0 < len(data) <= SMALL and all(isinstance(row, list) and len(row) == len(names) for row in data)
    return (names, data) if named and whole and all(_is_plain(v) for row in data for v in row) else None


def _is_plain(value: Any) -> bool:
    return -EXACT < value < EXACT if type(value) is int else not isinstance(value, list | dict)


def _array(values: list[Any]) -> np.ndarray:
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found
