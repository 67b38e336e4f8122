"""Three ways to begin: a sample, data of one's own, an empty pipeline."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from components import wording
from components.language import _, said
from pipelines.samples.gallery import Sample


@dataclass(frozen=True)
class Intent:
    """What the visitor wants to begin with; ``name`` is the sample's or the new pipeline's."""

    act: Literal["sample", "import", "new"]
    name: str = ""


def show(samples: Sequence[Sample], taken: Collection[str], *, key: str) -> Intent | None:
    """Draw the three; ``taken`` are the names that pipelines have already."""
    intent: Intent | None = None
    sample, data, new = st.columns(3, gap="small")
    with sample.container(border=True, gap="small", height=150):
        st.markdown(":material/school: **" + _("Open a sample") + "**")
        titles = {s.name: s for s in samples}
        chosen = st.selectbox(
            _("Sample"),
            list(titles),
            format_func=lambda n: f"{said(titles[n].title)}: {said(titles[n].task)}",
            key=f"{key}_sample",
            label_visibility="collapsed",
        )
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if st.button(_("Open"), key=f"{key}_open", icon=":material/arrow_forward:"):
                intent = Intent("sample", chosen)
            st.caption(said(titles[chosen].sentence) if chosen else "", width="stretch")
    with data.container(border=True, gap="small", height=150):
        st.markdown(":material/upload: **" + _("Import data") + "**")
        st.caption(_("CSV, Excel, Parquet or JSON lines. You see how the file is read before it is imported."))
        if st.button(_("Import"), key=f"{key}_import", icon=":material/arrow_forward:"):
            intent = Intent("import")
    with new.container(border=True, gap="small", height=150):
        st.markdown(":material/account_tree: **" + _("New pipeline") + "**")
        proposed = wording.free_name("pipeline", taken)
        name = st.text_input(
            _("Name"), value=proposed, max_chars=100, key=f"{key}_name_{proposed}", label_visibility="collapsed"
        )
        if st.button(_("Create"), key=f"{key}_new", icon=":material/arrow_forward:", disabled=not name):
            intent = Intent("new", name.strip())
    return intent
