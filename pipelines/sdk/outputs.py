"""Looking at a step's output: one page of rows at a time, whatever its size."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.parquet as pq

from pipelines.datasets.profile import ColumnProfile, profile
from pipelines.errors import ColumnMissingError
from pipelines.workspace import write_atomic


@dataclass(frozen=True)
class StepOutput:
    """A kept table, read from its Parquet file by the page."""

    path: Path

    @property
    def rows(self) -> int:
        return int(pq.read_metadata(self.path).num_rows)

    @property
    def columns(self) -> list[str]:
        return [n for n in pq.read_schema(self.path).names if not n.startswith("__index_level_")]

    def page(
        self, offset: int = 0, limit: int = 100, sort_by: str | None = None, descending: bool = False, search: str = ""
    ) -> pd.DataFrame:
        """Rows ``offset`` to ``offset + limit`` of those in which some column contains ``search``, sorted if asked."""
        if sort_by is not None and sort_by not in self.columns:
            raise ColumnMissingError(sort_by, self.columns)
        where, values = self._where(search)
        order = f" ORDER BY {_quoted(sort_by)} {'DESC' if descending else 'ASC'} NULLS LAST" if sort_by else ""
        query = f"SELECT {self._selected} FROM read_parquet(?) {where}{order} LIMIT {int(limit)} OFFSET {int(offset)}"  # noqa: S608
        with duckdb.connect() as connection:
            return connection.execute(query, [str(self.path), *values]).df()

    def count(self, search: str = "") -> int:
        """How many rows contain ``search``."""
        if not search:
            return self.rows
        where, values = self._where(search)
        with duckdb.connect() as connection:
            query = f"SELECT count(*) FROM read_parquet(?) {where}"  # noqa: S608
            found = connection.execute(query, [str(self.path), *values]).fetchone()
        return int(found[0]) if found else 0

    def frame(self) -> pd.DataFrame:
        """All rows."""
        return pd.read_parquet(self.path)

    def profile(self) -> list[ColumnProfile]:
        """The profile of every column."""
        return profile(self.frame())

    def to_csv(self, path: Path) -> Path:
        """Write all rows as CSV."""
        return write_atomic(path, lambda part: self.frame().to_csv(part, index=False))

    @property
    def _selected(self) -> str:
        return ", ".join(map(_quoted, self.columns)) or "*"

    def _where(self, search: str) -> tuple[str, list[str]]:
        if not search:
            return "", []
        tests = " OR ".join(f"contains(lower(CAST({_quoted(c)} AS VARCHAR)), ?)" for c in self.columns)
        return f"WHERE {tests}", [search.casefold()] * len(self.columns)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
