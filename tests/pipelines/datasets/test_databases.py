"""Databases: SQLite in the quick part, PostgreSQL where services are."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest
import sqlalchemy as sa

from pipelines.datasets import databases
from pipelines.errors import DatasetFileError, InputError
from tests import postgres
from tests.pipelines.steps.trial import read as sample


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    with postgres.server() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def url(request: pytest.FixtureRequest, tmp_path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty database, known as ``sales``."""
    if request.param == "sqlite":
        address = plain = f"sqlite:///{tmp_path}/sales.db"
    else:
        plain = request.getfixturevalue("postgres_url")
        address = plain.replace("postgresql:", "postgresql+psycopg:")
    monkeypatch.setenv("SEKKEI_CONNECTION_SALES", plain)
    yield address
    if request.param == "postgresql":
        _do(address, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public", "DROP SCHEMA IF EXISTS other CASCADE")


def _do(url: str, *statements: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as made:
        for statement in statements:
            made.exec_driver_sql(statement)
    engine.dispose()


def _count(url: str, table: str) -> int:
    engine = sa.create_engine(url)
    with engine.connect() as made:
        found = made.execute(sa.text(f"SELECT COUNT(*) FROM {table}")).scalar_one()
    engine.dispose()
    return int(found)


def test_what_is_written_is_read_again(url: str) -> None:
    cars = sample("automobile_price")
    cars["make"] = cars["make"].astype("category")
    cars["seen"] = pd.Timestamp("2024-02-29 10:00")
    cars["cheap"] = cars["price"] < 10_000
    assert databases.write("sales", "cars", cars) == len(cars)
    found = databases.read("sales", table="cars")
    assert list(found.columns) == list(cars.columns)
    for name in cars.columns:
        wanted = cars[name]
        if name == "cheap" and url.startswith("sqlite"):
            wanted = wanted.astype("int64")
        assert found[name].isna().tolist() == wanted.isna().tolist()
        assert found[name].dropna().tolist() == wanted.dropna().tolist(), name
    assert databases.tables("sales") == ["cars"]


def test_a_query_gives_what_pandas_gives(url: str) -> None:
    cars = sample("automobile_price")
    databases.write("sales", "cars", cars)
    query = (
        "SELECT make, AVG(price) AS mean, COUNT(*) AS n FROM cars WHERE make LIKE '%a%' GROUP BY make ORDER BY make;"
    )
    found = databases.read("sales", query=query)
    wanted = cars[cars["make"].str.contains("a")].groupby("make")["price"]
    pd.testing.assert_series_equal(
        found.set_index("make")["mean"], wanted.mean(), check_names=False, check_index_type=False
    )
    assert found["n"].tolist() == wanted.size().tolist()


def test_at_most_so_many_rows_are_read(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    databases.write("sales", "cars", sample("automobile_price"))
    monkeypatch.setattr(databases, "CHUNK", 7)
    seen: list[int] = []
    assert len(databases.read("sales", table="cars", limit=20, progress=seen.append)) == 20
    assert seen == [7, 14, 20]


def test_reading_never_writes(url: str) -> None:
    databases.write("sales", "cars", sample("automobile_price"))
    before = _count(url, "cars")
    for query in ("DELETE FROM cars", "SELECT 1; DELETE FROM cars", "COMMIT; DELETE FROM cars", "DROP TABLE cars"):
        with pytest.raises((InputError, DatasetFileError)):
            databases.read("sales", query=query)
    assert _count(url, "cars") == before


def test_a_faulty_query_is_told_in_the_databases_words(url: str) -> None:
    with pytest.raises((InputError, DatasetFileError, Exception), match="nosuch") as raised:
        databases.read("sales", query="SELECT * FROM nosuch")
    assert postgres.PASSWORD not in str(raised.value)
    databases.write("sales", "cars", sample("automobile_price"))
    with pytest.raises(InputError, match="'cars'"):
        databases.read("sales", table="car")
    with pytest.raises(DatasetFileError, match="no rows"):
        databases.read("sales", query="SELECT * FROM cars WHERE 1 = 0")


def test_append_replace_and_fail(url: str) -> None:
    rows = pd.DataFrame({"a": [1, 2], "b": ["x", None]})
    databases.write("sales", "t", rows)
    with pytest.raises(InputError, match="exists already"):
        databases.write("sales", "t", rows)
    databases.write("sales", "t", rows, "append")
    assert _count(url, "t") == 4
    with pytest.raises(InputError, match=r"no column 'bb'.*mean 'b'"):
        databases.write("sales", "t", rows.rename(columns={"b": "bb"}), "append")
    databases.write("sales", "t", rows[:1], "replace")
    assert _count(url, "t") == 1


def test_a_failed_write_leaves_what_was_there(url: str) -> None:
    databases.write("sales", "t", pd.DataFrame({"a": range(5)}))
    broken = pd.DataFrame({"a": pd.Series([*range(1500), 2**80], dtype=object)})
    with pytest.raises(Exception):  # noqa: B017
        databases.write("sales", "t", broken, "replace")
    assert _count(url, "t") == 5
    assert databases.tables("sales") == ["t"]


def test_a_slow_query_is_stopped_in_a_preview(url: str) -> None:
    query = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"
        if url.startswith("sqlite")
        else "SELECT pg_sleep(60)"
    )
    with pytest.raises(InputError, match=r"within 0\.3 seconds"):
        databases.read("sales", query=query, seconds=0.3)


@pytest.mark.services
def test_types_of_postgresql(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEKKEI_CONNECTION_SALES", postgres_url)
    found = databases.read(
        "sales",
        query="""SELECT 1.50::numeric AS price, DATE '2024-02-29' AS day, TIMESTAMPTZ '2024-01-01 10:00+02' AS at,
        'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid AS id, '{"a": [1]}'::jsonb AS record, ARRAY[1, 2] AS list,
        NULL::int AS gap, TRUE AS yes, INTERVAL '1 day' AS lasts, 9007199254740993 AS big""",
    )
    row = found.iloc[0]
    assert (row["price"], row["big"], bool(row["yes"])) == (1.5, 9007199254740993, True)
    assert row["day"] == pd.Timestamp("2024-02-29")
    assert row["at"] == pd.Timestamp("2024-01-01 08:00")
    assert row["id"] == "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
    assert (row["record"], row["list"]) == ('{"a": [1]}', "[1, 2]")
    assert found["gap"].isna().all()
    with pytest.raises(DatasetFileError, match="raw bytes"):
        databases.read("sales", query=r"SELECT '\x00'::bytea AS b")


@pytest.mark.services
def test_a_wrong_password_is_told_without_it(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEKKEI_CONNECTION_SALES", postgres_url.replace(postgres.PASSWORD, "wrong-secret"))
    with pytest.raises(Exception, match="'sales' does not answer") as raised:
        databases.tables("sales")
    assert "wrong-secret" not in str(raised.value)


@pytest.mark.services
def test_other_schemas_are_named_and_read(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEKKEI_CONNECTION_SALES", postgres_url)
    _do(
        postgres_url.replace("postgresql:", "postgresql+psycopg:"),
        "DROP SCHEMA IF EXISTS other CASCADE",
        "CREATE SCHEMA other",
    )
    databases.write("sales", "other.t", pd.DataFrame({"a": [1]}))
    assert databases.tables("sales") == ["other.t"]
    assert databases.read("sales", table="other.t")["a"].tolist() == [1]
