"""Batch jobs from and to databases (SQLite and PostgreSQL) and an S3-compatible store, by the names of connections."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa

from pipelines import connections
from pipelines.batch.work import Work
from pipelines.datasets import databases
from pipelines.errors import InputError
from tests import postgres

SCORES = ["Scored Labels", "Scored Probabilities"]


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    with postgres.server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def sales(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tricky: Any) -> str:
    """A database with the tricky rows in its table ``houses``, known as ``sales``."""
    url = f"sqlite:///{tmp_path}/sales.db" if request.param == "sqlite" else request.getfixturevalue("postgresql")
    monkeypatch.setenv("SEKKEI_CONNECTION_SALES", url)
    rows = tricky.rows.assign(number=range(len(tricky.rows)))
    databases.write("sales", "houses", rows, "replace")
    for table in databases.tables("sales"):
        if table != "houses":
            run(f'DROP TABLE "{table}"')
    return str(request.param)


def run(statement: str) -> list[Any]:
    with connections.database("sales", write=True) as made:
        found = made.execute(sa.text(statement))
        return list(found) if found.returns_rows else []


def table(name: str) -> pd.DataFrame:
    return databases.read("sales", table=name).sort_values("number").reset_index(drop=True)


@pytest.fixture(scope="module")
def expected(tricky: Any) -> pd.DataFrame:
    return tricky.chain().predict(tricky.rows)


def test_a_table_to_a_table_and_again(ran: Any, sales: str, expected: pd.DataFrame) -> None:
    wanted = {"database": "sales", "table": "scores"}
    done = ran("database:sales/houses", wanted, batch_rows=60)
    assert (done["rows"], done["output"]) == (400, "database:sales/scores")
    found = table("scores")
    assert found["Scored Labels"].tolist() == expected["Scored Labels"].tolist()
    assert found["Scored Probabilities"].tolist() == expected["Scored Probabilities"].tolist()
    assert found["zip"].tolist() == ran.tricky.rows["zip"].tolist()
    assert databases.tables("sales") == ["houses", "scores"]

    ran("database:sales/houses", wanted, job_id=ran.job_id)
    assert len(table("scores")) == 400  # the job is over: it is not done twice
    ran({"database": "sales", "query": "SELECT * FROM houses WHERE number < 7"}, wanted)
    assert len(table("scores")) == 407

    ran("database:sales/houses", wanted | {"mode": "replace"}, columns=["number"])
    assert list(table("scores").columns) == ["number", *SCORES]
    run("CREATE UNIQUE INDEX by_number ON scores (number)")
    ran("database:sales/houses", wanted | {"mode": "replace"}, columns=["number"])
    with connections.database("sales") as made:
        assert [i["name"] for i in sa.inspect(made).get_indexes("scores")] == ["by_number"]


def test_rows_with_the_same_key_are_updated_and_others_added(ran: Any, sales: str, expected: pd.DataFrame) -> None:
    run("CREATE TABLE scores (number BIGINT PRIMARY KEY, \"Scored Labels\" TEXT, seen TEXT DEFAULT 'never')")
    run("INSERT INTO scores VALUES (3, 'old', 'yesterday'), (-1, 'other', 'long ago')")
    wanted = {"database": "sales", "table": "scores", "mode": "upsert", "key": ["number"]}
    with pytest.raises(InputError, match="no column 'Scored Probabilities'"):
        ran("database:sales/houses", wanted, columns=["number"])
    assert sorted(databases.tables("sales")) == ["houses", "scores"]
    run('ALTER TABLE scores ADD COLUMN "Scored Probabilities" DOUBLE PRECISION')
    ran("database:sales/houses", wanted, columns=["number"])
    found = table("scores")
    assert len(found) == 401
    assert found["Scored Labels"].tolist() == ["other", *expected["Scored Labels"]]
    assert found["seen"].tolist()[:5] == ["long ago", "never", "never", "never", "yesterday"]

    twice = {"database": "sales", "query": "SELECT * FROM houses UNION ALL SELECT * FROM houses"}
    with pytest.raises(InputError, match="does not tell the rows apart"):
        ran(twice, wanted, columns=["number"])
    assert sorted(databases.tables("sales")) == ["houses", "scores"]


def test_an_unknown_column_or_table_is_told_and_nothing_stays(ran: Any, sales: str) -> None:
    run("CREATE TABLE narrow (number BIGINT)")
    for given, wanted, words in (
        ("database:sales/hauses", None, "houses"),
        ("database:sales/houses", "database:sales/narrow", "has no column"),
        ({"database": "sales", "query": "SELECT nothing FROM houses"}, None, "nothing"),
        ({"database": "sales", "query": "DELETE FROM houses"}, None, "refused"),
        ("database:sails/houses", None, "sales"),
    ):
        with pytest.raises(InputError, match=words):
            ran(given, wanted)
    assert sorted(databases.tables("sales")) == ["houses", "narrow"]
    assert len(table("houses")) == 400


def test_types_that_change_between_chunks(ran: Any, sales: str) -> None:
    """The first rows of a query have no value, or a whole one, in a column that later rows have others in."""
    query = """SELECT h.*, CASE WHEN number >= 100 THEN 'x' END AS late,
               CASE WHEN number < 100 THEN 1 ELSE 1.5 END AS wide FROM houses h ORDER BY number"""
    done = ran({"database": "sales", "query": query}, "parquet", batch_rows=50)
    found = pd.read_parquet(done["output"])
    assert found["late"].isna().sum() == 100
    assert found["wide"].astype(float).tolist() == [1.0] * 100 + [1.5] * 300


@pytest.fixture
def lake(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An S3-compatible store on loopback, known as ``lake``."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _host, port = server.get_host_and_port()
    url = f"s3://scores/team?key=someone&secret=never-shown-88&endpoint_url=http://127.0.0.1:{port}"
    monkeypatch.setenv("SEKKEI_CONNECTION_LAKE", url)
    with connections.store("lake") as (system, _root):
        system.mkdirs("scores", exist_ok=True)
        yield system
    server.stop()


def test_objects_to_objects(ran: Any, lake: Any, expected: pd.DataFrame) -> None:
    rows = ran.tricky.rows
    for name, part in {"a.parquet": rows.iloc[:200], "b.parquet": rows.iloc[200:]}.items():
        part.to_parquet(buffer := io.BytesIO())
        lake.pipe_file(f"scores/team/rows/{name}", buffer.getvalue())
    done = ran("store:lake/rows/", {"store": "lake", "path": "out/scores.csv"}, batch_rows=90)
    assert done["output"] == "store:lake/out/scores.csv"
    found = pd.read_csv(io.BytesIO(lake.cat_file("scores/team/out/scores.csv")), keep_default_na=False)
    assert found["Scored Labels"].tolist() == expected["Scored Labels"].tolist()
    assert not list(Work(ran.home.runs / ran.job_id / "batch").folder.glob("input/*"))

    one = ran("store:lake/rows/b.parquet", {"store": "lake", "path": "by-zip", "partition_by": ["zip"]})
    folder = f"scores/team/by-zip/{ran.job_id}"
    assert one["output"] == f"store:lake/by-zip/{ran.job_id}"
    names = [n.removeprefix(folder) for n in lake.find(folder)]
    assert sorted({n.split("/")[1] for n in names}) == ["_SUCCESS", "zip=00501", "zip=01234", "zip=98765"]

    for given, words in (("store:lake/none/", "none"), ("store:lake/../other", "no folder"), ("store:lak/x", "lake")):
        with pytest.raises(Exception, match=words) as caught:
            ran(given)
        assert "never-shown" not in str(caught.value)
