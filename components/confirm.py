"""Asking before something is gone for good."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components import error_box
from components.language import _


def ask(title: str, text: str, label: str, act: Callable[[], None], *, key: str) -> None:
    """Open a dialog; ``act`` is called when the visitor agrees. Its errors show in the dialog."""

    @st.dialog(title, on_dismiss="rerun")
    def dialog() -> None:
        st.markdown(text)
        with st.container(horizontal=True, horizontal_alignment="right", gap="small"):
            if st.button(_("Keep"), key=f"{key}_keep"):
                st.rerun()
            agreed = st.button(label, type="primary", icon=":material/delete:", key=f"{key}_agree")
        if agreed:
            with error_box.shown(f"{key}_failed"):
                act()
                st.rerun()

    dialog()
