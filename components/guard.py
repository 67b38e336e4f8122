"""Who may see a page: the first line of every page."""

from __future__ import annotations


def require_user() -> None:
    """Let the visitor pass, or stop the page. Sekkei has no sign-in yet, so everyone passes."""
