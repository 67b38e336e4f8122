"""The folders of this machine that batch jobs may read and write: a name from outside never leads anywhere else."""

from __future__ import annotations

import errno
from pathlib import Path

from pipelines.errors import ForbiddenError, InputError
from pipelines.messages import _
from pipelines.settings import settings
from pipelines.workspace import Home


def readable(home: Home, given: str) -> Path:
    """The file or folder meant by ``given``, below a folder that may be read; relative to the workspace's ``files``."""
    return _below(home, given, [home.files, home.results, home.uploads, *_more()])


def writable(home: Home, given: str) -> Path:
    """As ``readable``, for a result."""
    return _below(home, given, [home.files, home.results, *_more()])


def shown(home: Home, path: Path) -> str:
    """A path as it is told outside: without the workspace's own place."""
    return str(path.relative_to(home.root)) if path.is_relative_to(home.root) else str(path)


def _more() -> list[Path]:
    return [Path(p.strip()).expanduser() for p in settings().batch_folders.split(",") if p.strip()]


def _below(home: Home, given: str, allowed: list[Path]) -> Path:
    try:
        if "\0" in given:
            raise ValueError
        path = (home.files / given).resolve()
        inside = any(path.is_relative_to(a.resolve()) and path != a.resolve() for a in allowed)
    except (OSError, ValueError, RuntimeError):
        inside = False
    if not inside:
        raise ForbiddenError(
            _("Batch jobs may not use {given!r}.", given=given[:200]),
            fix=_("Name a path in the workspace's folder files, or allow its folder with SEKKEI_BATCH_FOLDERS."),
        )
    try:
        path.lstat()
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise InputError(_("The path {given!r} is too long.", given=given[:80])) from None
    return path
