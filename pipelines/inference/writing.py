"""Scored rows, written piece by piece: the columns of the file, then what the model found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from pipelines.errors import InputError
from pipelines.inference.reading import Piece
from pipelines.messages import _

OUTPUTS = (".csv", ".parquet")


def check_output(path: Path) -> Path:
    """``path`` if results can be written there, by its ending. InputError when not."""
    if path.suffix.lower() not in OUTPUTS:
        raise InputError(
            _("{path!r} ends in neither .csv nor .parquet.", path=path.name),
            fix=_("Name the output scores.csv or scores.parquet."),
        )
    if path.is_dir():
        raise InputError(_("{path!r} is a folder.", path=str(path)), fix=_("Name a file in it, such as scores.csv."))
    return path


class ScoreWriter:
    """Writes a CSV or Parquet file at ``path``. The first piece decides the columns and their types.

    In a Parquet file, columns that the model took as numbers are numbers, also where they came from a CSV.
    ``score_types`` are the types of the model's columns, where it declares them.
    """

    def __init__(
        self,
        path: Path,
        only_scores: bool = False,
        from_text: bool = False,
        score_types: Mapping[str, pa.DataType] | None = None,
    ) -> None:
        self.path = path
        self.score_types = score_types or {}
        self.only_scores = only_scores
        self.typed = from_text and path.suffix.lower() == ".parquet"
        self._writer: Any = None
        self._schema: pa.Schema | None = None

    def write(self, piece: Piece, found: pd.DataFrame) -> None:
        """Add rows and their predictions."""
        carried = () if self.only_scores else None
        self.write_table(
            scored_table(
                piece.table, piece.rows, found, carried=carried, typed=self.typed, score_types=self.score_types
            )
        )

    def write_table(self, table: pa.Table) -> None:
        """Add rows as they are."""
        if self._writer is None:
            self._schema = open_types(table.schema)
            self._writer = self._open(self._schema)
        self._writer.write_table(fit(table, self._schema))

    def close(self) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open(self, schema: pa.Schema) -> Any:
        if self.path.suffix.lower() == ".parquet":
            return pa.parquet.ParquetWriter(self.path, schema, compression="snappy")
        return pa.csv.CSVWriter(self.path, schema, write_options=pa.csv.WriteOptions(quoting_style="needed"))


def scored_table(
    table: pa.Table,
    rows: pd.DataFrame,
    found: pd.DataFrame,
    *,
    carried: Sequence[str] | None = None,
    typed: bool = False,
    score_types: Mapping[str, pa.DataType] | None = None,
) -> pa.Table:
    """The columns of ``table`` (of these, those ``carried``; None: all), then the model's.

    ``typed``: a column that the model took as a number in ``rows`` is one, though ``table`` has it as text.
    """
    types = score_types or {}
    scores = {str(c): pa.array(found[c], types.get(str(c)), from_pandas=True) for c in found}
    columns: dict[str, Any] = {}
    for name in table.column_names if carried is None else carried:
        if name in scores:
            continue
        use_typed = typed and name in rows and pd.api.types.is_numeric_dtype(rows[name].dtype)
        columns[name] = plain(pa.array(rows[name], from_pandas=True) if use_typed else table.column(name))
    return pa.table(columns | scores)


def plain(column: Any) -> Any:
    """A column in a type that every piece can have, and CSV too."""
    if pa.types.is_dictionary(column.type):
        return column.cast(column.type.value_type)
    return column


def open_types(schema: pa.Schema) -> pa.Schema:
    """Types that later pieces fit in: one without a single value, or whole numbers before the first gap, say little."""
    fields = [f.with_type(pa.string()) if pa.types.is_null(f.type) else f for f in schema]
    return pa.schema([f.with_nullable(True) for f in fields])


def fit(table: pa.Table, schema: pa.Schema | None) -> pa.Table:
    """A table in the types of the first one."""
    if table.schema.equals(schema):
        return table
    return table.cast(schema)
