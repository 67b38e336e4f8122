"""How columns of data look in ``st.dataframe``: numbers as they are, days without a midnight behind them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st
from pandas.api import types as dtypes

from components.language import said
from pipelines.schema import column_type

FLOATS = "%.10g"  # ten digits: all that a table was written with, without the noise of binary fractions
MISSING = "–"  # what stands, faded, where a value is missing
LOOKED_AT = 40  # rows whose numbers a column is made wide enough for
_DIGIT, _AROUND = 7.5, 18  # pixels: of a digit, and of what is left and right of it


def named(frame: pd.DataFrame, *, types: bool = False) -> dict[str, Any]:
    """The ``column_config`` of ``frame``; with ``types`` each heading says what the column holds."""
    return {
        str(c): column(f"{c}  · {said(column_type(frame[c]).value)}" if types else str(c), frame[c])
        for c in frame.columns
    }


def column(label: str, values: pd.Series, help: str | None = None) -> Any:
    """How a column with these values looks under the heading ``label``."""
    if dtypes.is_datetime64_any_dtype(values.dtype):
        days = bool((values.dropna() == values.dropna().dt.normalize()).all())
        kind = st.column_config.DateColumn if days else st.column_config.DatetimeColumn
        return kind(label, help=help)
    if dtypes.is_numeric_dtype(values.dtype) and not dtypes.is_bool_dtype(values.dtype):
        whole = dtypes.is_integer_dtype(values.dtype)
        if whole:
            return st.column_config.NumberColumn(label, help=help, format="%d")
        return st.column_config.NumberColumn(label, help=help, format=FLOATS, width=_width(label, values))
    return st.column_config.Column(label, help=help)


def _width(label: str, values: pd.Series) -> int | None:
    """Pixels for numbers longer than their heading, whose first digits would be cut off; None: as the heading is."""
    longest = max((len(FLOATS % v) for v in values.head(LOOKED_AT).dropna()), default=0)
    return round(_DIGIT * longest + _AROUND) if longest > len(label) else None
