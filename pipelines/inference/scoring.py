"""A file scored in pieces: while one is predicted, the next is read and the one before is written."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import ContractError, InputError, SekkeiError
from pipelines.inference.loading import LoadedModel, load
from pipelines.inference.reading import Piece, pieces
from pipelines.inference.writing import ScoreWriter, check_output
from pipelines.messages import _, ngettext
from pipelines.settings import settings
from pipelines.workspace import Home, write_atomic

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class ScoreResult:
    """A file that was scored: how many rows, where they are, and the seconds it took."""

    rows: int
    output: Path
    seconds: float


class ScoringCancelledError(SekkeiError):
    """Scoring was cancelled; the output is as it was before."""


def score(
    home: Home,
    model_uri: str,
    input_path: Path | str,
    output_path: Path | str,
    *,
    only_scores: bool = False,
    progress: Progress = lambda done, text: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> ScoreResult:
    """Score a CSV, Parquet, Excel or JSON-lines file with any model that MLflow can load.

    The output, .csv or .parquet, has the file's columns and the model's (``only_scores``: the model's alone). It is
    there whole or not at all. A CSV is read by the model's contract. InputError says which row and column do not fit.
    """
    return score_file(
        load(home, model_uri),
        Path(input_path),
        Path(output_path),
        only_scores=only_scores,
        progress=progress,
        cancelled=cancelled,
    )


def score_file(
    model: LoadedModel,
    source: Path,
    target: Path,
    *,
    only_scores: bool = False,
    progress: Progress = lambda done, text: None,
    cancelled: Callable[[], bool] = lambda: False,
    batch_rows: int | None = None,
) -> ScoreResult:
    """Score ``source`` and put the result, whole or not at all, at ``target`` (.csv or .parquet).

    ContractError names the row of the file, counted from 1 after the header, and the column that does not fit.
    """
    began = time.perf_counter()
    check_output(target)
    size = batch_rows or settings().batch_rows
    rows = 0

    def write(temporary: Path) -> None:
        nonlocal rows
        from_text = source.suffix.lower() not in (".parquet", ".pq")
        with ScoreWriter(temporary, only_scores, from_text, model.score_types) as writer:
            rows = _pump(model, source, writer, size, progress, cancelled)

    try:
        write_atomic(target, write)
    except OSError as error:
        raise InputError(
            _("{target!r} cannot be written: {strerror}.", target=str(target), strerror=error.strerror or error)
        ) from error
    return ScoreResult(rows, target, time.perf_counter() - began)


def _pump(
    model: LoadedModel, source: Path, writer: ScoreWriter, size: int, progress: Progress, cancelled: Callable[[], bool]
) -> int:
    """Read, predict and write, one piece each at a time; gives the rows written."""
    rows = 0
    found = iter(pieces(source, model.contract, size))
    with ThreadPoolExecutor(1, "read") as reads, ThreadPoolExecutor(1, "write") as writes:
        coming: Future[Piece | None] = reads.submit(next, found, None)
        writing: Future[None] | None = None
        while (piece := coming.result()) is not None:
            if cancelled():
                raise ScoringCancelledError(_("Scoring was cancelled. Nothing was written."))
            coming = reads.submit(next, found, None)
            scores = _predict(model, piece, source)
            if writing is not None:
                writing.result()
            writing = writes.submit(writer.write, piece, scores)
            rows += len(piece)
            progress(piece.done, ngettext("{count} row", "{count:,} rows", count=rows))
        if writing is None:
            raise InputError(
                _("{source!r} has no rows to score.", source=source.name), fix=_("Choose a file that has.")
            )
        writing.result()
    return rows


def _predict(model: LoadedModel, piece: Piece, source: Path):  # type: ignore[no-untyped-def]
    try:
        return model.predict(piece.rows)
    except ContractError as error:
        raise ContractError(_in_file(error.message, piece.first, source.name), fix=error.fix) from None


def _in_file(message: str, first: int, name: str) -> str:
    """A message about a row of a piece as one about a row of the file."""
    found = re.match(r"Row (\d+), ", message)
    return (
        _(
            "Row {first:,} of {name!r}, {message}",
            first=first + int(found[1]),
            name=name,
            message=message[found.end() :],
        )
        if found
        else message
    )
