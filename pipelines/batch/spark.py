"""The Spark engine: rows are read and kept here, and scored by a Spark cluster with MLflow's ``spark_udf``."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from pipelines.batch.engines import Task
from pipelines.batch.pieces import Scorer, in_order
from pipelines.batch.work import Part
from pipelines.inference.spark import SparkModel
from pipelines.inference.spark_session import gets_files, session
from pipelines.settings import settings

AT_ONCE = 2  # pieces under way: while one is scored the next is read


def parts(task: Task) -> Iterator[Part]:
    """Every part, in order. InputError for a model that Spark cannot ask; UnavailableError without Spark."""
    master = settings().spark_master
    with session(master) as spark, ThreadPoolExecutor(AT_ONCE, "spark") as pool:
        model = SparkModel(task.model, spark, gets_files=gets_files(master))
        score = Scorer(model, task.work, task.carried, task.types, task.typed)
        yield from in_order(task, pool, score, ahead=AT_ONCE)
