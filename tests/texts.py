"""What tests ask of a text that reaches people."""

from __future__ import annotations

from collections.abc import Container, Iterator
from functools import cache

from babel.messages.pofile import read_po

from components.language import LOCALE
from pipelines.messages import Continued, Joined, Message


def templates(text: str) -> Iterator[str]:
    """Every template that a message was made of, those of the messages within it too."""
    if isinstance(text, Continued):
        yield from templates(text.whole)
    elif isinstance(text, Joined):
        for part in (*text.parts, text.separator):
            yield from templates(part)
    elif isinstance(text, Message):
        yield text.template
        for value in text.values.values():
            yield from templates(value) if isinstance(value, str) else ()


@cache
def collected() -> frozenset[str]:
    """Every text that the template of the catalogues has."""
    with (LOCALE / "sekkei.pot").open("rb") as source:
        return frozenset(t for m in read_po(source) for t in ([m.id] if isinstance(m.id, str) else m.id))


def assert_can_be_translated(text: str, besides: Container[str] = ()) -> None:
    """It is a message, and the catalogues have all that it was made of; ``besides`` are names of the test's own."""
    assert not text or isinstance(text, Message), f"no message: {text}"
    missing = {t for t in templates(text) if t not in collected() and t not in besides}
    assert not missing, f"not collected: {missing}; run .ci/messages"
