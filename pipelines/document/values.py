"""Values of a document: what they may be, and how a sentence shows one."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import numpy as np
from pydantic import BaseModel

from pipelines.document.references import referred
from pipelines.errors import DocumentError
from pipelines.messages import _

MAX_DEPTH = 24  # levels of nesting in a whole document; a step's parameters start at the fourth
MAX_PARAMS_DEPTH = MAX_DEPTH - 4
Path = tuple[str | int, ...]


class Misfit(DocumentError):  # noqa: N818 - a word of its own reads better where it is raised
    """A document that cannot be used; ``path`` leads to the place, as in ``("steps", 2, "id")``."""

    def __init__(self, path: Path, message: str, *, fix: str = "") -> None:
        super().__init__(message, fix=fix)
        self.path = path


def plain(value: Any, path: Path = (), depth: int = 0) -> Any:
    """``value`` in mappings with text keys, lists, text, numbers, truth values and None. Misfit for anything else."""
    if depth > MAX_PARAMS_DEPTH:
        raise Misfit(
            path,
            _("The values are nested too deeply."),
            fix=_("At most {most} levels can be read.", most=MAX_PARAMS_DEPTH),
        )
    match value:
        case None | bool() | int() | float() | str() if not isinstance(value, enum.Enum | np.generic):
            return _plain_text(value, path) if isinstance(value, str) else value
        case BaseModel():
            return plain(value.model_dump(mode="json"), path, depth)
        case enum.Enum():
            return plain(value.value, path, depth)
        case np.generic():
            return plain(value.item(), path, depth)
        case Mapping():
            return {_plain_text(str(k), path): plain(v, (*path, str(k)), depth + 1) for k, v in value.items()}
        case np.ndarray() | list() | tuple():
            return [plain(v, (*path, i), depth + 1) for i, v in enumerate(value)]
        case datetime() | date():
            return value.isoformat()
    raise Misfit(path, _("A value of the kind {name!r} cannot be kept in a document.", name=type(value).__name__))


def _plain_text(text: str, path: Path) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        message = _("A text has a broken character in it (half of a surrogate pair).")
        raise Misfit(path, message, fix=_("Take it out.")) from None
    return str(text)


def shown(value: Any) -> str:
    """A value as an error shows it: short, and named by its kind where it is long."""
    if value is None:
        return _("empty")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return _("a group of named values")
    if isinstance(value, list | tuple):
        return _("a list")
    return cut(repr(value))


def brief(value: Any) -> str:
    """A value as a sentence about a change has it: a short text as it is, a short list in full, a group by its type."""
    short = isinstance(value, list | tuple) and len(value) <= 6
    if short and not any(isinstance(v, list | tuple | dict) for v in value):
        return "[" + ", ".join(map(str, value)) + "]"
    if (name := referred(value)) is not None:
        return _("the parameter {name!r}", name=cut(name))
    if isinstance(value, Mapping) and "type" in value:
        return str(value["type"])
    return value if isinstance(value, str) and value and not is_long(value) else shown(value)


def is_long(value: Any) -> bool:
    return isinstance(value, str) and ("\n" in value or len(value) > 60)


def cut(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
