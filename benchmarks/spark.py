"""Prints how much sooner two Spark workers score than one, and how both compare with this machine alone.

    .venv/bin/python -m benchmarks.spark

A standalone master with one worker, then two, of one core each, on loopback; the model is a forest, as a model that is
quickly asked spends its time on the way. Sessions and workers are warm: what starting takes is said beside.
"""

from __future__ import annotations

import logging
import tempfile
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd

from pipelines import Pipeline, Workspace
from pipelines.batch.spark import AT_ONCE
from pipelines.inference.loading import LoadedModel, load
from pipelines.inference.spark import SparkModel
from pipelines.inference.spark_session import session
from tests.spark_cluster import spark_cluster

ROWS, PIECE = 240_000, 20_000


def forest(workspace: Workspace) -> LoadedModel:
    """A published forest of 300 trees for adult income."""
    made = (
        Pipeline("forest")
        .add("dataset", id="people", dataset="adult-income")
        .add("set_label", id="label", column="income")
        .add("clean_missing_data", id="clean", strategy="median")
        .add("train_model", id="train", algorithm={"type": "random_forest_classifier", "n_estimators": 300})
    )
    run = workspace.run(made)
    return load(workspace.home, workspace.models.publish(run.run_id, "forest").model_uri)


def seconds(pieces: list[pd.DataFrame], predict: Callable[[pd.DataFrame], object], at_once: int) -> float:
    """Of scoring every piece, after each of those asked at once was warm."""
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(predict, pieces[:at_once]))
        began = time.perf_counter()
        list(pool.map(predict, pieces))
        return time.perf_counter() - began


def main() -> None:
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as temporary:
        workspace = Workspace.open(Path(temporary) / "workspace")
        model = forest(workspace)
        rows = workspace.datasets.read("adult-income").drop(columns=["income"])
        rows = pd.concat([rows] * (ROWS // len(rows) + 1), ignore_index=True).iloc[:ROWS]
        pieces = [rows.iloc[i : i + PIECE] for i in range(0, ROWS, PIECE)]
        taken = {0: seconds(pieces, model.predict, 1)}
        for workers in (1, 2):
            folder = Path(temporary) / f"cluster-{workers}"
            folder.mkdir()
            with spark_cluster(folder, workers) as master:
                began = time.perf_counter()
                with session(master) as spark:
                    asked = SparkModel(model, spark)
                    asked.predict(pieces[0])
                    start = time.perf_counter() - began
                    taken[workers] = seconds(pieces, asked.predict, AT_ONCE)
            print(f"{workers} worker{'s' * (workers > 1)}: {ROWS / taken[workers]:,.0f} rows/s, begun in {start:.1f} s")
        print(f"this machine, one process: {ROWS / taken[0]:,.0f} rows/s")
        print(f"two workers / one {taken[1] / taken[2]:.2f} (goal: at least 1.5)")


if __name__ == "__main__":
    main()
