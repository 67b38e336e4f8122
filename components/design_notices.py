"""What the designer has to say before all else: an act that could not be done, a draft changed elsewhere."""

from __future__ import annotations

from typing import Protocol

import streamlit as st

from components import error_box
from components.design import Design
from components.language import _, said
from pipelines.document.difference import difference
from pipelines.document.model import PipelineDocument

SHOWN = 8


class Ways(Protocol):
    """The ways out of a conflict."""

    def merge(self) -> None: ...
    def keep_as_copy(self) -> None: ...
    def reload(self) -> None: ...
    def stored(self) -> PipelineDocument: ...


def show(design: Design, ways: Ways, *, key: str) -> None:
    """Draw the design's error once, and its conflict until it is settled."""
    if design.error is not None:
        error_box.show(design.error, key=f"{key}.error")
        design.error = None
    if design.conflict is None:
        return
    with st.container(border=True, gap="small", key=f"{key}.conflict"):
        st.markdown(
            ":red[:material/sync_problem:] "
            + _("**This pipeline was changed elsewhere meanwhile.** What you do here is not saved until you choose.")
        )
        stored = ways.stored()
        changes = [said(line) for line in difference(design.base or design.document, stored)]
        if changes:
            st.caption(_("What was changed elsewhere:"))
            st.code(
                "\n".join(changes[:SHOWN]) + ("\n…" if len(changes) > SHOWN else ""), language=None, wrap_lines=True
            )
        with st.container(horizontal=True, gap="small"):
            st.button(
                _("Merge both"),
                key=f"{key}.merge",
                type="primary",
                on_click=ways.merge,
                help=_("Where both changed the same thing, yours is kept. It can be undone."),
            )
            st.button(_("Keep mine as a copy"), key=f"{key}.copy", on_click=ways.keep_as_copy)
            st.button(
                _("Load theirs"), key=f"{key}.reload", on_click=ways.reload, help=_("What you changed since is gone.")
            )
