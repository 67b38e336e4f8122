"""A model version as files that run elsewhere: which kind, and the download."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.language import _, said
from pipelines.serving.export import TARGETS, is_image
from pipelines.tracking import ModelVersion

Make = Callable[[str, str, str], bytes]
"""The zip for a model's address, a target and an image's name."""


def show(version: ModelVersion, make: Make, *, key: str) -> None:
    """Draw the choice of a target, what it gives, and its download."""
    name = st.segmented_control(
        _("For"),
        list(TARGETS),
        format_func=lambda n: said(TARGETS[n].title),
        default=next(iter(TARGETS)),
        required=True,
        key=f"{key}_target",
    )
    target = TARGETS[name or next(iter(TARGETS))]
    st.caption(said(target.help))
    image = ""
    if target.has_image:
        image = st.text_input(
            _("Name of the image"),
            placeholder="registry.example.com/team/price:3",
            help=_("Where the built image is kept. Left empty, it is the model's name and version."),
            key=f"{key}_image",
            width=420,
        ).strip()
        if image and not is_image(image):
            st.error(_("{image!r} cannot name a container image.", image=image))
            return
    st.download_button(
        _("Download as zip"),
        lambda: make(version.model_uri, target.name, image),
        file_name=f"{version.name}-{version.version}-{target.name}.zip",
        mime="application/zip",
        icon=":material/download:",
        on_click="ignore",
        key=f"{key}_download",
    )
