"""Excel workbooks: their sheets, and the rows of one."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.datasets.normalise import column_names, first_line, frame_of, from_objects
from pipelines.datasets.options import ReadOptions
from pipelines.errors import DatasetFileError
from pipelines.messages import _


def sheets(path: Path, *, file_name: str | None = None) -> list[str]:
    """The sheets of an Excel file, in its order."""
    return list(_workbook(path, file_name or path.name).sheet_names)


def _workbook(path: Path, name: str) -> Any:
    import python_calamine

    locked = DatasetFileError(
        _("{file!r} is protected with a password.", file=name), fix=_("Save it without one, or export it as CSV.")
    )
    content = path.read_bytes()
    # An encrypted .xlsx is no zip but an OLE container with a stream of this name.
    if not content.startswith(b"PK") and "EncryptedPackage".encode("utf-16-le") in content:
        raise locked
    try:
        return python_calamine.load_workbook(io.BytesIO(content))
    except python_calamine.PasswordError as error:
        raise locked from error
    except (python_calamine.CalamineError, OSError) as error:
        raise DatasetFileError(
            _("{file!r} is no Excel workbook, or is damaged: {cause}.", file=name, cause=first_line(error)),
            fix=_("Save it again in Excel."),
        ) from error


def excel_rows(
    path: Path, sheet: str | None, *, limit: int | None = None, file_name: str | None = None
) -> tuple[str, list[list[Any]]]:
    """The sheet's name and its rows from the first cell to the last; None for an empty cell.

    Without ``sheet`` the first that has cells. DatasetFileError when there is none.
    """
    import python_calamine

    name = file_name or path.name
    book = _workbook(path, name)
    if sheet is not None and sheet not in book.sheet_names:
        raise DatasetFileError(
            _("{file!r} has no sheet {sheet!r}.", file=name, sheet=sheet),
            fix=_("Its sheets are {sheets}.", sheets=", ".join(map(repr, book.sheet_names))),
        )
    for title in [sheet] if sheet is not None else book.sheet_names:
        try:
            found = book.get_sheet_by_name(title).to_python(skip_empty_area=True, nrows=limit)
        except python_calamine.CalamineError as error:
            raise DatasetFileError(
                _("Sheet {sheet!r} of {file!r} is damaged: {cause}.", sheet=title, file=name, cause=first_line(error)),
                fix=_("Save it again in Excel."),
            ) from error
        rows = [[None if cell == "" else cell for cell in row] for row in found]
        rows = [row for row in rows if any(cell is not None for cell in row)]
        if rows:
            return title, rows
    raise DatasetFileError(
        _("{file!r} has no cells with anything in them.", file=name)
        if sheet is None
        else _("Sheet {sheet!r} of {file!r} has no cells with anything in them.", sheet=sheet, file=name),
        fix=_("Choose a file or sheet that has."),
    )


def read(path: Path, options: ReadOptions, name: str, limit: int | None) -> pd.DataFrame:
    wanted = None if limit is None else limit + 1
    _sheet, rows = excel_rows(path, options.sheet, limit=wanted, file_name=name)
    width = len(rows[0])
    names = column_names(rows[0]) if options.header else [f"column_{i}" for i in range(1, width + 1)]
    body = rows[1:] if options.header else rows[:limit]
    return frame_of(names, (from_objects([row[i] for row in body], options, parse=True) for i in range(width)))
