"""Text from documents and data inside Markdown."""

from __future__ import annotations

_SPECIAL = set(r"\`*_{}[]()#+-!|<>~$:&")


def escaped(text: str) -> str:
    """``text`` so that Markdown reads nothing into it."""
    return "".join(f"\\{c}" if c in _SPECIAL else c for c in text)
