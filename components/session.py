"""Typed access to the session's state that pages share; each component keeps its own under its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from pipelines.sdk import Workspace

_MESSAGES = "session.messages"


@st.cache_resource(show_spinner=False)
def workspace() -> Workspace:
    """The workspace of this server, opened once: everything a page asks for or does goes through it."""
    from pipelines.sdk import Workspace

    return Workspace.open()


def tell(text: str, icon: str = ":material/check_circle:") -> None:
    """Keep a message for after the next rerun; ``show_messages`` draws it."""
    st.session_state.setdefault(_MESSAGES, []).append((text, icon))


def show_messages() -> None:
    """Draw the messages kept since the last run, once. app.py calls it before the page."""
    for text, icon in st.session_state.pop(_MESSAGES, []):
        st.toast(text, icon=icon)


def query(name: str) -> str:
    """A query parameter of the page's address, empty when it is not there."""
    return str(st.query_params.get(name, ""))


def set_query(**values: str) -> None:
    """Put these in the page's address and leave its others; an empty value takes its name out."""
    for name, value in values.items():
        if value and st.query_params.get(name) != value:
            st.query_params[name] = value
        elif not value and name in st.query_params:
            del st.query_params[name]
