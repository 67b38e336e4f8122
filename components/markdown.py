"""Text from documents and data inside Markdown."""

from __future__ import annotations

_SPECIAL = set(r"\`*_{}[]()#+-!|<>~$:&")


def escaped(text: str) -> str:
    """``text`` so that Markdown reads nothing into it."""
    return "".join(f"\\{c}" if c in _SPECIAL else c for c in text)


def prose(text: str) -> str:
    """A docstring's text for Markdown: what stands between double back quotes is code, the rest as it is."""
    parts = text.split("``")
    return "".join(f"`{part}`" if number % 2 else escaped(part) for number, part in enumerate(parts))
