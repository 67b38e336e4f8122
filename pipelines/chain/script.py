"""Code of the analyst's own: kept as text, run only where a setting allows it, its errors told with their line."""

from __future__ import annotations

import traceback
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from pipelines.errors import ForbiddenError, InputError
from pipelines.messages import _
from pipelines.settings import settings

FILE = "<code>"


def require_allowed() -> None:
    """ForbiddenError where the setting ``python_steps`` is off."""
    if not settings().python_steps:
        raise ForbiddenError(
            _("Code of one's own is switched off on this installation."),
            fix=_("Use other steps, or set SEKKEI_PYTHON_STEPS to true."),
        )


@lru_cache(maxsize=64)
def names_of(code: str) -> dict[str, Any]:
    """What the code defines; ``pd`` and ``np`` are there. Whatever it raises is raised."""
    require_allowed()
    names: dict[str, Any] = {"__name__": "analyst", "pd": pd, "np": np}
    exec(compile(code, FILE, "exec"), names)  # noqa: S102  the analyst's own code is what this is for
    return names


def in_words(error: BaseException) -> InputError:
    """An error of the code, with its line there."""
    if isinstance(error, InputError | ForbiddenError):
        return error  # type: ignore[return-value]
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == FILE]
    line = lines[-1] if lines else getattr(error, "lineno", None)
    told = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}".rstrip(": ")
    return InputError(
        _("Line {line} of the code: {error}.", line=line, error=told) if line else _("The code: {error}.", error=told),
        fix=_("Correct the code."),
    )
