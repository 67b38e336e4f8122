"""How columns of data look in ``st.dataframe``: numbers as they are, days without a midnight behind them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st
from pandas.api import types as dtypes

from components.language import said
from pipelines.schema import column_type

FLOATS = "%.10g"  # ten digits: all that a table was written with, without the noise of binary fractions


def named(frame: pd.DataFrame, *, types: bool = False) -> dict[str, Any]:
    """The ``column_config`` of ``frame``; with ``types`` each heading says what the column holds."""
    return {str(c): _column(str(c), frame[c], types) for c in frame.columns}


def _column(name: str, values: pd.Series, types: bool) -> Any:
    label = f"{name}  · {said(column_type(values).value)}" if types else name
    if dtypes.is_datetime64_any_dtype(values.dtype):
        days = bool((values.dropna() == values.dropna().dt.normalize()).all())
        return st.column_config.DateColumn(label) if days else st.column_config.DatetimeColumn(label)
    if dtypes.is_numeric_dtype(values.dtype) and not dtypes.is_bool_dtype(values.dtype):
        whole = dtypes.is_integer_dtype(values.dtype)
        return st.column_config.NumberColumn(label, format="%d" if whole else FLOATS)
    return st.column_config.Column(label)
