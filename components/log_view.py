"""Lines of a log."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from components.language import _, ngettext


def show(lines: Sequence[str], *, key: str) -> None:
    """Draw the lines, the newest last, with a download."""
    if not lines:
        st.caption(_("Nothing was written."))
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(ngettext("{count} line", "{count:,} lines", len(lines)), width="content")
        st.space("stretch")
        st.download_button(
            _("Log"), "\n".join(lines), "log.txt", "text/plain", icon=":material/download:", on_click="ignore", key=key
        )
    st.code("\n".join(lines[-1000:]), language=None, height=480)
