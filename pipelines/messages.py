"""Texts for people: English sentences that remember how they were made, so that another language can say them later.

The engine writes ``_("There is no column {column!r}.", column=name)`` and gets an English ``str``: it can be raised,
logged, compared and stored like any other. Whoever shows it to a person asks ``translated`` for the person's language.
The templates are collected into gettext catalogues, so a template is a literal, and whole sentences stand in one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral, Real
from typing import Any, Protocol, Self


class Catalogue(Protocol):
    """What gettext's translations offer."""

    def gettext(self, message: str, /) -> str: ...

    def ngettext(self, one: str, many: str, count: int, /) -> str: ...


class Message(str):
    """An English sentence with its template and what fills it. ``many`` is the template for other counts than one."""

    template: str
    many: str
    values: Mapping[str, Any]

    def __new__(cls, template: str, values: Mapping[str, Any] | None = None, many: str = "") -> Self:
        filled = values or {}
        chosen = many if many and filled.get("count") != 1 else template
        made = super().__new__(cls, chosen.format(**filled) if filled else chosen)
        made.template, made.many, made.values = template, many, filled
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.template, dict(self.values), self.many)

    def said(self, catalogue: Catalogue) -> str:
        """The sentence in the catalogue's language, and so are the messages that fill it."""
        if self.many:
            template = catalogue.ngettext(self.template, self.many, int(self.values["count"]))
        else:
            template = catalogue.gettext(self.template) if self.template else ""
        if not self.values:
            return template
        return template.format(
            **{k: v.said(catalogue) if isinstance(v, Message) else v for k, v in self.values.items()}
        )


class Joined(Message):
    """Messages one behind the other; parts that are plain text, such as names, stay as they are in every language."""

    parts: tuple[str, ...]
    separator: str

    def __new__(cls, parts: Iterable[str], separator: str = " ") -> Self:
        held = tuple(p for p in parts if p)
        made = str.__new__(cls, separator.join(held))
        made.template, made.many, made.values = "", "", {}
        made.parts, made.separator = held, separator
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.parts, self.separator)

    def said(self, catalogue: Catalogue) -> str:
        separator = translated(self.separator, catalogue)
        return separator.join(p.said(catalogue) if isinstance(p, Message) else p for p in self.parts)


class Continued(Message):
    """A message as it stands behind a colon, with a small letter first where its language has such."""

    whole: Message

    def __new__(cls, whole: Message) -> Self:
        made = str.__new__(cls, _small(whole))
        made.template, made.many, made.values = "", "", {}
        made.whole = whole
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.whole,)

    def said(self, catalogue: Catalogue) -> str:
        return _small(self.whole.said(catalogue))


def _small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _(template: str, /, **values: Any) -> Message:
    """A message; ``values`` fill the template's braces, as ``str.format`` does."""
    return Message(template, values)


def ngettext(one: str, many: str, /, count: int, **values: Any) -> Message:
    """A message about a number of things: ``ngettext("{count} row", "{count:,} rows", count=n)``."""
    return Message(one, {"count": count, **values}, many)


def declared(text: str, /) -> Message:
    """A text that stands as data (a step's title, a metric's name) as a message, to be said by its exact wording."""
    return Message(text)


def listed(items: Sequence[str], most: int = 0) -> Joined:
    """Items with commas between them: ``a, b, c``; with an ellipsis for those beyond ``most``."""
    shown = list(items[:most]) if 0 < most < len(items) else list(items)
    return Joined([*shown, "…"] if len(shown) < len(items) else shown, _(", "))


def enumerated(items: Sequence[str], most: int = 0) -> str:
    """Items as a sentence has them: ``a, b and c``; ``a, b and 3 more`` where there are more than ``most``."""
    if 0 < most < len(items):
        return _("{names} and {number} more", names=listed(items[:most]), number=len(items) - most)
    if len(items) < 2:
        return items[0] if items else ""
    return _("{names} and {last}", names=listed(items[:-1]), last=items[-1])


def alternatives(items: Sequence[str]) -> str:
    """Items to choose from: ``a, b or c``."""
    if len(items) < 2:
        return items[0] if items else ""
    return _("{names} or {last}", names=listed(items[:-1]), last=items[-1])


def continued(sentence: str) -> str:
    """A sentence as it stands behind a colon, with a small letter first."""
    return Continued(sentence) if isinstance(sentence, Message) else _small(sentence)


def translated(text: str, catalogue: Catalogue) -> str:
    """``text`` in the catalogue's language; a plain text by its exact wording, unchanged where that is not known."""
    if isinstance(text, Message):
        return text.said(catalogue)
    return catalogue.gettext(text) if text else ""


def to_plain(text: str) -> Any:
    """A message as plain values for JSON; plain text stays text."""
    if isinstance(text, Joined):
        return {"parts": [to_plain(p) for p in text.parts], "separator": to_plain(text.separator)}
    if isinstance(text, Continued):
        return {"continued": to_plain(text.whole)}
    if isinstance(text, Message):
        values = {name: _plain_value(v) for name, v in text.values.items()}
        return {"template": text.template, "many": text.many, "values": values}
    return str(text)


def from_plain(value: Any) -> str:
    """What ``to_plain`` gave, as a message again. A text that was stored without its template comes back as it is."""
    if isinstance(value, Message):
        return value
    if isinstance(value, Mapping) and "parts" in value:
        return Joined([from_plain(p) for p in value["parts"]], from_plain(value["separator"]))
    if isinstance(value, Mapping) and "continued" in value:
        return continued(from_plain(value["continued"]))
    if isinstance(value, Mapping):
        values = {name: _value(v) for name, v in value["values"].items()}
        return Message(value["template"], values, value["many"])
    return str(value)


def stored(values: Any) -> Any:
    """Plain values for JSON, with every message in them as ``to_plain`` has it, and its English for other readers."""
    if isinstance(values, Message):
        return {"text": str(values), **to_plain(values)}
    if isinstance(values, Mapping):
        return {name: stored(v) for name, v in values.items()}
    return [stored(v) for v in values] if isinstance(values, list | tuple) else values


def restored(values: Any) -> Any:
    """What ``stored`` gave, with its messages again. What was stored without templates comes back as it is."""
    if isinstance(values, Mapping):
        if "text" in values and any(names <= values.keys() for names in _STORED):
            return from_plain(values)
        return {name: restored(v) for name, v in values.items()}
    return [restored(v) for v in values] if isinstance(values, list) else values


_STORED = ({"template", "many", "values"}, {"parts", "separator"}, {"continued"})


def _plain_value(value: Any) -> Any:
    """NumPy's numbers as Python's; what JSON has no number for by its name."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value) if math.isfinite(value) else {"number": str(float(value))}
    return to_plain(value) if isinstance(value, str) else str(value)


def _value(plain: Any) -> Any:
    if isinstance(plain, Mapping):
        return float(plain["number"]) if "number" in plain else from_plain(plain)
    return plain
