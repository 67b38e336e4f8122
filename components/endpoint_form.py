"""Making an endpoint: which model, under which name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import streamlit as st

from components import model_picker, page_header, wording
from components.language import _
from pipelines.tracking import RegisteredModel


@dataclass(frozen=True)
class NewEndpoint:
    """What is to be made."""

    name: str
    model_uri: str


def show(models: Sequence[RegisteredModel], taken: Collection[str], *, wanted: str, key: str) -> NewEndpoint | None:
    """Draw the form; what to make when it is sent."""
    page_header.section(_("New endpoint"))
    with st.container(border=True, gap="small"):
        uri = model_picker.show(models, wanted=wanted, key=f"{key}_model", room=90)
        proposed = wording.free_name(endpoint_name(uri), taken) if uri else ""
        left, right = st.columns([8, 2], gap="small", vertical_alignment="bottom")
        name = left.text_input(
            _("Name"),
            value=proposed,
            max_chars=63,
            key=f"{key}_name_{uri}",
            help=_("Small letters, digits and '-'. It stays, whatever model is behind it"),
        )
        sent = right.button(
            _("Create"),
            type="primary",
            icon=":material/cloud_upload:",
            key=f"{key}_create",
            disabled=not uri or not name,
            width="stretch",
        )
        st.caption(_("A model server is started for it, and watched. Callers need the key, which is shown once."))
    return NewEndpoint(name.strip(), uri) if sent and uri else None


def endpoint_name(model_uri: str) -> str:
    """A name that an endpoint may have, after its model's."""
    own = re.split(r"[@/]", model_uri.removeprefix("models:/"))[0]
    letters = unicodedata.normalize("NFKD", own.lower())
    plain = letters.encode("ascii", "ignore").decode()
    if 2 * sum(map(str.isalpha, plain)) < sum(map(str.isalpha, letters)):  # what is left of 価格 (kg) says nothing
        return "endpoint"
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "endpoint"
