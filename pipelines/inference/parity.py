"""The proof that comes before publishing: the same rows get the same answers on every way to the model."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from pyarrow import parquet

from pipelines.chain import storage
from pipelines.chain.chain import Chain
from pipelines.chain.contract import Contract
from pipelines.chain.explain import EFFECT
from pipelines.chain.predictor import LABELS
from pipelines.chain.served import Served
from pipelines.errors import SekkeiError
from pipelines.inference.loading import LoadedModel, load_folder
from pipelines.inference.scoring import score_file
from pipelines.inference.variants import as_csv_means, variants, write_csv, write_json, write_parquet
from pipelines.messages import _

TOLERANCE = 1e-12
SECONDS = 120
Records = list[dict[str, Any]]
ReadCsv = Callable[[bytes, Contract], bytes]
"""How the gateway makes of a CSV body what it sends to the model's server."""


class ParityError(SekkeiError):
    """A model that answers differently on one of the ways to it; it is not published."""

    status = 422


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

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def prove(folder: Path, sample: pd.DataFrame, read_csv: ReadCsv | None = None) -> Certificate:
    """Ask the model in ``folder`` about ``sample`` and harder rows, in every way there is.

    In memory, loaded by MLflow in a fresh process in another place, through MLflow's model server there (with
    ``read_csv`` also as the gateway sends it the rows of a CSV), and in batch from CSV and Parquet. ParityError tells
    where the first two answers differ.
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
        process = _ask(folder, work)
        try:
            largest = _check_batch(chain, load_folder(folder), sets, work)
            elsewhere = _answers(process, work)
        finally:
            if process.poll() is None:
                process.kill()
                process.communicate()
        for number, (name, rows) in enumerate(sets.items()):
            expected = records(chain.predict(rows))
            as_csv = records(chain.predict(as_csv_means(chain.contract, rows)))
            for way, answers in elsewhere["answers"][str(number)].items():
                largest = max(largest, compare(as_csv if way == "csv" else expected, answers, name, WAYS[way]))
    return Certificate(
        rows=sum(map(len, sets.values())),
        sets=list(sets),
        ways=[_("in memory"), *(WAYS[w] for w in elsewhere["answers"]["0"]), *BATCH.values()],
        largest_difference=largest,
        checked_at=datetime.now(UTC).isoformat(timespec="seconds"),
        python=elsewhere["python"],
        mlflow=elsewhere["mlflow"],
        milliseconds=elsewhere["milliseconds"],
    )


WAYS = {
    "reloaded": _("reloaded"),
    "records": "REST, dataframe_records",
    "split": "REST, dataframe_split",
    "csv": "REST, CSV",
}
BATCH = {"CSV": _("batch, CSV"), "Parquet": _("batch, Parquet")}


def _ask(folder: Path, work: Path) -> subprocess.Popen[str]:
    """Start a process that sees nothing of this installation but its libraries, with a copy of the model."""
    copy = work / "model"
    shutil.copytree(folder, copy, copy_function=_link, ignore=shutil.ignore_patterns("__pycache__"))
    hidden = ("PYTHONPATH", "MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI")
    environment = {k: v for k, v in os.environ.items() if k not in hidden}
    environment |= {"MLFLOW_DISABLE_TELEMETRY": "true", "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}
    script = work / "answers.py"
    shutil.copyfile(Path(__file__).with_name("answers.py"), script)
    command = [sys.executable, "-I", str(script), str(copy), str(work)]
    return subprocess.Popen(
        command, cwd=work, env=environment, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


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


def records(found: pd.DataFrame) -> Records:
    """Predictions as plain values, None where there is none."""
    return [{str(k): _plain(v) for k, v in row.items()} for row in found.to_dict("records")]


def written(path: Path) -> Records:
    """Predictions in a Parquet file as plain values; whole numbers stay whole beside gaps."""
    return [{str(k): _plain(v) for k, v in row.items()} for row in parquet.read_table(path).to_pylist()]


def _plain(value: Any) -> Any:
    if value is pd.NA or value is None:
        return None
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and math.isnan(value) else value


def compare(expected: Records, given: Sequence[dict[str, Any]] | str, rows: str, way: str) -> float:
    """The largest difference between two numbers; ParityError where a label differs, or a number by more than 1e-12."""
    if isinstance(given, str):
        raise _differ(rows, way, _("the answer was {given}", given=given))
    if len(given) != len(expected):
        raise _differ(rows, way, _("{answers} answers came for {rows} rows", answers=len(given), rows=len(expected)))
    largest = 0.0
    for number, (one, other) in enumerate(zip(expected, given, strict=True), start=1):
        if one.keys() != other.keys():
            raise _differ(
                rows,
                way,
                _("the columns are {found} instead of {wanted}", found=str(sorted(other)), wanted=str(sorted(one))),
            )
        for column, value in one.items():
            scale = one.get(LABELS) if column.startswith(EFFECT) else None  # an effect is a difference of two answers
            difference = _difference(value, other[column], scale)
            if difference > TOLERANCE:
                raise _differ(
                    rows,
                    way,
                    _(
                        "row {number}, {column}: {other!r} instead of {value!r}",
                        number=number,
                        column=column,
                        other=other[column],
                        value=value,
                    ),
                )
            largest = max(largest, difference)
    return largest


def _difference(one: Any, other: Any, scale: Any = None) -> float:
    """0 for equal values, the relative difference of two fractions, infinity for values that are not the same."""
    if isinstance(one, float) and isinstance(other, int | float) and not isinstance(other, bool):
        return abs(one - other) / max(1.0, abs(one), abs(scale) if isinstance(scale, float) else 0.0)
    return 0.0 if type(one) is type(other) and one == other else math.inf


def _differ(rows: str, way: str, what: str) -> ParityError:
    return ParityError(
        _(
            "The model was not published: with {rows}, the answers in memory and by {way} differ: {what}.",
            rows=rows,
            way=way,
            what=what,
        ),
        fix=_("Please report this; a step of the pipeline does not do the same twice."),
    )
