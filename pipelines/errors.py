"""Every error Sekkei raises on purpose.

    SekkeiError                     500  something Sekkei itself could not do
    ├── InputError                  400  what was given cannot be used
    │   ├── DocumentError           400  a pipeline document that cannot be read
    │   ├── DatasetFileError        400  a file that is no table, or not the one described
    │   ├── ParameterError          400  a parameter's value is not allowed
    │   ├── ColumnMissingError      400  a column is asked for that the table does not have
    │   ├── DiagnosticsError        400  a pipeline with errors was asked to run
    │   └── ContractError           400  rows that do not fit a model's input contract
    ├── StepError                   422  a step failed while running; names the step
    ├── NotFoundError               404  no such dataset, pipeline, run, model, endpoint or job
    ├── ConflictError               409  it exists already, or changed meanwhile
    ├── StorageError                507  a disk that is full or may not be written to
    ├── ForbiddenError              403  switched off by a setting, or a wrong key
    └── UnavailableError            503  a service that should answer does not

A message says what was asked, what was found, the nearest match and what to do. ``fix`` holds the last of
these alone, for the places that show it apart.
"""

from __future__ import annotations

import difflib
import errno
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from pipelines.messages import Joined, _, declared, listed


class SekkeiError(Exception):
    """Base of every error raised on purpose; ``status`` is its HTTP status."""

    status = 500

    def __init__(self, message: str, *, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix

    def __str__(self) -> str:
        return Joined([self.message, self.fix])


class InputError(SekkeiError):
    status = 400


class DocumentError(InputError):
    pass


class DatasetFileError(InputError):
    pass


class ParameterError(InputError):
    def __init__(self, message: str, *, parameter: str = "", fix: str = "") -> None:
        super().__init__(message, fix=fix)
        self.parameter = parameter


class ColumnMissingError(InputError):
    """A column is asked for that the table does not have."""

    def __init__(self, column: str, columns: Sequence[str]) -> None:
        self.column = column
        self.nearest = nearest(column, columns)
        shown = listed([repr(c) for c in columns], 8)
        fix = (
            _("Did you mean {nearest!r}?", nearest=self.nearest)
            if self.nearest
            else _("The columns here are {shown}.", shown=shown)
        )
        super().__init__(_("There is no column {column!r}.", column=column), fix=fix)


class DiagnosticsError(InputError):
    """A pipeline with errors was asked to run; ``diagnostics`` holds them."""

    def __init__(self, diagnostics: Sequence[object]) -> None:
        self.diagnostics = list(diagnostics)
        first = Joined([str(d) for d in self.diagnostics[:3]], "; ")
        super().__init__(_("The pipeline cannot run yet: {first}", first=first))


class ContractError(InputError):
    """Rows that do not fit a contract: which row, counted from 1, and column, what was found and what was expected."""

    def __init__(
        self,
        message: str,
        *,
        fix: str = "",
        row: int | None = None,
        column: str = "",
        found: str = "",
        expected: str = "",
    ) -> None:
        super().__init__(message, fix=fix)
        self.row, self.column, self.found, self.expected = row, column, found, expected


class StepError(SekkeiError):
    """A step failed while running. ``step`` is its id."""

    status = 422

    def __init__(self, step: str, message: str, *, fix: str = "", trace: str = "") -> None:
        super().__init__(message, fix=fix)
        self.step = step
        self.trace = trace


class NotFoundError(SekkeiError):
    """Nothing has this name. The nearest existing name is offered."""

    status = 404

    def __init__(self, what: str, name: str, names: Iterable[str] = ()) -> None:
        self.nearest = nearest(name, list(names))
        super().__init__(
            _("There is no {what} {name!r}.", what=declared(what), name=name),
            fix=_("Did you mean {nearest!r}?", nearest=self.nearest) if self.nearest else "",
        )


class ConflictError(SekkeiError):
    status = 409


class StorageError(SekkeiError):
    """A disk is full, or may not be written to."""

    status = 507


class ForbiddenError(SekkeiError):
    status = 403


class UnavailableError(SekkeiError):
    status = 503


def storage_error(error: BaseException | None) -> StorageError | None:
    """What ``error``, or one that it comes from, says about the disk; None when that is not the trouble."""
    while error is not None:
        code = error.errno if isinstance(error, OSError) else None
        text = str(error)
        if code in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) or "database or disk is full" in text:
            return StorageError(
                _("The disk is full."), fix=_("Make room on it, or delete the workspace's cache folder.")
            )
        if code == errno.EROFS or "attempt to write a readonly database" in text:
            return StorageError(
                _("The workspace folder is read-only."), fix=_("Set SEKKEI_HOME to a folder that can be written to.")
            )
        error = getattr(error, "orig", None) or error.__cause__ or error.__context__
    return None


@contextmanager
def storage_in_words() -> Iterator[None]:
    """Errors of the disk within the block are raised as StorageError."""
    try:
        yield
    except SekkeiError:
        raise
    except Exception as error:
        if (found := storage_error(error)) is not None:
            raise found from error
        raise


def nearest(name: str, names: Sequence[str]) -> str | None:
    """The name in ``names`` most like ``name``, ignoring case; None when none is near."""
    folded = {n.casefold(): n for n in reversed(names)}
    close = difflib.get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.6)
    return folded[close[0]] if close else None
