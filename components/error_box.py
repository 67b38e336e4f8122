"""Errors on a page: what happened and what to do, never a bare trace."""

from __future__ import annotations

import functools
import logging
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

import streamlit as st

from components.language import _, said
from pipelines.errors import SekkeiError
from pipelines.messages import from_plain

P = ParamSpec("P")
R = TypeVar("R")

log = logging.getLogger(__name__)


def show(error: BaseException, *, key: str) -> None:
    """Draw ``error``: a SekkeiError as its message and fix; any other as an apology with the trace folded away."""
    if isinstance(error, SekkeiError):
        st.error("\n\n".join(filter(None, [said(error.message), said(error.fix)])), icon=":material/error:")
        return
    log.error("A page failed", exc_info=error)
    with st.container(border=True, gap="small", key=f"{key}_box"):
        st.markdown(_("**Something went wrong here.** Your work is saved. Reload the page to try again."))
        with st.expander(_("Details for a report"), key=f"{key}_trace"):
            st.code("".join(traceback.format_exception(error)), language=None)


def words(error: SekkeiError) -> str:
    """The error in a line: what happened, and what to do."""
    return " ".join(filter(None, [said(error.message), said(error.fix)]))


def stored(error: Mapping[str, Any]) -> SekkeiError:
    """The error that a job or a run kept, with its words as messages again."""
    return SekkeiError(from_plain(error.get("message", "")), fix=from_plain(error.get("fix", "")))


@contextmanager
def shown(key: str) -> Iterator[None]:
    """A block whose errors are drawn in its place instead of ending the page."""
    try:
        yield
    except Exception as error:
        show(error, key=key)


def guarded(key: str) -> Callable[[Callable[P, R]], Callable[P, R | None]]:
    """A decorator for fragments and dialogs, which run outside the page: their errors are drawn in their place."""

    def around(function: Callable[P, R]) -> Callable[P, R | None]:
        @functools.wraps(function)
        def inside(*args: P.args, **kwargs: P.kwargs) -> R | None:
            with shown(key):
                return function(*args, **kwargs)
            return None

        return inside

    return around
