"""The certificate of a published model: the same rows gave the same answers on every way to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from components import facts

TITLES = {
    "sets": "Kinds of rows",
    "ways": "Asked",
    "largest_difference": "Largest difference of two numbers",
    "checked_at": "Checked",
    "mlflow": "MLflow",
}


def show(parity: Mapping[str, Any] | None, *, key: str) -> None:
    """Draw what was compared and what was found."""
    if not parity:
        st.caption("This model was not published by Sekkei, so its answers have not been compared.")
        return
    with st.container(border=True, gap="small", key=key):
        st.markdown(":green[:material/verified:] **Same rows, same answers**")
        facts.show({TITLES.get(k, _words(k)): _value(v) for k, v in parity.items()}, min_width=320)


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{_words(str(k))}: {_value(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(_value(v) for v in value)
    return f"{value:.3g}" if isinstance(value, float) else str(value)
