"""The pieces of a batch job: rows on their way from the files to the parts that are kept, in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.batch.engines import Task
from pipelines.batch.rejects import Predicting, Scored, score_rows
from pipelines.batch.work import Part, Work
from pipelines.errors import ColumnMissingError, ContractError
from pipelines.inference.reading import Source, open_source
from pipelines.inference.scoring import ScoringCancelledError
from pipelines.inference.writing import plain, scored_table
from pipelines.messages import _

ROW, FILE, REASON = "_row", "_file", "_reason"


@dataclass(frozen=True)
class Piece:
    """Some rows on their way to be scored. ``first`` counts the rows of the file from 0."""

    number: int
    source: Source
    name: str
    first: int
    table: pa.Table
    done: float


@dataclass(frozen=True)
class Scorer:
    """Scores a piece and keeps its part."""

    model: Predicting
    work: Work
    carried: tuple[str, ...] | None
    types: dict[str, pa.DataType]
    typed: bool

    def __call__(self, piece: Piece) -> None:
        try:
            found = score_rows(self.model, piece.source, piece.table)
        except ContractError as error:
            raise ContractError(
                _("{file!r}: {message}", file=piece.name, message=error.message), fix=error.fix
            ) from None
        self.work.write_part(piece.number, Part(self._rows(piece, found), self._rejected(piece, found)))

    def _rows(self, piece: Piece, found: Scored) -> pa.Table:
        table = piece.table if not found.reasons else piece.table.take(found.kept)
        for name in self.carried or ():
            if name not in table.column_names:
                raise ColumnMissingError(name, table.column_names)
        made = scored_table(
            table,
            found.rows,
            found.scores,
            carried=self.carried,
            typed=self.typed and piece.source.is_text,
            score_types=self.model.score_types,
        )
        return pa.table({n: _as(made.column(n), self.types.get(n)) for n in made.column_names})

    def _rejected(self, piece: Piece, found: Scored) -> pa.Table | None:
        if not found.reasons:
            return None
        where = sorted(found.reasons)
        facts: dict[str, Any] = {
            FILE: pa.array([piece.name] * len(where)),
            ROW: pa.array(np.array(where) + piece.first + 1, pa.int64()),
            REASON: pa.array([str(found.reasons[i]) for i in where]),
        }
        rows = piece.table.take(where)
        return pa.table(facts | {n: _text(rows.column(n)) for n in rows.column_names if n not in facts})


def in_order(task: Task, pool: Executor, score: Callable[[Piece], None], ahead: int) -> Iterator[Part]:
    """Every part, in order; what has none yet is scored in ``pool``, at most ``ahead`` pieces before its turn."""
    waiting: deque[tuple[Piece, Future[None] | None]] = deque()
    try:
        for piece in _pieces(task):
            waiting.append((piece, None if task.work.has_part(piece.number) else pool.submit(score, piece)))
            while len(waiting) > ahead:
                yield _finished(task, *waiting.popleft())
        while waiting:
            yield _finished(task, *waiting.popleft())
    except BaseException:
        for _piece, future in waiting:
            if future is not None:
                future.cancel()
        raise


def _finished(task: Task, piece: Piece, future: Future[None] | None) -> Part:
    if future is not None:
        future.result()
    if task.cancelled():
        raise ScoringCancelledError(_("Scoring was cancelled. Nothing was written."))
    task.reading(piece.done)
    return task.work.read_part(piece.number)


def _pieces(task: Task) -> Iterator[Piece]:
    number, files = 0, len(task.fetched.paths)
    for i, (path, name) in enumerate(zip(task.fetched.paths, task.fetched.names, strict=True)):
        source = open_source(path)
        for rows in source.tables(task.rows):
            yield Piece(number, source, name, rows.first, rows.table, (i + rows.done) / files)
            number += 1


def _as(column: Any, kind: pa.DataType | None) -> Any:
    return column if kind is None or column.type == kind else plain(column).cast(kind, safe=False)


def _text(column: Any) -> Any:
    try:
        return plain(column).cast(pa.string())
    except pa.ArrowException:
        return pa.array([None if v is None else str(v) for v in column.to_pylist()], pa.string())
