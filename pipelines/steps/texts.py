"""Columns read as text, one distinct value at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from pipelines.chain.conform import as_text, is_missing

FEW = 64


def distinct(values: Any) -> tuple[Any, list[str | None]]:
    """The number of its distinct text for each value of an array, and the texts; the last stands for missing."""
    if len(values) <= FEW:
        texts = [None if is_missing(v) else as_text(v) for v in values.tolist()]
        return range(len(texts)), texts
    codes, found = pd.factorize(values)
    return codes, [*(as_text(v) for v in found.tolist()), None]


def mapped(values: Any, change: Callable[[str], str | None]) -> Any:
    """An array of text with ``change`` of each value's text; what is missing stays so."""
    if len(values) <= FEW:
        return pd.array([None if is_missing(v) else change(as_text(v)) for v in values.tolist()], dtype="str")
    codes, found = pd.factorize(values)
    return pd.array([*(change(as_text(v)) for v in found), None], dtype="str").take(codes)  # one at a time, not a list
