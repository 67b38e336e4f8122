"""Files to be scored, in pieces: whatever their size, only a few pieces are in memory at a time."""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from pipelines.chain.contract import Contract, ContractColumn
from pipelines.datasets import readers
from pipelines.datasets.normalise import column_names, from_text
from pipelines.datasets.options import FORMATS, ReadOptions
from pipelines.datasets.sniff import sniff
from pipelines.errors import DatasetFileError, InputError
from pipelines.messages import _, listed
from pipelines.schema import ColumnType

_HEAD = 8 << 20  # so much of a file decides how it is read
_BLOCK = 8 << 20


@dataclass(frozen=True)
class Piece:
    """Some rows: ``table`` as the file has them, ``rows`` as the model takes them. ``first`` counts from 0."""

    table: pa.Table
    rows: pd.DataFrame
    first: int
    done: float

    def __len__(self) -> int:
        return int(self.table.num_rows)


@dataclass(frozen=True)
class Rows:
    """Some rows as the file has them. ``first`` counts from 0; ``done`` is the share of the file that is read."""

    table: pa.Table
    first: int
    done: float


@dataclass(frozen=True)
class Source:
    """A file of rows and how it is read; ``kind`` is ``csv``, ``parquet`` or ``whole``."""

    path: Path
    kind: str
    options: ReadOptions | None = None

    @property
    def is_text(self) -> bool:
        return self.kind != "parquet"

    def tables(self, size: int) -> Iterator[Rows]:
        """The rows, about ``size`` at a time; the same pieces each time that the file is read."""
        if self.options is not None:
            return _csv(self.path, self.options, size)
        return _parquet(self.path, size) if self.kind == "parquet" else _whole(self.path, size)

    def frame(self, table: pa.Table, contract: Contract | None) -> pd.DataFrame:
        """Rows of this file as a model takes them; see ``pieces``."""
        if self.options is not None:
            return _csv_frame(table, contract, self.options)
        return _frame(table) if self.kind == "parquet" else table.to_pandas()


def open_source(path: Path) -> Source:
    """A CSV, Parquet, Excel or JSON-lines file. InputError when there is no such file, or it cannot be scored."""
    if not path.is_file():
        raise InputError(_("There is no file {path!r}.", path=str(path)), fix=_("Check the path."))
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        raise InputError(
            _("{path!r} cannot be scored.", path=path.name),
            fix=_("Files may end in {endings}.", endings=listed(list(FORMATS))),
        )
    if kind == "csv":
        return Source(path, "csv", _options(path))
    return Source(path, "parquet" if kind == "parquet" else "whole")


def pieces(path: Path, contract: Contract | None, size: int) -> Iterator[Piece]:
    """The rows of a CSV, Parquet, Excel or JSON-lines file, about ``size`` at a time.

    In a CSV file the contract says what is a number; all else stays the text it is, so ``NA``, ``None`` and a leading
    zero mean what they say. A blank cell is missing, unless empty text is a value of the column. InputError when there
    is no such file, DatasetFileError when it is broken.
    """
    source = open_source(path)
    return (Piece(r.table, source.frame(r.table, contract), r.first, r.done) for r in source.tables(size))


def _parquet(path: Path, size: int) -> Iterator[Rows]:
    try:
        file = pa.parquet.ParquetFile(path, memory_map=True)
        total, first = max(file.metadata.num_rows, 1), 0
        keep = [n for n in file.schema_arrow.names if not re.fullmatch(r"__index_level_\d+__", n)]
        if len(set(keep)) < len(keep):
            raise DatasetFileError(
                _("{path!r} has two columns of one name.", path=path.name), fix=_("Rename one of them.")
            )
        for batch in file.iter_batches(batch_size=size, columns=keep):
            table = pa.Table.from_batches([batch]).replace_schema_metadata(None)
            first += table.num_rows
            yield Rows(table, first - table.num_rows, first / total)
    except (pa.ArrowException, OSError) as error:
        raise DatasetFileError(
            _("{path!r} is damaged or no Parquet file: {error}", path=path.name, error=str(error)[:240])
        ) from error


def _frame(table: pa.Table) -> pd.DataFrame:
    """An Arrow table as the dataset reader would have it."""
    for i, field in enumerate(table.schema):
        if pa.types.is_date(field.type):
            table = table.set_column(i, field.name, table.column(i).cast(pa.timestamp("ms")))
        elif pa.types.is_decimal(field.type):
            table = table.set_column(i, field.name, table.column(i).cast(pa.float64(), safe=False))
    return table.to_pandas(ignore_metadata=True)


def _whole(path: Path, size: int) -> Iterator[Rows]:
    """A kind of file that can only be read as a whole."""
    frame = readers.read(path)
    for first in range(0, len(frame), size):
        rows = frame.iloc[first : first + size]
        yield Rows(pa.Table.from_pandas(rows, preserve_index=False), first, (first + len(rows)) / len(frame))


def _csv(path: Path, options: ReadOptions, size: int) -> Iterator[Rows]:
    total, first = max(path.stat().st_size, 1), 0
    with path.open("rb") as file:
        held: list[pa.Table] = []
        for table in _csv_tables(path, file, options):
            held.append(table)
            if sum(t.num_rows for t in held) >= size:
                ready = pa.concat_tables(held)
                held = []
                for at in range(0, ready.num_rows, size):
                    part = ready.slice(at, size)
                    yield Rows(part, first, min(file.tell() / total, 1.0))
                    first += part.num_rows
        if held:
            yield Rows(pa.concat_tables(held), first, 1.0)


def _options(path: Path) -> ReadOptions:
    """How the file is to be read, found out from its head, as large files may be scored than imported."""
    if path.stat().st_size <= _HEAD:
        return sniff(path)
    with tempfile.TemporaryDirectory() as temporary, path.open("rb") as file:
        head = Path(temporary) / path.name
        content = file.read(_HEAD)
        head.write_bytes(content[: content.rfind(b"\n") + 1] or content)
        return sniff(head)


def _csv_tables(path: Path, file: Any, options: ReadOptions) -> Iterator[pa.Table]:
    with path.open(encoding=_encoding(options), newline="") as text:
        cells = next((r for r in csv.reader(text, delimiter=options.delimiter) if r), [])
    names = column_names(cells) if options.header else [f"column_{i}" for i in range(1, len(cells) + 1)]
    try:
        stream = pa.csv.open_csv(
            file,
            read_options=pa.csv.ReadOptions(
                column_names=names,
                skip_rows_after_names=1 if options.header else 0,
                encoding="utf-8" if _encoding(options) == "utf-8-sig" else options.encoding,
                block_size=_BLOCK,
            ),
            parse_options=pa.csv.ParseOptions(
                delimiter=options.delimiter, newlines_in_values=True, ignore_empty_lines=len(names) > 1
            ),
            convert_options=pa.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
        for batch in stream:
            if batch.num_rows:
                yield pa.Table.from_batches([batch])
    except (pa.ArrowInvalid, UnicodeError) as error:
        raise _csv_error(path, options, len(names), error) from error


def _encoding(options: ReadOptions) -> str:
    return "utf-8-sig" if options.encoding.lower() in ("utf-8", "utf8", "utf-8-sig") else options.encoding


def _csv_error(path: Path, options: ReadOptions, width: int, error: Exception) -> DatasetFileError:
    try:
        with path.open(encoding=_encoding(options), newline="") as text:
            reader = csv.reader(text, delimiter=options.delimiter)
            for record in reader:
                if record and len(record) != width:
                    return DatasetFileError(
                        _(
                            "Line {line} of {path!r} has {cells} cells, the first line {width}.",
                            line=reader.line_num,
                            path=path.name,
                            cells=len(record),
                            width=width,
                        ),
                        fix=_("Correct that line, or put text that holds the delimiter in quotes."),
                    )
    except (UnicodeError, csv.Error):
        pass
    return DatasetFileError(
        _("{path!r} cannot be read as CSV: {error}", path=path.name, error=str(error).splitlines()[0][:200])
    )


def _csv_frame(table: pa.Table, contract: Contract | None, options: ReadOptions) -> pd.DataFrame:
    wanted = {c.name: c for c in contract.columns} if contract is not None else {}
    columns: dict[str, pd.Series] = {}
    for name in table.column_names:
        cells = table.column(name)
        if name in wanted:
            columns[name] = _by_contract(cells, wanted[name], options)
        elif contract is None:
            columns[name] = from_text(cells, options)
    return pd.DataFrame(columns, index=pd.RangeIndex(table.num_rows), copy=False)


def _by_contract(cells: pa.ChunkedArray, column: ContractColumn, options: ReadOptions) -> pd.Series:
    """Text cells as numbers where the contract has a number and they are one; else text, which the contract reads."""
    marks = list(column.missing)
    if column.type.is_numeric:
        bare = pc.utf8_trim_whitespace(cells)
        if options.decimal == ",":
            bare = pc.replace_substring(bare, ",", ".")
        gaps = pc.is_in(bare, pa.array(["", *options.missing_in_numbers, *marks], pa.string()))
        bare = pc.if_else(gaps, pa.scalar(None, pa.string()), bare)
        try:
            return pd.Series(bare.cast(pa.float64()).to_numpy(zero_copy_only=False))
        except pa.ArrowInvalid:
            read = from_text(cells, options.model_copy(update={"missing": tuple(marks)}))  # 1,234.50 or $5
            return read if pd.api.types.is_numeric_dtype(read.dtype) else bare.to_pandas()
    if column.type is ColumnType.DATETIME and options.dates != "iso":
        return from_text(cells, options.model_copy(update={"missing": tuple(marks)}))
    if marks:
        gaps = pc.is_in(pc.utf8_trim_whitespace(cells), pa.array(marks, pa.string()))
        cells = pc.if_else(gaps, pa.scalar(None, pa.string()), cells)
    if not column.empty_text or column.type not in (ColumnType.TEXT, ColumnType.CATEGORY, ColumnType.OTHER):
        cells = pc.if_else(pc.equal(cells, ""), pa.scalar(None, pa.string()), cells)
    return cells.to_pandas()


__all__ = ["Piece", "Rows", "Source", "open_source", "pieces"]
