"""Facts about one thing: a quiet name and a value, aligned in as many columns as fit."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import streamlit as st

_ROW = (
    "display:flex;gap:12px;justify-content:space-between;align-items:baseline;padding:4px 0;min-width:0;"
    "border-bottom:1px solid rgba(128,138,150,.22)"
)
_NAME = "opacity:.68;white-space:nowrap"
_VALUE = "text-align:right;overflow-wrap:anywhere;font-variant-numeric:tabular-nums"


def show(values: Mapping[str, object], *, columns: int = 1, min_width: int = 200) -> None:
    """Draw ``values``; the texts are shown as they are, never as markup."""
    track = f"repeat({columns},minmax(0,1fr))" if columns > 1 else f"repeat(auto-fit,minmax({min_width}px,1fr))"
    rows = "".join(
        f'<div style="{_ROW}"><div style="{_NAME}">{escape(name)}</div>'
        f'<div style="{_VALUE}">{escape(str(value))}</div></div>'
        for name, value in values.items()
    )
    st.html(
        f'<div style="display:grid;grid-template-columns:{track};column-gap:28px;margin:0;font-size:13px">{rows}</div>'
    )
