"""The rules of the promotion gate, each on or off, inside a form."""

from __future__ import annotations

import streamlit as st

from components.language import _
from pipelines.inference.gate import Gate


def show(*, key: str) -> Gate:
    """Draw the rules; those that are on."""
    usual = Gate()
    with st.expander(_("Rules for the alias to move"), icon=":material/rule:", key=f"{key}_rules"):
        quality = st.checkbox(
            _("At least as good as the version that has the alias now"),
            usual.quality,
            key=f"{key}_quality",
            help=_("On the same rows, which neither was trained on; a loss within what chance explains is let pass."),
        )
        latency = st.checkbox(_("Quick enough"), usual.latency, key=f"{key}_latency")
        budget = st.number_input(
            _("Milliseconds for one row"), 0.1, 60_000.0, usual.latency_ms, key=f"{key}_milliseconds", width=220
        )
        drift = st.checkbox(
            _("No drift alarm"),
            usual.drift,
            key=f"{key}_drift",
            help=_("The last requests to endpoints of this model, against the rows that the new version learned from."),
        )
        parity = st.checkbox(_("Proven to answer alike everywhere"), usual.parity, key=f"{key}_parity")
    return Gate(quality=quality, latency=latency, latency_ms=float(budget), drift=drift, parity=parity)
