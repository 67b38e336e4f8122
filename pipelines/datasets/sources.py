"""What becomes a version of a dataset: a table that gives one column at a time, from memory or from a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from pipelines.datasets.normalise import column_names, normalise

BATCH_ROWS = 100_000


class Source(Protocol):
    """Columns with the dtypes that Sekkei stores, and how they get into a Parquet file."""

    @property
    def rows(self) -> int: ...

    def columns(self) -> Iterator[tuple[str, pd.Series]]: ...

    def write(self, path: Path) -> None: ...


@dataclass(frozen=True)
class FrameSource:
    """A frame that is normalised already."""

    frame: pd.DataFrame

    @property
    def rows(self) -> int:
        return len(self.frame)

    def columns(self) -> Iterator[tuple[str, pd.Series]]:
        for place, name in enumerate(self.frame.columns):
            yield str(name), self.frame.iloc[:, place]

    def write(self, path: Path) -> None:
        write_parquet(self.frame, path)


class ParquetSource:
    """A Parquet file, of which no more than a column, or a batch of rows, is in memory at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with pa.parquet.ParquetFile(path) as file:
            self.rows: int = file.metadata.num_rows
            self.given = list(file.schema_arrow.names)
        self.names = column_names(self.given)

    def columns(self) -> Iterator[tuple[str, pd.Series]]:
        with pa.parquet.ParquetFile(self.path) as file:
            for given, name in zip(self.given, self.names, strict=True):
                column = normalise(file.read(columns=[given]).to_pandas()).iloc[:, 0]
                yield name, column.rename(name)

    def write(self, path: Path) -> None:
        """Write it with the dtypes of whole columns: a batch without gaps, or of gaps alone, looks like another."""
        dtypes = {name: column.dtype for name, column in self.columns()}
        schema = pa.Schema.from_pandas(pd.DataFrame({n: pd.Series(dtype=d) for n, d in dtypes.items()}))
        with (
            pa.parquet.ParquetFile(self.path) as file,
            pa.parquet.ParquetWriter(path, schema, compression="zstd") as writer,
        ):
            for batch in file.iter_batches(BATCH_ROWS):
                frame = normalise(batch.to_pandas().set_axis(self.names, axis=1)).astype(dtypes)
                writer.write_table(pa.Table.from_pandas(frame, schema=schema, preserve_index=False))


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write ``frame`` as versions and their samples are stored."""
    pa.parquet.write_table(pa.Table.from_pandas(frame, preserve_index=False), path, compression="zstd")
