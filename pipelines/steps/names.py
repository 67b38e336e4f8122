"""Names for the columns that a step makes."""

from __future__ import annotations


def free(name: str, taken: set[str]) -> str:
    """``name``, with underscores behind it until no column has it; it is taken from then on."""
    while name in taken:
        name += "_"
    taken.add(name)
    return name
