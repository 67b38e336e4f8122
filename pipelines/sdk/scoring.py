"""Batch scoring, here and now or as a job."""

from __future__ import annotations

import shutil
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.datasets import Catalogue
from pipelines.jobs import Job, Jobs
from pipelines.settings import settings
from pipelines.workspace import Home

if TYPE_CHECKING:
    from pipelines.serving.batch import ScoreResult


MOST_JOBS = 10_000
DAY = 86_400


def sweep_uploads(home: Home, awaited: Collection[str]) -> None:
    """Delete files given to batch scoring that are older than the settings say, and that no job of ``awaited`` reads.

    A link is deleted, never followed.
    """
    before = time.time() - settings().upload_days * DAY
    used = {Path(given).parts[len(home.uploads.parts)] for given in awaited if _is_below(given, home.uploads)}
    for entry in home.uploads.iterdir():
        try:
            if entry.name in used or entry.lstat().st_mtime >= before:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink()
        except FileNotFoundError:  # another process sweeps too
            continue


def _is_below(given: str, folder: Path) -> bool:
    return Path(given) != folder and Path(given).is_relative_to(folder)


@dataclass(frozen=True)
class Batch:
    """Scoring of datasets and files with any model MLflow can load."""

    home: Home
    datasets: Catalogue
    jobs: Jobs

    def submit(self, model_uri: str, input: str, output: str = "csv") -> Job:
        """File a job. ``input``: a dataset's name or a file's path; ``output``: csv, parquet or dataset:NAME."""
        sweep_uploads(self.home, {input, *self._awaited()})
        payload = {"model_uri": model_uri, "input": input, "output": output}
        return self.jobs.submit("batch", payload, title=f"{input} with {model_uri.removeprefix('models:/')}")

    def _awaited(self) -> set[str]:
        """The inputs of jobs that have not ended."""
        jobs = [j for state in ("queued", "running") for j in self.jobs.list("batch", state, MOST_JOBS)]
        return {str(job.payload.get("input")) for job in jobs}

    def score(self, model_uri: str, input_path: Path | str, output_path: Path | str) -> ScoreResult:
        """Score a file and return when the result is written."""
        from pipelines.serving import batch

        return batch.score(self.home, model_uri, Path(input_path), Path(output_path))
