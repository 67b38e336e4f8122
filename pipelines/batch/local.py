"""The local engine: pieces are read here and scored in a thread, or in processes of their own."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.batch.engines import Task
from pipelines.batch.pieces import Piece, Scorer, in_order
from pipelines.batch.work import Part
from pipelines.errors import SekkeiError
from pipelines.inference.loading import load_folder
from pipelines.jobs.process import context
from pipelines.messages import _

_ATTEMPTS = 3  # so often processes are started anew that were killed

_scorer: Scorer | None = None


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
        yield from in_order(task, pool, score, ahead=task.processes + 1)


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
