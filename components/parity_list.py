"""The certificate of a published model: the same rows gave the same answers on every way to them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import streamlit as st

from components import facts, wording
from components.language import N_, _, said, shown

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*")
TITLES = {
    "sets": N_("Kinds of rows"),
    "ways": N_("Ways to ask"),
    "largest_difference": N_("Largest difference of two numbers"),
    "checked_at": N_("Checked"),
    "mlflow": "MLflow",
    "milliseconds": N_("Milliseconds for one row"),
    "left_out": N_("Left out"),
}


def show(parity: Mapping[str, Any] | None, *, key: str) -> None:
    """Draw what was compared and what was found."""
    if not parity:
        st.caption(_("This model was not published by Sekkei, so its answers have not been compared."))
        return
    with st.container(border=True, gap="small", key=key):
        st.markdown(":green[:material/verified:] **" + _("Same rows, same answers") + "**")
        facts.show({shown(TITLES.get(k) or _words(k)): _value(v) for k, v in parity.items() if v != {}}, min_width=320)


def _words(name: str) -> str:
    return said(name.replace("_", " ").capitalize())


def _value(value: Any) -> str:
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return wording.when(datetime.fromisoformat(value))
    if isinstance(value, bool):
        return wording.yes_no(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{_words(str(k))}: {_value(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(_value(v) for v in value)
    if isinstance(value, float):
        return f"{value:.3g}"
    return said(value if isinstance(value, str) else str(value))
