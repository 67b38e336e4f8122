"""The two keys of an endpoint: what is known of each, and a new one in its place."""

from __future__ import annotations

import streamlit as st

from components import wording
from components.language import N_, _, said
from pipelines.serving.endpoints import Endpoint

SLOTS = {"primary": N_("Primary key"), "secondary": N_("Secondary key")}


def show(endpoint: Endpoint, *, key: str) -> str | None:
    """Draw the keys; the slot that is to have a new one."""
    wanted = None
    known = {k.slot: k for k in endpoint.keys}
    for slot, title in SLOTS.items():
        found = known.get(slot)
        with st.container(horizontal=True, vertical_alignment="center", gap="small", border=True):
            st.markdown(f"**{said(title)}**", width="content")
            if found is not None:
                st.markdown(f"`…{found.hint}`", width="content")
                st.caption(_("created {ago}", ago=wording.ago(found.created_at)), width="content")
            else:
                st.caption(_("None yet"), width="content")
            st.space("stretch")
            label = _("New key") if found is not None else _("Make a key")
            if st.button(label, icon=":material/key:", key=f"{key}_rotate_{slot}"):
                wanted = slot
    st.caption(_("Either opens. To change keys without an outage, make the other one, hand it out, then change this."))
    return wanted
