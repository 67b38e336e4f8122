"""Apply sql."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest

from pipelines.errors import InputError
from pipelines.schema import Role, schema_of
from pipelines.table import TRAIN, Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.trial import PREVIEW, combined

CASES = [Case({"query": 'select a."float number" + b.y as s, a.key, a.label from t1 a join t2 b on a.key = b.key'})]

QUERY = "select education, count(*) as people, avg(age) as age from t1 group by education order by education"

BARE = [
    Bare(
        {"query": QUERY},
        lambda t: duckdb.connect(config={"threads": "1"}).register("t1", t).sql(QUERY).df(),
        also="on one thread",
    )
]


def test_sql_gives_what_pandas_gives(people: pd.DataFrame) -> None:
    query = (
        'select workclass, avg(age) as age, sum("capital-gain") as gain, count(*) as n from t1 group by all order by 1'
    )
    found = combined("apply_sql", people, query=query).frame
    groups = people.groupby("workclass", dropna=False)
    expected = groups.agg(age=("age", "mean"), gain=("capital-gain", "sum"), n=("age", "size")).reset_index()
    pd.testing.assert_frame_equal(found, expected)


def test_sql_reads_three_tables_and_keeps_roles(people: pd.DataFrame) -> None:
    table = Table(people, {"income": Role.LABEL, "age": Role.ID})
    other = pd.DataFrame({"sex": ["Male"], "he": [1]})
    found = combined(
        "apply_sql",
        table,
        other,
        other,
        query="select t1.income, t2.he from t1 join t2 using (sex) join t3 using (sex)",
    )
    assert found.roles == {"income": Role.LABEL}
    assert len(found.frame) == (people["sex"] == "Male").sum()


def test_what_comes_out_of_sql_has_our_types() -> None:
    frame = pd.DataFrame({"c": pd.Categorical(["x", "y"]), "t": pd.to_datetime(["2026-01-01", None])})
    query = (
        "select c = 'z' as z, t, cast(1.5 as decimal(9, 2)) as d, date '2026-01-02' as day, null as nothing, "
        "time '10:00' as clock, 5::hugeint as big, uuid '00000000-0000-0000-0000-000000000001' as u, c from t1"
    )
    found = combined("apply_sql", frame, query=query).frame
    kinds = {c.name: c.type.value for c in schema_of(found)}
    assert kinds == {
        "z": "boolean",
        "t": "datetime",
        "d": "float",
        "day": "datetime",
        "nothing": "float",
        "clock": "text",
        "big": "integer",
        "u": "text",
        "c": "text",
    }


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("select agee from t1", "There is no column 'agee'.*\"age\""),
        ("select * from t4", "t4 does not exist.*tables are t1"),
        ("selec 1", "syntax error"),
        ("", "no statement"),
        ("select 1; select 2", "2 statements"),
        ("drop table t1", "DROP statement"),
        ("copy t1 to 'leak.csv'", "COPY statement"),
        ("set threads = 4", "SET statement"),
        ("attach 'x.db'", "ATTACH statement"),
        ("install httpfs", "cannot be used|LOAD statement"),
        ("select * from '/etc/passwd'", "does not exist"),
        ("select * from read_csv('/etc/passwd')", "Cannot access file"),
        ("select * from read_text('/etc/passwd')", "Cannot access file"),
        ("select * from glob('/etc/*')", "Cannot access"),
        ("select * from people", "does not exist"),
        ("select [age] as l from t1", "'l' holds list"),
        ("select age + workclass from t1", "No function matches"),
        ("select cast(workclass as integer) from t1", "Private"),
    ],
)
def test_sql_that_cannot_be_is_told_and_reaches_nothing(people: pd.DataFrame, query: str, words: str) -> None:
    with pytest.raises(InputError, match=f"(?s){words}") as caught:
        combined("apply_sql", people, **({"query": query} if query else {"query": " "}))
    assert "LINE 1" not in str(caught.value)
    assert len(str(caught.value)) < 600


def test_an_endless_query_does_not_hold_up_a_preview(people: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.steps.transformation.apply_sql.PREVIEW_SECONDS", 0.2)
    with pytest.raises(InputError, match="longer than"):
        combined(
            "apply_sql",
            people,
            context=PREVIEW,
            query="select count(*) from t1 a, t1 b, t1 c, t1 d where a.age < b.age",
        )


def test_sql_over_split_rows_is_refused(people: pd.DataFrame) -> None:
    marks = pd.Series(TRAIN, index=people.index)
    with pytest.raises(InputError, match="mix training and test rows"):
        combined("apply_sql", Table(people, {}, marks), query="select * from t1")
