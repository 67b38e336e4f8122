"""Logs of services and model servers: kept small, and read for the line that says what went wrong."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

MAX_BYTES = 5_000_000
TAIL_BYTES = 20_000

_ERROR = re.compile(r"^(?:\w+\.)*\w*(?:Error|Exception|Interrupt|Exit)\b(?::\s*(?P<words>.+))?$")
_NOISE = re.compile(r"^(\s|\[?\d{4}[-/]|INFO|WARNING|Traceback|During handling|The above exception|[-=^~ ]*$)")


def rotate(path: Path) -> None:
    """Put a log that has grown large aside, in the place of the one before."""
    with contextlib.suppress(OSError):
        if path.stat().st_size > MAX_BYTES:
            os.replace(path, path.with_suffix(".1.log"))


def last_words(path: Path, *, offset: int = 0) -> str:
    """The last line of a log that says what went wrong: the last error's message, else the last plain
    line. Only what was written after ``offset`` bytes counts."""
    try:
        with path.open("rb") as file:
            file.seek(max(offset, path.stat().st_size - TAIL_BYTES))
            lines = [line.rstrip() for line in file.read().decode(errors="replace").splitlines()]
    except OSError:
        return ""
    for line in reversed(lines):
        if _ERROR.match(line):
            return line[:500]
    return next((line[:500] for line in reversed(lines) if line and not _NOISE.match(line)), "")


def tail(path: Path, lines: int) -> str:
    """The last lines of a log, at most some kilobytes; empty when there is none."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - TAIL_BYTES))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
