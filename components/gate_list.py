"""What the rules of the promotion gate found of a model version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from components.language import N_, _, said

RULES = {
    "quality": N_("As good as before"),
    "parity": N_("Same answers everywhere"),
    "latency": N_("Quick enough"),
    "drift": N_("No drift"),
}
SIGNS = {
    "passed": ":green[:material/check_circle:]",
    "failed": ":red[:material/cancel:]",
    "unknown": ":orange[:material/help:]",
}


def show(verdicts: Sequence[Mapping[str, Any]], *, key: str) -> None:
    """Draw one line a rule; nothing where none was on."""
    if not verdicts:
        return
    with st.container(border=True, gap="xsmall", key=key):
        for verdict in verdicts:
            name = _(RULES.get(verdict["rule"], verdict["rule"]))
            st.markdown(f"{SIGNS[verdict['state']]} **{name}** · {_plain(said(verdict['message']))}")


def _plain(text: str) -> str:
    """Text that Markdown reads nothing into."""
    return "".join(f"\\{c}" if c in "\\`*_[]<>#$~" else c for c in text)
