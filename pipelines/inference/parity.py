"""The proof that comes before publishing: the same rows get the same answers on every way to the model."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.chain import storage
from pipelines.chain.chain import Chain
from pipelines.chain.contract import Contract
from pipelines.chain.served import Served
from pipelines.inference import spark_answers
from pipelines.inference.comparison import ParityError, compare, records, written
from pipelines.inference.loading import LoadedModel, load_folder
from pipelines.inference.scoring import score_file
from pipelines.inference.variants import as_csv_means, variants, write_csv, write_json, write_parquet
from pipelines.messages import _, stored

SECONDS = 120
ReadCsv = Callable[[bytes, Contract], bytes]
"""How the gateway makes of a CSV body what it sends to the model's server."""


@dataclass(frozen=True)
class Certificate:
    """What was proven: how many rows in which sets, on which ways, and the largest difference between two numbers."""

    rows: int
    sets: list[str]
    ways: list[str]
    largest_difference: float
    checked_at: str
    python: str
    mlflow: str
    milliseconds: float | None = None  # of one row, in a process of its own
    left_out: dict[str, str] = field(default_factory=dict)  # ways that could not be asked here, and why

    def to_dict(self) -> dict[str, Any]:
        """As plain values; what was left out can still be said in another language."""
        return asdict(self) | {"left_out": stored(self.left_out)}


def prove(
    folder: Path, sample: pd.DataFrame, read_csv: ReadCsv | None = None, spark_master: str | None = None
) -> Certificate:
    """Ask the model in ``folder`` about ``sample`` and harder rows, in every way there is.

    In memory, loaded by MLflow in a fresh process in another place, through MLflow's model server there (with
    ``read_csv`` also as the gateway sends it the rows of a CSV), and in batch from CSV and Parquet; with
    ``spark_master`` also on that cluster, which is left out when it cannot be had. ParityError tells where the first
    two answers differ.
    """
    chain = storage.load(folder / "artifacts" / "chain.skops")
    assert isinstance(chain, Chain | Served)
    assert chain.contract is not None
    sets = variants(chain.contract, sample)
    with tempfile.TemporaryDirectory(prefix="parity-", ignore_cleanup_errors=True) as temporary:
        work = Path(temporary)
        for number, rows in enumerate(sets.values()):
            write_parquet(rows, work / f"rows-{number}.parquet")
            write_json(rows, work / f"rows-{number}.json")
            if read_csv is not None:
                write_csv(rows, work / f"batch-{number}.csv")
                body = read_csv((work / f"batch-{number}.csv").read_bytes(), chain.contract)
                (work / f"csv-{number}.json").write_bytes(body)
        with ExitStack() as asked:
            process = _ask(folder, work)
            asked.callback(_end, process)
            cluster = spark_answers.ask(folder, work, spark_master)
            asked.callback(_end, cluster)
            largest = _check_batch(chain, load_folder(folder), sets, work)
            elsewhere = _answers(process, work)
            on_spark = spark_answers.read(cluster, work, SECONDS)
        for number, (name, rows) in enumerate(sets.items()):
            expected = records(chain.predict(rows))
            as_csv = records(chain.predict(as_csv_means(chain.contract, rows)))
            for way, answers in elsewhere["answers"][str(number)].items():
                largest = max(largest, compare(as_csv if way == "csv" else expected, answers, name, WAYS[way]))
            if "answers" in on_spark:
                largest = max(largest, compare(expected, on_spark["answers"][str(number)], name, SPARK))
    asked_spark = [SPARK] if "answers" in on_spark else []
    return Certificate(
        rows=sum(map(len, sets.values())),
        sets=list(sets),
        ways=[_("in memory"), *(WAYS[w] for w in elsewhere["answers"]["0"]), *BATCH.values(), *asked_spark],
        largest_difference=largest,
        checked_at=datetime.now(UTC).isoformat(timespec="seconds"),
        python=elsewhere["python"],
        mlflow=elsewhere["mlflow"],
        milliseconds=elsewhere["milliseconds"],
        left_out={SPARK: on_spark["unavailable"]} if "unavailable" in on_spark else {},
    )


WAYS = {
    "reloaded": _("reloaded"),
    "records": "REST, dataframe_records",
    "split": "REST, dataframe_split",
    "csv": "REST, CSV",
}
BATCH = {"CSV": _("batch, CSV"), "Parquet": _("batch, Parquet")}
SPARK = _("batch, Spark")
ENVIRONMENT = {"MLFLOW_DISABLE_TELEMETRY": "true", "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}


def _ask(folder: Path, work: Path) -> subprocess.Popen[str]:
    """Start a process that sees nothing of this installation but its libraries, with a copy of the model."""
    copy = work / "model"
    shutil.copytree(folder, copy, copy_function=_link, ignore=shutil.ignore_patterns("__pycache__"))
    hidden = ("PYTHONPATH", "MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI")
    environment = {k: v for k, v in os.environ.items() if k not in hidden} | ENVIRONMENT
    for script in ("answers.py", "scoring_app.py"):
        shutil.copyfile(Path(__file__).with_name(script), work / script)
    command = [sys.executable, "-I", str(work / "answers.py"), str(copy), str(work)]
    return subprocess.Popen(
        command, cwd=work, env=environment, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


def _end(process: subprocess.Popen[str] | None) -> None:
    if process is not None and process.poll() is None:
        process.kill()
        process.communicate()


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copyfile(source, target)


def _answers(process: subprocess.Popen[str], work: Path) -> dict[str, Any]:
    try:
        _output, errors = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise ParityError(
            _("The model gave no answer in a process of its own in {seconds} seconds.", seconds=SECONDS)
        ) from None
    file = work / "answers.json"
    if process.returncode or not file.exists():
        last = (errors.strip().splitlines() or ["no message"])[-1]
        raise ParityError(
            _("The model cannot be loaded in a process of its own: {last}", last=last[:400]),
            fix=_("Check that requirements.txt is installed as it stands."),
        )
    return dict(json.loads(file.read_text("utf-8")))


def _check_batch(chain: Chain | Served, model: LoadedModel, sets: dict[str, pd.DataFrame], work: Path) -> float:
    """Score every set from a CSV and from a Parquet file; gives the largest difference."""
    assert chain.contract is not None
    largest = 0.0
    for number, (name, rows) in enumerate(sets.items()):
        source, target = work / f"batch-{number}.csv", work / "scores.parquet"
        write_csv(rows, source)
        expected = records(chain.predict(as_csv_means(chain.contract, rows)))
        score_file(model, source, target, only_scores=True, batch_rows=7)
        largest = max(largest, compare(expected, written(target), name, BATCH["CSV"]))
        score_file(model, work / f"rows-{number}.parquet", target, only_scores=True)
        expected = records(chain.predict(rows))
        largest = max(largest, compare(expected, written(target), name, BATCH["Parquet"]))
    return largest
