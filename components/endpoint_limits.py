"""How often and with how large a request an endpoint may be asked."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from components.language import _
from pipelines.serving.endpoints import Endpoint
from pipelines.settings import settings


@dataclass(frozen=True)
class Limits:
    """The limits that the endpoint is to have; None: as the settings allow."""

    requests_per_minute: int | None
    max_request_mib: float | None


def show(endpoint: Endpoint, *, key: str) -> Limits | None:
    """Draw the limits; those that are to hold from now on."""
    most = settings().max_request_mib
    with st.container(border=True, gap="small"):
        st.markdown("**" + _("Limits") + "**")
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            rate = st.number_input(
                _("Requests per minute"),
                min_value=1,
                value=endpoint.rate_limit,
                placeholder=_("no limit"),
                step=1,
                width=200,
                key=f"{key}_rate_{endpoint.rate_limit}",
            )
            size = st.number_input(
                _("MiB per request"),
                min_value=0.01,
                max_value=float(most),
                value=endpoint.max_request_mib,
                placeholder=_("at most {most}", most=most),
                format="%g",
                width=200,
                key=f"{key}_size_{endpoint.max_request_mib}",
            )
            wanted = Limits(rate, size)
            same = wanted == Limits(endpoint.rate_limit, endpoint.max_request_mib)
            sent = st.button(_("Set limits"), icon=":material/speed:", key=f"{key}_set", disabled=same)
        st.caption(_("Whoever asks more often or for more is refused, and told why. Empty: as the settings allow."))
    return wanted if sent else None
