"""The local engine: pieces are read here and scored in a thread, or in processes of their own."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.batch.engines import Task
from pipelines.batch.rejects import Scored, score_rows
from pipelines.batch.work import Part, Work
from pipelines.errors import ColumnMissingError, ContractError, SekkeiError
from pipelines.inference.loading import LoadedModel, load_folder
from pipelines.inference.reading import Source, open_source
from pipelines.inference.scoring import ScoringCancelledError
from pipelines.inference.writing import plain, scored_table
from pipelines.jobs.process import context
from pipelines.messages import _

ROW, FILE, REASON = "_row", "_file", "_reason"
_ATTEMPTS = 3  # so often processes are started anew that were killed

_scorer: Scorer | None = None


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

    model: LoadedModel
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


def parts(task: Task) -> Iterator[Part]:
    """Every part, in order. Scoring processes that the system kills are started anew, a few times."""
    given = 0
    for attempt in range(_ATTEMPTS):
        try:
            for number, part in enumerate(_attempt(task)):
                if number >= given:
                    given += 1
                    yield part
            return
        except BrokenProcessPool:
            if attempt == _ATTEMPTS - 1:
                raise SekkeiError(
                    _("The processes that score were ended by the system, most likely for want of memory."),
                    fix=_("Score fewer rows at a time, or with fewer processes."),
                ) from None


def _attempt(task: Task) -> Iterator[Part]:
    with _executor(task) as (pool, score):
        waiting: deque[tuple[Piece, Future[None] | None]] = deque()
        try:
            for piece in _pieces(task):
                waiting.append((piece, None if task.work.has_part(piece.number) else pool.submit(score, piece)))
                while len(waiting) > task.processes + 1:
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


class _executor:  # noqa: N801 - used as a function
    """A pool for the task, and what to submit to it. Leaving it does not wait for what was given up."""

    def __init__(self, task: Task) -> None:
        options = (task.work, task.carried, task.types, task.typed)
        self.score: Callable[[Piece], None]
        self.pool: Executor
        if task.processes == 1:
            self.pool, self.score = ThreadPoolExecutor(1, "score"), Scorer(task.model, *options)
            return
        begin = (task.model.folder, task.model.uri, options, task.processes)
        self.pool = ProcessPoolExecutor(task.processes, mp_context=context(), initializer=_begin, initargs=begin)
        self.score = _score

    def __enter__(self) -> tuple[Executor, Callable[[Piece], None]]:
        return self.pool, self.score

    def __exit__(self, *_error: object) -> None:
        self.pool.shutdown(cancel_futures=True)


def _begin(folder: Path, uri: str, options: tuple[Any, ...], processes: int) -> None:
    """Make a process one that scores: it has the model, its share of the processors, and ends with the job."""
    from threadpoolctl import threadpool_limits

    global _scorer
    parent = multiprocessing.parent_process()
    assert parent is not None
    threading.Thread(target=_end_with, args=(parent,), name="parent", daemon=True).start()
    threadpool_limits(max(1, (os.cpu_count() or 1) // processes))
    pa.set_cpu_count(1)
    _scorer = Scorer(load_folder(folder, uri), *options)


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)


def _score(piece: Piece) -> None:
    assert _scorer is not None
    _scorer(piece)


def _as(column: Any, kind: pa.DataType | None) -> Any:
    return column if kind is None or column.type == kind else plain(column).cast(kind, safe=False)


def _text(column: Any) -> Any:
    try:
        return plain(column).cast(pa.string())
    except pa.ArrowException:
        return pa.array([None if v is None else str(v) for v in column.to_pylist()], pa.string())
