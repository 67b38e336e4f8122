"""Reading files into tables, one or several of one schema. Any failure is a DatasetFileError with its cause."""

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

from pipelines.datasets import arff, excel, svmlight
from pipelines.datasets.normalise import (
    column_names,
    first_line,
    frame_of,
    from_objects,
    from_text,
    normalise,
    to_series,
)
from pipelines.datasets.options import ReadOptions, check_file
from pipelines.datasets.sniff import head_text, sniff, undecodable
from pipelines.errors import DatasetFileError
from pipelines.messages import _, ngettext

__all__ = ["ReadOptions", "preview", "read", "read_one", "sniff"]

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
    from pipelines.datasets.several import is_several, read_several

    name = file_name or path.name
    if is_several(path, name):
        return read_several(path, options, name, limit)
    return read_one(path, options or sniff(path, name), name, limit)


def read_one(path: Path, options: ReadOptions, name: str, limit: int | None) -> pd.DataFrame:
    """The table in one file; of the first ``limit`` rows where there is one."""
    check_file(path, name)
    try:
        frame = _READERS[options.format](path, options, name, limit)
    except DatasetFileError:
        raise
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        raise DatasetFileError(
            _("{file!r} cannot be read: {cause}.", file=name, cause=first_line(error)), fix=_("Export it again.")
        ) from error
    if not len(frame.columns):
        raise DatasetFileError(_("{file!r} has no columns.", file=name), fix=_("Export it again."))
    if not len(frame):
        raise DatasetFileError(
            _(
                "{file!r} has column names ({columns}) but no rows.",
                file=name,
                columns=", ".join(frame.columns[:5]) + ("…" if len(frame.columns) > 5 else ""),
            ),
            fix=_("Export it with its rows, or import it without a header."),
        )
    return frame


def _read_csv(path: Path, options: ReadOptions, name: str, limit: int | None) -> pd.DataFrame:
    names, table = csv_cells(path, options, name, limit)
    # Column by column, so that text and values are never all in memory twice.
    return frame_of(names, (from_text(_take(table, i), options) for i in range(len(names))))


def csv_cells(
    path: Path, options: ReadOptions, name: str, limit: int | None
) -> tuple[list[str], list[pa.ChunkedArray | None]]:
    """The names and the cells of a CSV file, column by column, as text."""
    try:
        first = next(_csv_records(path, options, _HEAD_BYTES), (0, []))[1]
        table = _csv_table(path, options, len(first), limit)
    except LookupError as error:
        raise DatasetFileError(
            _("There is no encoding {encoding!r}.", encoding=options.encoding), fix=_("Name one like utf-8.")
        ) from error
    except (UnicodeError, pa.ArrowInvalid, csv.Error) as error:
        raise _csv_error(path, options, name, error) from error
    _check_quotes(table, path, name)
    names = column_names(first) if options.header else [f"column_{i}" for i in range(1, len(first) + 1)]
    return names, table


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
        text = _cut(head_text(path, options.encoding, _PREVIEW_BYTES), max((n for n, _cells in lines), default=0))
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
            _(
                "{file!r} is not {encoding}: line {line} holds bytes that it does not have.",
                file=name,
                encoding=options.encoding,
                line=line,
            ),
            fix=_("Its encoding looks like {encoding}.", encoding=found)
            if found != options.encoding
            else _("Save it as UTF-8."),
        )
    ragged = _first_ragged(path, options)
    if ragged:
        line, found_fields, expected = ragged
        values: dict[str, Any] = {"line": line, "file": name, "count": found_fields, "expected": expected}
        return DatasetFileError(
            ngettext(
                "Line {line} of {file!r} has {count} field, the header has {expected}.",
                "Line {line} of {file!r} has {count} fields, the header has {expected}.",
                **values,
            )
            if options.header
            else ngettext(
                "Line {line} of {file!r} has {count} field, the first line has {expected}.",
                "Line {line} of {file!r} has {count} fields, the first line has {expected}.",
                **values,
            ),
            fix=_(
                "Correct that line (is a quotation mark closed?), or choose another delimiter than {delimiter!r}.",
                delimiter=options.delimiter,
            ),
        )
    cause = first_line(error)
    if "straddling" in cause:
        cause = _("a row is longer than {size} MiB; perhaps a quotation mark is never closed", size=_BLOCK >> 20)
    return DatasetFileError(
        _("{file!r} cannot be read as CSV: {cause}.", file=name, cause=cause),
        fix=_("Check delimiter and quotation marks."),
    )


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
                _(
                    "A quotation mark in {file!r} is never closed; the cell begins with {start!r}.",
                    file=name,
                    start=start,
                ),
                fix=_("Close it, or write a mark inside a cell twice."),
            )


def _read_parquet(path: Path, options: ReadOptions, name: str, limit: int | None) -> pd.DataFrame:
    try:
        file = pa.parquet.ParquetFile(path)
        nested = [f.name for f in file.schema_arrow if pa.types.is_nested(f.type) or pa.types.is_binary(f.type)]
        if nested:
            raise DatasetFileError(
                _("Column {column!r} of {file!r} holds lists, records or raw bytes.", column=nested[0], file=name),
                fix=_("Leave the column out, or turn it into text first."),
            )
        if limit is None:
            table = file.read()
        else:
            table = pa.Table.from_batches(
                itertools.islice(file.iter_batches(batch_size=limit), 1), schema=file.schema_arrow
            )
    except (pa.ArrowException, OSError) as error:
        raise DatasetFileError(
            _("{file!r} is damaged or was not written to its end: {cause}.", file=name, cause=first_line(error)),
            fix=_("Export it again."),
        ) from error
    keep = [i for i, column in enumerate(table.column_names) if not re.fullmatch(r"__index_level_\d+__", column)]
    columns = [from_arrow(table.column(i)) for i in keep]
    names = column_names([table.column_names[i] for i in keep])
    return normalise(frame_of(names, columns), options)


def from_arrow(column: pa.ChunkedArray) -> pd.Series:
    """An Arrow column of any plain type as pandas has it."""
    if pa.types.is_date(column.type):
        column = column.cast(pa.timestamp("ms"))
    elif pa.types.is_decimal(column.type) or (pa.types.is_integer(column.type) and column.null_count):
        column = column.cast(pa.float64(), safe=False)
    elif pa.types.is_null(column.type):
        column = column.cast(pa.float64())
    elif pa.types.is_time(column.type):
        column = column.cast(pa.string())
    return to_series(column)


def _read_jsonl(path: Path, options: ReadOptions, name: str, limit: int | None) -> pd.DataFrame:
    columns: dict[str, list[Any]] = {}
    records = itertools.islice(_records(path, options, name), limit)
    for count, (line, record) in enumerate(records):
        if not isinstance(record, dict):
            raise DatasetFileError(
                _(
                    "Line {line} of {file!r} is no record: {found}.",
                    line=line,
                    file=name,
                    found=json.dumps(record)[:40],
                ),
                fix=_("Write one object a line, as {example}.", example='{"column": value}'),
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
            _("Line {line} of {file!r} is no JSON: {cause}.", line=max(line, error.lineno), file=name, cause=error.msg),
            fix=_("Write one object a line."),
        ) from error
    except UnicodeDecodeError as error:
        raise DatasetFileError(
            _("{file!r} is not {encoding}.", file=name, encoding=options.encoding), fix=_("Save it as UTF-8.")
        ) from error
    except RecursionError as error:
        raise DatasetFileError(
            _("Line {line} of {file!r} is nested too deeply.", line=line, file=name), fix=_("Write flat records.")
        ) from error


_READERS: dict[str, Callable[[Path, ReadOptions, str, int | None], pd.DataFrame]] = {
    "csv": _read_csv,
    "parquet": _read_parquet,
    "excel": excel.read,
    "jsonl": _read_jsonl,
    "arff": arff.read,
    "svmlight": svmlight.read,
}
