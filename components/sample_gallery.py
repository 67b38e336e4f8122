"""The sample pipelines as cards: a picture of each, the question it answers, and a button that makes it one's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from components import pipeline_picture, theme
from components.language import _, said
from components.markdown import escaped
from pipelines.samples.gallery import Sample

COLUMNS = 4
PICTURE = 64  # pixels


def show(samples: Sequence[Sample], *, key: str, on_use: Callable[[str], None]) -> None:
    """Draw the gallery; ``on_use`` gets the sample's name."""
    palette = theme.palette()
    for start in range(0, len(samples), COLUMNS):
        for column, sample in zip(st.columns(COLUMNS, gap="small"), samples[start : start + COLUMNS], strict=False):
            with column.container(border=True, gap="xsmall", height="stretch", key=f"{key}.card.{sample.name}"):
                title = said(sample.title)
                label = _("The steps of {title}", title=title)
                pipeline_picture.show(sample.document, palette, height=PICTURE, label=label)
                with st.container(height="stretch", border=False):
                    st.markdown(f"**{escaped(title)}**  \n:gray[:small[{escaped(said(sample.sentence))}]]")
                with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                    st.markdown(f":blue-badge[{escaped(said(sample.task))}]", width="stretch")
                    st.button(
                        _("Use"),
                        key=f"{key}.use.{sample.name}",
                        on_click=on_use,
                        args=(sample.name,),
                        help=_use_help(sample),
                    )


def _use_help(sample: Sample) -> str:
    text = _("Make a pipeline of your own from it")
    return _("{text}. In Azure: {name}", text=text, name=sample.known_as) if sample.known_as else text
