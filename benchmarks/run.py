"""Prints how Sekkei compares with a hand-written script of the same work, side by side in one run.

    .venv/bin/python -m benchmarks.run              all of it; batch scoring of 5 million rows takes some minutes
    .venv/bin/python -m benchmarks.run --rows 500000

Every figure is a ratio of two things measured alternately in this process (memory: in a process of its own), so that
it holds on another machine. Seconds are printed only for scale.
"""

from __future__ import annotations

import argparse
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from sklearn.pipeline import Pipeline as FittedPipeline

from benchmarks import handwritten
from pipelines import Pipeline, Workspace
from pipelines.document.edits import SetParameter
from pipelines.sdk.running import Order, execute

REPEATS = 5


def benchmark_pipeline() -> Pipeline:
    """Eight steps: the same reading, splitting, imputing, scaling, encoding, fitting and judging as by hand."""
    return (
        Pipeline("benchmark")
        .add("dataset", id="people", dataset="adult-income")
        .add("set_label", id="label", column="income")
        .add("split_data", id="split", train_fraction=0.7, random_state=0)
        .add("clean_missing_data", id="clean", strategy="median")
        .add("normalize_data", id="scale", method="zscore")
        .add("train_model", id="train", algorithm={"type": "logistic_regression", "max_iter": 1000})
        .add("score_model", id="score")
        .add("evaluate_model", id="evaluate")
    )


def alternately(
    first: Callable[[int], object], second: Callable[[int], object], repeats: int = REPEATS
) -> tuple[float, float]:
    """Median seconds of each, run in turn."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(repeats + 1):
        for work, kept in zip((first, second), times, strict=True):
            began = time.perf_counter()
            work(turn)
            if turn:
                kept.append(time.perf_counter() - began)
    return statistics.median(times[0]), statistics.median(times[1])


def row(name: str, ratio: float, goal: str, detail: str) -> None:
    print(f"{name:44} {ratio:7.2f}   {goal:28} {detail}", flush=True)


def runs(workspace: Workspace, folder: Path) -> None:
    """Cold run, and rerun with the last of eight steps changed."""
    document = benchmark_pipeline().document
    table = workspace.datasets.path("adult-income")

    def by_hand(turn: int) -> None:
        handwritten.train(table, workspace.home.tracking_uri, "by hand", folder / f"plots{turn}")

    def cold(turn: int) -> None:
        _empty(workspace.home.cache)
        workspace.run(document)

    hand, ours = alternately(by_hand, cold)
    row(
        "cold run / by hand",
        ours / hand,
        "under 1.1 + 0.3 s",
        f"{ours:.2f} s, {hand:.2f} s; limit {1.1 * hand + 0.3:.2f} s",
    )

    def last_changed(turn: int) -> None:
        changed = SetParameter("score", "rows", ["test", "all"][turn % 2]).apply(document)
        execute(workspace.home, workspace.database, Order(changed))

    again, whole = alternately(last_changed, cold)
    row("rerun, last two of eight steps changed / cold", again / whole, "under 0.2", f"{again:.2f} s, {whole:.2f} s")


def one_row(workspace: Workspace) -> None:
    """One prediction in process."""
    result = workspace.run(benchmark_pipeline())
    chain = result.result.models["train"]
    frame = workspace.datasets.read("adult-income")
    fitted = handwritten.pipeline().fit(frame.drop(columns=["income"]), frame["income"].astype(object))
    single = frame.drop(columns=["income"]).iloc[[7]]
    hand, ours = alternately(
        lambda _: [fitted.predict(single) for _ in range(100)], lambda _: [chain.predict(single) for _ in range(100)]
    )
    row("one row in process / by hand", ours / hand, "at most 0.75", f"{ours * 10:.2f} ms, {hand * 10:.2f} ms")


def batch(workspace: Workspace, folder: Path, rows: int) -> None:
    """Batch scoring of a large file against the bare in-process predict, and its peak memory."""
    result = workspace.run(benchmark_pipeline())
    workspace.models.publish(result.run_id, "benchmark")
    source = folder / "large.parquet"
    frame = workspace.datasets.read("adult-income").drop(columns=["income"])
    _repeat(frame, source, rows)
    chain = result.result.models["train"]
    fitted = handwritten.pipeline().fit(frame, workspace.datasets.read("adult-income")["income"].astype(object))
    some = pd.concat([frame] * (200_000 // len(frame) + 1), ignore_index=True).iloc[: min(rows, 200_000)]
    hand, ours = alternately(lambda _: fitted.predict(some), lambda _: chain.predict(some), 3)
    command = [
        sys.executable,
        "-m",
        "pipelines",
        "score",
        "models:/benchmark@champion",
        str(source),
        str(folder / "scored.parquet"),
        "--json",
    ]
    environment = os.environ | {"SEKKEI_HOME": str(workspace.home.root)}
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    assert status == 0, "batch scoring failed"
    speed, by_hand, in_memory = rows / seconds, len(some) / hand, len(some) / ours
    row(
        "batch / Pipeline.predict by hand in memory",
        speed / by_hand,
        "at least 0.9",
        f"{speed:,.0f}, {by_hand:,.0f} rows/s",
    )
    row("batch / the same model's predict in memory", speed / in_memory, "", f"{speed:,.0f}, {in_memory:,.0f} rows/s")
    many = pd.concat([frame] * (1_000_000 // len(frame) + 1), ignore_index=True).iloc[: min(rows, 1_000_000)]
    theirs = _mlflow_predict(fitted, many, folder)
    row("batch / mlflow models predict", speed / theirs, "at least 5", f"{speed:,.0f}, {theirs:,.0f} rows/s")
    row("batch peak memory, GiB", usage.ru_maxrss / 2**20, "under 1.5 GB (1.40 GiB)", f"{rows:,} rows")


def _mlflow_predict(fitted: FittedPipeline, rows: pd.DataFrame, folder: Path) -> float:
    """Rows per second of MLflow's own command, with the model by hand and a CSV file, which it reads soonest."""
    import mlflow.sklearn

    model, source = folder / "by-hand", folder / "rows.csv"
    mlflow.sklearn.save_model(fitted, str(model), serialization_format="cloudpickle")
    rows.to_csv(source, index=False)
    where = ["-m", str(model), "-i", str(source), "-o", str(folder / "scored.json")]
    command = [sys.executable, "-m", "mlflow", "models", "predict", *where, "-t", "csv", "--env-manager", "local"]
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return len(rows) / (time.perf_counter() - began)


def _repeat(frame: pd.DataFrame, path: Path, rows: int) -> None:
    block = pa.Table.from_pandas(frame, preserve_index=False)
    written = 0
    with pq.ParquetWriter(path, block.schema) as writer:
        while written < rows:
            part = block.slice(0, min(len(block), rows - written))
            writer.write_table(part)
            written += len(part)


def _empty(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=5_000_000, help="rows of the file for batch scoring")
    parser.add_argument("--only", choices=["runs", "one_row", "batch"], help="one part alone")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        workspace = Workspace.open(folder / "workspace")
        print(f"{'':44} {'ratio':>7}   {'goal':28} scale\n" + "-" * 118)
        if arguments.only in (None, "runs"):
            runs(workspace, folder)
        if arguments.only in (None, "one_row"):
            one_row(workspace)
        if arguments.only in (None, "batch"):
            batch(workspace, folder, arguments.rows)


if __name__ == "__main__":
    main()
