"""A part of a page that keeps itself up to date while something goes on."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components import error_box


def show(draw: Callable[[], bool], *, going: bool, key: str, every: float = 1.0) -> None:
    """Draw a part now and, while ``going``, again every ``every`` seconds.

    ``draw`` tells whether it still goes on; when it no longer does, the page is drawn anew, once.
    """

    def body() -> None:
        goes_on = False
        with error_box.shown(f"{key}_failed"):
            goes_on = draw()
        if going and not goes_on:
            st.rerun()

    st.fragment(body, key=key, run_every=every if going else None)()


def tick(draw: Callable[[], None], *, going: bool, key: str, every: float = 1.0) -> None:
    """Draw a part that goes by the clock, such as how long something has taken, and again while it is ``going``."""
    st.fragment(draw, key=key, run_every=every if going else None)()


def watch(read: Callable[[], object], seen: object, *, key: str, every: float = 1.0) -> None:
    """Read every ``every`` seconds what goes on; when it is not as it was ``seen``, the page is drawn anew.

    Nothing is drawn meanwhile, so nothing on the page moves while it waits.
    """

    def body() -> None:
        news = seen
        with error_box.shown(f"{key}_failed"):
            news = read()
        if news != seen:
            st.rerun(scope="app")

    st.fragment(body, key=key, run_every=every)()
