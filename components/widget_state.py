"""Widgets that show what the document says: their value in the session's state follows it."""

from __future__ import annotations

from typing import Any

import streamlit as st


def keep(key: str, value: Any) -> None:
    """Make ``value`` the widget's, unless it is already: setting it anew would undo what is being typed."""
    known = st.session_state.get(key, ...)
    if known is ... or known != value or type(known) is not type(value):
        st.session_state[key] = value
