"""Batch scoring: files and datasets through a model in constant memory, here and now or as a job."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.datasets import Catalogue
from pipelines.errors import InputError, NotFoundError
from pipelines.inference.loading import load
from pipelines.inference.scoring import Progress, ScoreResult, ScoringCancelledError, score_file
from pipelines.messages import _
from pipelines.tracking.client import local_path
from pipelines.workspace import Home

__all__ = ["ScoreResult", "batch_job", "score"]


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


def batch_job(payload: dict[str, Any], context: Any) -> dict[str, Any]:
    """The job of kind ``batch``: ``model_uri``, ``input`` (a dataset's name or a file's path), ``output`` (``csv``,
    ``parquet`` or ``dataset:NAME``). The result says how many rows, and the file or the dataset version."""
    home: Home = context.home
    catalogue = Catalogue(home, context.database)
    source, name = _source(catalogue, payload["input"])
    wanted = str(payload.get("output") or "csv")
    dataset = wanted.removeprefix("dataset:") if wanted.startswith("dataset:") else None
    if dataset is None and wanted not in ("csv", "parquet"):
        raise InputError(
            _("{wanted!r} is no kind of output.", wanted=wanted), fix=_("Choose csv, parquet or dataset:NAME.")
        )
    ending = "parquet" if dataset is not None else wanted
    target = home.results / context.job_id / f"{_file_name(name)}-scored.{ending}"
    try:
        made = score(
            home,
            payload["model_uri"],
            source,
            target,
            only_scores=bool(payload.get("only_scores")),
            progress=context.progress,
            cancelled=context.cancelled,
        )
    except ScoringCancelledError:
        return {"status": "cancelled"}
    result: dict[str, Any] = {"rows": made.rows, "seconds": made.seconds, "model_uri": payload["model_uri"]}
    if dataset is None:
        return result | {"output": str(made.output)}
    frame = pd.read_parquet(target)
    version = catalogue.add_frame(dataset, frame, source=f"{name} scored with {payload['model_uri']}")
    target.unlink()
    return result | {"output": f"dataset:{version.name}", "dataset": version.name, "version": version.version}


def _source(catalogue: Catalogue, given: str) -> tuple[Path, str]:
    """The file to score and what to call it: a dataset's newest version, or a file."""
    try:
        return catalogue.path(given), given
    except NotFoundError as error:
        path = local_path(given) or Path(given)
        if not path.is_file():
            raise NotFoundError("dataset or file", given, [d.name for d in catalogue.list()]) from error
        return path, path.stem


def _file_name(name: str) -> str:
    return re.sub(r"[^\w.-]+", "-", name).strip("-.")[:80] or "rows"
