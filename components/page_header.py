"""The line at the top of every page: what this is, its badges, and the buttons on its right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

HEIGHT = 35  # pixels, of a button


@contextmanager
def row(title: str, icon: str, *, badges: Callable[[], None] | None = None, flat: bool = False) -> Iterator[None]:
    """Draw the title; what is drawn inside the block stands at the right end of its line.

    ``flat``: there is no button inside, and the line is to be as high as one with buttons.
    """
    height = HEIGHT if flat else "content"
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", height=height, border=False, key="page_header"
    ):
        st.subheader(title, icon=f":material/{icon}:", width="content", anchor=False)
        if badges:
            badges()
        st.space("stretch")
        yield


def show(title: str, icon: str) -> None:
    """Draw the title alone."""
    with row(title, icon, flat=True):
        pass


def section(title: str, note: str = "") -> None:
    """A heading inside a page, with a quiet note beside it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{title}**", width="content")
        if note:
            st.caption(note, width="content")


def empty(text: str, *, icon: str = "inbox") -> None:
    """What stands where there is nothing yet: one calm sentence that says how it fills."""
    with st.container(border=True, horizontal_alignment="center", vertical_alignment="center"):
        st.space("small")
        st.markdown(f":gray[:material/{icon}:]  {text}", width="content", text_alignment="center")
        st.space("small")
