"""Answers of a model on Spark, asked in a process of its own: a session belongs to its process, and ends with it.

    python -m pipelines.inference.spark_answers MODEL_FOLDER WORK_FOLDER MASTER

WORK_FOLDER holds ``rows-<n>.parquet``; ``spark.json`` is written there: the answers of each, or why there are none.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.errors import SekkeiError, UnavailableError
from pipelines.inference.comparison import Records, records
from pipelines.inference.loading import load_folder
from pipelines.inference.spark import SparkModel
from pipelines.inference.spark_session import gets_files, session
from pipelines.messages import Joined, _, restored, stored

ANSWERS = "spark.json"


def ask(folder: Path, work: Path, master: str | None) -> subprocess.Popen[str] | None:
    """Start asking the model in ``folder`` at ``master``; None without a cluster."""
    if master is None:
        return None
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", __name__, str(folder), str(work), master]
    return subprocess.Popen(
        command, cwd=work, env=environment, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


def read(process: subprocess.Popen[str] | None, work: Path, seconds: float) -> dict[str, Any]:
    """What was asked: ``answers`` by the number of the rows, or ``unavailable``, why; nothing without a cluster."""
    if process is None:
        return {}
    try:
        _output, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        return {"unavailable": _("Spark gave no answer in {seconds} seconds.", seconds=seconds)}
    file = work / ANSWERS
    if process.returncode or not file.exists():
        last = (errors.strip().splitlines() or [""])[-1]
        return {"unavailable": _("Spark does not start: {error}", error=last[:300])}
    content = json.loads(file.read_text("utf-8"))
    return {"unavailable": restored(content["unavailable"])} if "unavailable" in content else dict(content)


def main(model_folder: str, work_folder: str, master: str) -> None:
    """Ask the model about every set of rows in ``work_folder``, at once: a cluster takes long over anything."""
    work = Path(work_folder)
    sets = {f.stem.removeprefix("rows-"): pd.read_parquet(f) for f in sorted(work.glob("rows-*.parquet"))}
    with ExitStack() as stack:
        content: dict[str, Any]
        try:
            _check_files(master)
            spark = stack.enter_context(session(_narrow(master)))
        except UnavailableError as error:
            content = {"unavailable": stored(Joined([error.message, error.fix]))}
        else:
            content = {"answers": _answers(SparkModel(load_folder(Path(model_folder)), spark, few=0), sets)}
    (work / ANSWERS).write_text(json.dumps(content), "utf-8")


def _check_files(master: str) -> None:
    """UnavailableError for a cluster that would ask the registry, which does not have the model before it is proven."""
    if not gets_files(master):
        raise UnavailableError(_("A Spark Connect server elsewhere can load only what is published."))


def _narrow(master: str) -> str:
    """On this machine one process is enough, and is begun sooner."""
    return "local[1]" if master.startswith("local[") else master


def _answers(model: SparkModel, sets: Mapping[str, pd.DataFrame]) -> dict[str, Records | str]:
    assert model.contract is not None
    rows = pd.concat([model.contract.conform(s) for s in sets.values()], ignore_index=True)
    try:
        found = records(model.predict(rows))
    except SekkeiError as error:
        return dict.fromkeys(sets, str(error))
    answers = iter(found)
    return {name: list(islice(answers, len(rows))) for name, rows in sets.items()}


if __name__ == "__main__":
    main(*sys.argv[1:4])
