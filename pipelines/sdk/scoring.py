"""Batch scoring, here and now or as a job."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.datasets import Catalogue
from pipelines.jobs import Job, Jobs
from pipelines.workspace import Home

if TYPE_CHECKING:
    from pipelines.serving.batch import ScoreResult


@dataclass(frozen=True)
class Batch:
    """Scoring of datasets and files with any model MLflow can load."""

    home: Home
    datasets: Catalogue
    jobs: Jobs

    def submit(self, model_uri: str, input: str, output: str = "csv") -> Job:
        """File a job. ``input``: a dataset's name or a file's path; ``output``: csv, parquet or dataset:NAME."""
        payload = {"model_uri": model_uri, "input": input, "output": output}
        return self.jobs.submit("batch", payload, title=f"{input} with {model_uri.removeprefix('models:/')}")

    def score(self, model_uri: str, input_path: Path | str, output_path: Path | str) -> ScoreResult:
        """Score a file and return when the result is written."""
        from pipelines.serving import batch

        return batch.score(self.home, model_uri, Path(input_path), Path(output_path))
