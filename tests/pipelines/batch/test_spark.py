"""Batch jobs on Spark: the answers of this machine from a cluster, its rejects, and what is said without one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pyspark.sql import SparkSession
from pyspark.sql.utils import is_remote

from pipelines.errors import UnavailableError
from pipelines.inference.variants import write_csv
from pipelines.processes import free_port
from tests.spark_cluster import HOST, connect_server, spark_cluster

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A standalone master with two workers of one core each."""
    with spark_cluster(tmp_path_factory.mktemp("spark"), workers=2) as address:
        yield address


def test_a_cluster_gives_the_answers_of_this_machine(ran: Any, setting: Any, cluster: str) -> None:
    setting(spark_master=cluster)
    local = ran("dataset:houses", "parquet", batch_rows=150)
    far = ran("dataset:houses", "parquet", batch_rows=150, engine="spark")
    assert (far["rows"], far["rejected"], far["engine"]) == (400, 0, "spark")
    pd.testing.assert_frame_equal(pd.read_parquet(far["output"]), pd.read_parquet(local["output"]), rtol=1e-12)


def test_rows_are_rejected_for_the_same_reasons(ran: Any, put: Any, setting: Any) -> None:
    setting(spark_master="local[2]")
    rows = ran.tricky.rows.astype({"size": object})
    rows.loc[[3, 250], "size"] = "many"
    write_csv(rows, put("rows.csv"))
    given = {"file": str(put("rows.csv"))}
    local = ran(given, "csv", batch_rows=200)
    far = ran(given, "csv", batch_rows=200, engine="spark")
    assert (far["rows"], far["rejected"]) == (398, 2)
    assert Path(far["rejected_file"]).read_text() == Path(local["rejected_file"]).read_text()
    assert Path(far["output"]).read_text() == Path(local["output"]).read_text()
    assert SparkSession.getActiveSession() is None


def test_spark_connect_gives_the_answers_of_this_machine(ran: Any, setting: Any, tmp_path: Path) -> None:
    local = ran("dataset:houses", "parquet", batch_rows=150)
    with connect_server(tmp_path) as address:
        setting(spark_master=address)
        far = ran("dataset:houses", "parquet", batch_rows=150, engine="spark")
    assert (far["rows"], far["rejected"], far["engine"]) == (400, 0, "spark")
    pd.testing.assert_frame_equal(pd.read_parquet(far["output"]), pd.read_parquet(local["output"]), rtol=1e-12)
    assert not is_remote()


@pytest.mark.parametrize("scheme", ["spark", "sc"])
def test_a_cluster_that_is_not_there_is_told(ran: Any, setting: Any, scheme: str) -> None:
    setting(spark_master=f"{scheme}://{HOST}:{free_port(HOST)}", batch_engine="spark")
    with pytest.raises(UnavailableError, match="Nothing answers"):
        ran("dataset:houses", "csv")
