"""Batch scoring, here and now or as a job."""

from __future__ import annotations

import shutil
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.batch.engines import with_engine
from pipelines.batch.order import RETRIES, Order
from pipelines.datasets import Catalogue
from pipelines.errors import NotFoundError
from pipelines.jobs import Job, Jobs
from pipelines.settings import settings
from pipelines.tracking.client import local_path
from pipelines.workspace import Home

if TYPE_CHECKING:
    from pipelines.inference.scoring import ScoreResult


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

    def submit(self, model_uri: str, input: str, output: str = "csv", *, engine: str | None = None) -> Job:
        """File a job. ``input``: a dataset's name or a file's path; ``output``: csv, parquet or dataset:NAME.

        ``engine``: what scores, local or spark; None: as the settings say.
        """
        sweep_uploads(self.home, {input, *self._awaited()})
        strict = {"reject_limit": 0, "engine": engine}
        source = self._input(input)
        order = with_engine(Order.of(model_uri, source, output, strict))
        payload = {"order": order.model_dump(mode="json"), "anywhere": True}
        named = Path(source["file"]).name if "file" in source else input
        title = f"{named} with {model_uri.removeprefix('models:/')}"
        return self.jobs.submit("batch", payload, title=title, retries=RETRIES)

    def _input(self, given: str) -> dict[str, str]:
        """A dataset of this name, or a file."""
        try:
            self.datasets.get(given)
        except NotFoundError as error:
            path = local_path(given) or Path(given)
            if not path.is_file():
                raise NotFoundError("dataset or file", given, [d.name for d in self.datasets.list()]) from error
            return {"file": str(path.resolve())}
        return {"dataset": given}

    def _awaited(self) -> set[str]:
        """The inputs of jobs that have not ended."""
        jobs = [j for state in ("queued", "running") for j in self.jobs.list("batch", state, MOST_JOBS)]
        return {str(job.payload["order"]["input"].get("file", "")) for job in jobs if "order" in job.payload}

    def score(self, model_uri: str, input_path: Path | str, output_path: Path | str) -> ScoreResult:
        """Score a file and return when the result is written."""
        from pipelines.inference import scoring

        return scoring.score(self.home, model_uri, Path(input_path), Path(output_path))
