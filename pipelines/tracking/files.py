"""The files of a run: written beside the run at once where its folder is local, else through MLflow."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.tracking.client import local_path
from pipelines.workspace import TEMPORARY

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

PIPELINE_FILE = "pipeline.yaml"
STEPS_FILE = "steps.json"
DATASETS_FILE = "datasets.json"
EVALUATION = "evaluation"
ROWS = "rows"


def write(client: MlflowClient, run: Run, files: Mapping[str, bytes]) -> None:
    """Write ``files``, path below the run's folder -> content."""
    folder = local_path(run.info.artifact_uri)
    if folder is not None:
        write_local(folder, files)
    elif files:
        with tempfile.TemporaryDirectory() as temporary:
            write_local(Path(temporary), files)
            client.log_artifacts(run.info.run_id, temporary)


def folder(client: MlflowClient, run: Run) -> Path:
    """The run's folder, or a copy of what is needed to show it. Missing files are no error: a run may have none yet."""
    from mlflow.exceptions import MlflowException

    found = local_path(run.info.artifact_uri)
    if found is not None:
        return found
    copy = Path(tempfile.gettempdir()) / "sekkei-runs" / run.info.run_id
    copy.mkdir(parents=True, exist_ok=True)
    for entry in client.list_artifacts(run.info.run_id):
        if entry.path in (PIPELINE_FILE, STEPS_FILE, DATASETS_FILE, EVALUATION, ROWS):
            try:
                client.download_artifacts(run.info.run_id, entry.path, str(copy))
            except MlflowException:  # removed meanwhile
                continue
    return copy


def read_json(path: Path, default: object) -> object:
    """The JSON value in a file; ``default`` when there is none, or it was not written to its end."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return default


def write_local(folder: Path, files: Mapping[str, bytes]) -> None:
    """As ``write``, into a folder of this machine: each file is whole or not there, whenever the process is killed."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{TEMPORARY}{path.name}.part")
        part.write_bytes(content)
        part.replace(path)
