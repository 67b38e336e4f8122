"""The whole result, put together from the parts while they come, and the rows that were rejected beside it."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset

from pipelines.batch.order import Output, Parameters
from pipelines.batch.work import Part, Work
from pipelines.errors import ColumnMissingError, InputError
from pipelines.inference.writing import ScoreWriter, fit, open_types
from pipelines.messages import _, ngettext
from pipelines.workspace import TEMPORARY, fsync

SHOWN = {"_file": "file", "_row": "row", "_reason": "reason"}


class TooManyRejectedError(InputError):
    """More rows could not be scored than the order allows; these ``count`` are kept."""

    count = 0


@dataclass
class Counts:
    """How many rows were scored, and how many could not be."""

    rows: int = 0
    rejected: int = 0
    first_reason: str = ""

    def check(self, parameters: Parameters, last: bool) -> None:
        """TooManyRejectedError when more were rejected than may be; a share counts only when all rows are known."""
        total = self.rows + self.rejected
        limit = parameters.reject_limit
        most = parameters.most_rejected(total)
        if not (last or isinstance(limit, int)) or (self.rejected <= most and (self.rows or not last)):
            return
        found = TooManyRejectedError(
            ngettext(
                "{count:,} row of {total:,} could not be scored, more than the limit of {limit} allows. {reason}",
                "{count:,} rows of {total:,} could not be scored, more than the limit of {limit} allows. {reason}",
                count=self.rejected,
                total=total,
                limit=limit,
                reason=self.first_reason,
            ),
            fix=_("The rejected rows say why; correct them, or set a higher reject_limit."),
        )
        found.count = self.rejected
        raise found


def stage(work: Work, parts: Iterable[Part], output: Output, parameters: Parameters, count: Any) -> Counts:
    """Write the parts as one result into the job's folder, and the rejected rows as a CSV file.

    ``count(counts)`` hears of each part. Begins anew each time: what an earlier attempt wrote is replaced.
    """
    counts = Counts()
    ending, columns = ending_of(output), tuple(getattr(output, "partition_by", ()))
    target = work.staged("" if columns else f".{ending}")
    begun = work.folder / f"{TEMPORARY}staged{'' if columns else '.' + ending}"
    writer = _Folder(begun, ending, columns) if columns else _File(begun)
    rejects = _Rejects(work.folder / f"{TEMPORARY}rejected.csv")
    try:
        for part in parts:
            writer.write(part.rows)
            rejects.write(part.rejected)
            counts.rows += part.rows.num_rows
            if part.rejected is not None:
                counts.rejected += part.rejected.num_rows
                counts.first_reason = counts.first_reason or _first(part.rejected)
            counts.check(parameters, last=False)
            count(counts)
        rejects.finish(work.rejected)
        if not counts.rows and not counts.rejected:
            raise InputError(_("There are no rows to score."), fix=_("Name an input that has some."))
        counts.check(parameters, last=True)
    except TooManyRejectedError:
        rejects.finish(work.rejected)
        raise
    finally:
        writer.close()
    for path in begun.rglob("*") if begun.is_dir() else (begun,):
        fsync(path)
    shutil.rmtree(target, ignore_errors=True)
    begun.rename(target)
    return counts


def ending_of(output: Output) -> str:
    """The format of the result in the job's folder; Parquet where the output is no file."""
    return str(getattr(output, "ending", "parquet"))


def _first(rejected: pa.Table) -> str:
    row = {n: rejected.column(n)[0].as_py() for n in SHOWN}
    return _("Row {row:,} of {file!r}: {reason}", row=row["_row"], file=row["_file"], reason=row["_reason"])


class _File:
    """One CSV or Parquet file."""

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self.writer = ScoreWriter(path)
        self.columns: list[str] | None = None

    def write(self, table: pa.Table) -> None:
        self.columns, table = _same_columns(self.columns, table)
        self.writer.write_table(table)

    def close(self) -> None:
        self.writer.close()


class _Folder:
    """A folder of files by the values of some columns, as ``column=value`` folders."""

    def __init__(self, path: Path, ending: str, columns: tuple[str, ...]) -> None:
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir()
        self.path, self.ending, self.by = path, ending, columns
        self.columns: list[str] | None = None
        self.schema: pa.Schema | None = None
        self.number = 0

    def write(self, table: pa.Table) -> None:
        self.columns, table = _same_columns(self.columns, table)
        self.schema = self.schema or open_types(table.schema)
        table = fit(table, self.schema)
        for name in self.by:
            if name not in table.column_names:
                raise ColumnMissingError(name, table.column_names)
        if len(self.by) == len(table.column_names):
            raise InputError(
                _("Every column would name a folder, so that none is left."), fix=_("Partition by fewer columns.")
            )
        schema = pa.schema([table.schema.field(n) for n in self.by])
        pa.dataset.write_dataset(
            table,
            self.path,
            format=self.ending,
            partitioning=pa.dataset.partitioning(schema, flavor="hive"),
            basename_template=f"part-{self.number:06}-{{i}}.{self.ending}",
            existing_data_behavior="overwrite_or_ignore",
            max_partitions=10_000,
        )
        self.number += 1

    def close(self) -> None:
        """Each part's files are whole already."""


class _Rejects:
    """The rows that could not be scored: where each stood, why, and its cells."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.columns: list[str] | None = None
        path.unlink(missing_ok=True)

    def write(self, table: pa.Table | None) -> None:
        if table is None:
            return
        with self.path.open("a", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            if self.columns is None:
                self.columns = table.column_names
                writer.writerow([SHOWN.get(n, n) for n in self.columns])
            cells = [table.column(n).to_pylist() if n in table.column_names else [] for n in self.columns]
            writer.writerows(zip(*(c or [""] * table.num_rows for c in cells), strict=True))

    def finish(self, target: Path) -> None:
        if self.columns is not None and self.path.exists():
            self.path.replace(target)


def _same_columns(known: list[str] | None, table: pa.Table) -> tuple[list[str], pa.Table]:
    """The table with its columns in the order of the first one's. InputError when they are others."""
    if known is None:
        return table.column_names, table
    if known == table.column_names:
        return known, table
    for name in [
        *(n for n in known if n not in table.column_names),
        *(n for n in table.column_names if n not in known),
    ]:
        raise InputError(
            _("The files do not have the same columns: {column!r} is not in all of them.", column=name),
            fix=_("Score them apart, or name the columns to carry."),
        )
    return known, table.select(known)
