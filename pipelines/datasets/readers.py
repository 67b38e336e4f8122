"""Reading files into tables: CSV, Parquet, Excel, JSON lines. Any failure is a DatasetFileError with its cause."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from pipelines.datasets.normalise import column_names, frame_of, from_objects, from_text, normalise, to_series
from pipelines.datasets.options import ReadOptions, check_file
from pipelines.datasets.sniff import head_text, sniff, undecodable
from pipelines.errors import DatasetFileError

__all__ = ["ReadOptions", "excel_rows", "preview", "read", "sheets", "sniff"]

_BLOCK = 8 << 20  # one row may be at most this long, in bytes
_HEAD_BYTES = 1 << 20
_PREVIEW_BYTES = 4 << 20


def read(path: Path, options: ReadOptions | None = None, *, file_name: str | None = None) -> pd.DataFrame:
    """The table in the file at ``path``; without ``options`` they are sniffed.

    Columns become int64, float64, bool, ``boolean`` (with gaps), ``str``, datetime64 or, from Parquet, category.
    An empty cell is missing. DatasetFileError tells why a file cannot be read.
    """
    return _read(path, options, file_name, None)


def preview(
    path: Path, options: ReadOptions | None = None, rows: int = 100, *, file_name: str | None = None
) -> pd.DataFrame:
    """The first ``rows`` of the table, typed by what they hold."""
    return _read(path, options, file_name, rows)


def _read(path: Path, options: ReadOptions | None, file_name: str | None, limit: int | None) -> pd.DataFrame:
    name = file_name or path.name
    check_file(path, name)
    options = options or sniff(path, name)
    try:
        frame = _READERS[options.format](path, options, name, limit)
    except DatasetFileError:
        raise
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        raise DatasetFileError(f"{name!r} cannot be read: {_first_line(error)}.", fix="Export it again.") from error
    if not len(frame.columns):
        raise DatasetFileError(f"{name!r} has no columns.", fix="Export it again.")
    if not len(frame):
        raise DatasetFileError(
            f"{name!r} has column names ({', '.join(frame.columns[:5])}…) but no rows."
            if len(frame.columns) > 5
            else f"{name!r} has column names ({', '.join(frame.columns)}) but no rows.",
            fix="Export it with its rows, or import it without a header.",
        )
    return frame


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300].rstrip(".")


def _read_csv(path: Path, options: ReadOptions, name: str, limit: int | None) -> pd.DataFrame:
    try:
        first = next(_csv_records(path, options, _HEAD_BYTES), (0, []))[1]
        table = _csv_table(path, options, len(first), limit)
    except LookupError as error:
        raise DatasetFileError(f"There is no encoding {options.encoding!r}.", fix="Name one like utf-8.") from error
    except (UnicodeError, pa.ArrowInvalid, csv.Error) as error:
        raise _csv_error(path, options, name, error) from error
    _check_quotes(table, path, name)
    names = column_names(first) if options.header else [f"column_{i}" for i in range(1, len(first) + 1)]
    # Column by column, so that text and values are never all in memory twice.
    return frame_of(names, (from_text(_take(table, i), options) for i in range(len(names))))


def _take(table: list[pa.ChunkedArray | None], position: int) -> pa.ChunkedArray:
    column, table[position] = table[position], None
    assert column is not None
    return column


def _csv_table(path: Path, options: ReadOptions, width: int, limit: int | None) -> list[pa.ChunkedArray | None]:
    if not width:
        raise pa.ArrowInvalid("no cells")
    fields = [f"{i}" for i in range(width)]
    reading = pa.csv.ReadOptions(
        column_names=fields,
        skip_rows_after_names=1 if options.header else 0,
        # Arrow knows UTF-8 and drops its mark; it recodes others as it reads.
        encoding="utf-8" if options.encoding.lower() in ("utf-8", "utf8", "utf-8-sig") else options.encoding,
        block_size=_BLOCK,
    )
    parsing = pa.csv.ParseOptions(delimiter=options.delimiter, newlines_in_values=True, ignore_empty_lines=width > 1)
    types = {field: pa.string() for field in fields}
    converting = pa.csv.ConvertOptions(column_types=types, strings_can_be_null=False)
    source: Any = str(path)
    if limit is not None:
        lines = itertools.islice(_csv_records(path, options, _PREVIEW_BYTES), limit + options.header)
        text = _cut(head_text(path, options.encoding, _PREVIEW_BYTES), max((n for n, _ in lines), default=0))
        reading.encoding, source = "utf-8", io.BytesIO(text.encode())
    table = pa.csv.read_csv(source, read_options=reading, parse_options=parsing, convert_options=converting)
    return list(table.columns)


def _cut(text: str, lines: int) -> str:
    return "".join(itertools.islice(io.StringIO(text.lstrip("\ufeff"), newline=""), lines))


def _csv_records(path: Path, options: ReadOptions, size: int) -> Iterator[tuple[int, list[str]]]:
    """``(line, cells)`` of the records at the head of the file that are not blank; ``line`` is the last it spans."""
    text = head_text(path, options.encoding, size).lstrip("\ufeff")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=options.delimiter)
    for record in reader:
        if record:
            yield reader.line_num, record


def _csv_error(path: Path, options: ReadOptions, name: str, error: Exception) -> DatasetFileError:
    """The cause in the reader's terms: a line that is not in the encoding, or one with too few or many fields."""
    line = undecodable(path, options.encoding)
    if line is not None:
        from pipelines.datasets.sniff import detect_encoding

        found = detect_encoding(path, name)
        return DatasetFileError(
            f"{name!r} is not {options.encoding}: line {line} holds bytes that it does not have.",
            fix=f"Its encoding looks like {found}." if found != options.encoding else "Save it as UTF-8.",
        )
    ragged = _first_ragged(path, options)
    if ragged:
        line, found_fields, expected = ragged
        first = "the first line has" if not options.header else "the header has"
        return DatasetFileError(
            f"Line {line} of {name!r} has {found_fields} field{'s' * (found_fields != 1)}, {first} {expected}.",
            fix=f"Correct that line (is a quotation mark closed?), or choose another delimiter than "
            f"{options.delimiter!r}.",
        )
    cause = _first_line(error)
    if "straddling" in cause:
        cause = f"a row is longer than {_BLOCK >> 20} MiB; perhaps a quotation mark is never closed"
    return DatasetFileError(f"{name!r} cannot be read as CSV: {cause}.", fix="Check delimiter and quotation marks.")


def _first_ragged(path: Path, options: ReadOptions) -> tuple[int, int, int] | None:
    """The line where the first record of another length begins, its fields, and those expected."""
    expected, last = 0, 0
    with path.open(encoding=options.encoding, newline="") as file:
        reader = csv.reader(file, delimiter=options.delimiter)
        try:
            for record in reader:
                expected = expected or len(record)
                if record and len(record) != expected:
                    return last + 1, len(record), expected
                last = reader.line_num
        except csv.Error:
            return None
    return None


def _check_quotes(table: Sequence[pa.ChunkedArray | None], path: Path, name: str) -> None:
    """A quotation mark never closed swallows the rest of the file into one cell, which no parser reports."""
    column = table[-1]
    if column is None or not len(column) or "\n" not in column[-1].as_py():
        return
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 64))
        if not file.read().replace(b"\0", b"").rstrip().endswith(b'"'):
            start = " ".join(column[-1].as_py().split())[:40]
            raise DatasetFileError(
                f"A quotation mark in {name!r} is never closed; the cell begins with {start!r}.",
                fix="Close it, or write a mark inside a cell twice.",
            )


def _read_parquet(path: Path, options: ReadOptions, name: str, limit: int | None) -> pd.DataFrame:
    try:
        file = pa.parquet.ParquetFile(path)
        nested = [f.name for f in file.schema_arrow if pa.types.is_nested(f.type) or pa.types.is_binary(f.type)]
        if nested:
            raise DatasetFileError(
                f"Column {nested[0]!r} of {name!r} holds lists, records or raw bytes.",
                fix="Leave the column out, or turn it into text first.",
            )
        if limit is None:
            table = file.read()
        else:
            table = pa.Table.from_batches(
                itertools.islice(file.iter_batches(batch_size=limit), 1), schema=file.schema_arrow
            )
    except (pa.ArrowException, OSError) as error:
        raise DatasetFileError(
            f"{name!r} is damaged or was not written to its end: {_first_line(error)}.", fix="Export it again."
        ) from error
    keep = [i for i, column in enumerate(table.column_names) if not re.fullmatch(r"__index_level_\d+__", column)]
    columns = [_from_arrow(table.column(i)) for i in keep]
    names = column_names([table.column_names[i] for i in keep])
    return normalise(frame_of(names, columns), options)


def _from_arrow(column: pa.ChunkedArray) -> pd.Series:
    if pa.types.is_date(column.type):
        column = column.cast(pa.timestamp("ms"))
    elif pa.types.is_decimal(column.type) or (pa.types.is_integer(column.type) and column.null_count):
        column = column.cast(pa.float64(), safe=False)
    elif pa.types.is_null(column.type):
        column = column.cast(pa.float64())
    elif pa.types.is_time(column.type):
        column = column.cast(pa.string())
    return to_series(column)


def sheets(path: Path, *, file_name: str | None = None) -> list[str]:
    """The sheets of an Excel file, in its order."""
    return list(_workbook(path, file_name or path.name).sheet_names)


def _workbook(path: Path, name: str) -> Any:
    import python_calamine

    locked = DatasetFileError(
        f"{name!r} is protected with a password.", fix="Save it without one, or export it as CSV."
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
            f"{name!r} is no Excel workbook, or is damaged: {_first_line(error)}.", fix="Save it again in Excel."
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
            f"{name!r} has no sheet {sheet!r}.", fix=f"Its sheets are {', '.join(map(repr, book.sheet_names))}."
        )
    for title in [sheet] if sheet is not None else book.sheet_names:
        try:
            found = book.get_sheet_by_name(title).to_python(skip_empty_area=True, nrows=limit)
        except python_calamine.CalamineError as error:
            raise DatasetFileError(
                f"Sheet {title!r} of {name!r} is damaged: {_first_line(error)}.", fix="Save it again in Excel."
            ) from error
        rows = [[None if cell == "" else cell for cell in row] for row in found]
        rows = [row for row in rows if any(cell is not None for cell in row)]
        if rows:
            return title, rows
    where = f"Sheet {sheet!r} of {name!r}" if sheet is not None else f"{name!r}"
    raise DatasetFileError(f"{where} has no cells with anything in them.", fix="Choose a file or sheet that has.")


def _read_excel(path: Path, options: ReadOptions, name: str, limit: int | None) -> pd.DataFrame:
    wanted = None if limit is None else limit + 1
    _, rows = excel_rows(path, options.sheet, limit=wanted, file_name=name)
    width = len(rows[0])
    names = column_names(rows[0]) if options.header else [f"column_{i}" for i in range(1, width + 1)]
    body = rows[1:] if options.header else rows[:limit]
    return frame_of(names, (from_objects([row[i] for row in body], options, parse=True) for i in range(width)))


def _read_jsonl(path: Path, options: ReadOptions, name: str, limit: int | None) -> pd.DataFrame:
    columns: dict[str, list[Any]] = {}
    records = itertools.islice(_records(path, options, name), limit)
    for count, (line, record) in enumerate(records):
        if not isinstance(record, dict):
            raise DatasetFileError(
                f"Line {line} of {name!r} is no record: {json.dumps(record)[:40]}.",
                fix='Write one object a line, as {"column": value}.',
            )
        for key, value in record.items():
            columns.setdefault(key, [None] * count).append(value)
        for values in columns.values():
            if len(values) <= count:
                values.append(None)
    names = column_names(list(columns))
    return frame_of(names, (from_objects(values, options, parse=False) for values in columns.values()))


def _records(path: Path, options: ReadOptions, name: str) -> Iterator[tuple[int, Any]]:
    encoding = "utf-8-sig" if options.encoding.lower() in ("utf-8", "utf8") else options.encoding
    line = 1
    try:
        with path.open(encoding=encoding) as file:
            if file.read(1) == "[":  # one array of records, as many programs write
                file.seek(0)
                yield from enumerate(json.load(file), start=1)
                return
            file.seek(0)
            for line, text in enumerate(file, start=1):
                if text.strip():
                    yield line, json.loads(text)
    except json.JSONDecodeError as error:
        raise DatasetFileError(
            f"Line {max(line, error.lineno)} of {name!r} is no JSON: {error.msg}.", fix="Write one object a line."
        ) from error
    except UnicodeDecodeError as error:
        raise DatasetFileError(f"{name!r} is not {options.encoding}.", fix="Save it as UTF-8.") from error
    except RecursionError as error:
        raise DatasetFileError(f"Line {line} of {name!r} is nested too deeply.", fix="Write flat records.") from error


_READERS: dict[str, Callable[[Path, ReadOptions, str, int | None], pd.DataFrame]] = {
    "csv": _read_csv,
    "parquet": _read_parquet,
    "excel": _read_excel,
    "jsonl": _read_jsonl,
}
