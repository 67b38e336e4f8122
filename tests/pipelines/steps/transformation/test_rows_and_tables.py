"""Steps that change rows, combine tables or split them, against pandas and scikit-learn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import train_test_split

import pipelines.samples
from pipelines.errors import ColumnMissingError, InputError
from pipelines.execution.context import StepContext
from pipelines.execution.events import ignore
from pipelines.schema import Role, schema_of
from pipelines.steps import library
from pipelines.steps.base import Inputs
from pipelines.table import TEST, TRAIN, Table

SAMPLES = Path(pipelines.samples.__file__).parent / "datasets"
CONTEXT = StepContext("step", {}, None, None, ignore)  # type: ignore[arg-type]
PREVIEW = StepContext("step", {}, None, None, ignore, preview=True)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def cars() -> pd.DataFrame:
    return pd.read_csv(SAMPLES / "automobile_price.csv", na_values="?")


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    return pd.read_csv(SAMPLES / "adult_income_test.csv", na_values="?").head(4000)


def changed(type: str, frame: pd.DataFrame, **params: Any) -> pd.DataFrame:
    return library.get(type).model_validate(params).change(frame, schema_of(frame))


def combined(type: str, *tables: Table | pd.DataFrame, context: StepContext = CONTEXT, **params: Any) -> Table:
    step = library.get(type).model_validate(params)
    given = [t if isinstance(t, Table) else Table(t) for t in tables]
    names = [p.name for p in step.inputs]
    found = step.run(Inputs(dict(zip(names, given, strict=False))), context).table
    assert found is not None
    return found


# rows


def test_the_published_number_of_cars_without_gaps(cars: pd.DataFrame) -> None:
    frame = cars.drop(columns="normalized-losses")
    found = changed("clean_missing_data", frame, strategy="drop_rows")
    assert len(found) == 193
    pd.testing.assert_frame_equal(found, frame.dropna())


def test_duplicates_are_those_of_pandas(people: pd.DataFrame) -> None:
    twice = pd.concat([people, people.iloc[::7]], ignore_index=True)
    pd.testing.assert_frame_equal(changed("remove_duplicate_rows", twice), twice.drop_duplicates())
    by = ["workclass", "age"]
    found = changed("remove_duplicate_rows", twice, columns=by, keep="last")
    pd.testing.assert_frame_equal(found, twice.drop_duplicates(by, keep="last"))


@pytest.mark.parametrize(
    ("expression", "query"),
    [
        ("age > 40 and workclass = 'Private'", "age > 40 and workclass == 'Private'"),
        ('"hours-per-week" between 30 and 35', "30 <= `hours-per-week` <= 35"),
        ("workclass is null", "workclass.isna()"),
        ("not (workclass = 'Private')", "workclass != 'Private' and workclass.notna()"),
        ("income in ('>50K') or age < 18 -- the young", "income == '>50K' or age < 18"),
        ("lower(sex) like 'fem%'", "sex == 'Female'"),
    ],
)
def test_conditions_are_those_of_pandas_query(people: pd.DataFrame, expression: str, query: str) -> None:
    found = changed("filter_rows", people, expression=expression)
    pd.testing.assert_frame_equal(found, people.query(query, engine="python"))
    assert 0 < len(found) < len(people)


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("ages > 3", "There is no column 'ages'.*Did you mean \"age\""),
        ("age >", "syntax error"),
        ("age", "does not give true or false"),
        ("avg(age) > 3", "each row alone"),
        ("age > 'x'", "'x'"),
        ("1=1); drop table t; select (1=1", "3 statements"),
        ("1=1) from t; copy t to 'leak.csv'; select (true", "3 statements"),
        ("exists (select * from read_csv('/etc/passwd'))", "Cannot access file"),
    ],
)
def test_a_condition_that_cannot_be_is_told(people: pd.DataFrame, expression: str, words: str) -> None:
    with pytest.raises(InputError, match=f"(?s){words}"):
        changed("filter_rows", people, expression=expression)


# join


@pytest.fixture
def prices() -> pd.DataFrame:
    return pd.DataFrame(
        {"make": ["audi", "bmw", "tesla", None], "price": [1, 2, 3, 4], "country": ["de", "de", "us", "?"]}
    )


@pytest.mark.parametrize("how", ["inner", "left", "right", "outer"])
def test_joins_are_those_of_pandas(cars: pd.DataFrame, prices: pd.DataFrame, how: Any) -> None:
    found = combined("join_data", cars, prices, on=["make"], how=how).frame
    expected = cars.merge(prices, on="make", how=how, suffixes=("", "_right"))
    assert list(found) == list(expected)
    by = ["make", "price", "wheel-base", "engine-size", "price_right", "bore", "stroke", "curb-weight"]
    found, expected = (f.sort_values(by, ignore_index=True) for f in (found, expected))
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)


def test_semi_and_anti_part_the_left_rows(cars: pd.DataFrame, prices: pd.DataFrame) -> None:
    semi, anti = (combined("join_data", cars, prices, on=["make"], how=h).frame for h in ("semi", "anti"))
    pd.testing.assert_frame_equal(semi, cars[cars["make"].isin(prices["make"])])
    pd.testing.assert_frame_equal(anti, cars[~cars["make"].isin(prices["make"])])


def test_a_missing_key_matches_nothing() -> None:
    left, right = pd.DataFrame({"k": [1.0, np.nan], "a": [1, 2]}), pd.DataFrame({"k": [np.nan, 1.0], "b": [3, 4]})
    assert combined("join_data", left, right, on=["k"]).frame.to_dict("list") == {"k": [1.0], "a": [1], "b": [4]}
    assert len(combined("join_data", left, right, on=["k"], how="outer").frame) == 3


def test_a_join_keeps_roles_and_the_partition_of_the_left_row(cars: pd.DataFrame) -> None:
    marks = pd.Series(np.where(np.arange(len(cars)) % 2, TEST, TRAIN), index=cars.index)
    left = Table(cars, {"price": Role.LABEL}, marks)
    twice = pd.DataFrame({"make": ["audi", "audi"], "price": [1, 2], "vat": [3, 4]})
    found = combined("join_data", left, Table(twice, {"vat": Role.ID, "price": Role.LABEL}), on=["make"])
    assert found.roles == {"price": Role.LABEL, "vat": Role.ID}
    assert len(found.frame) == 2 * (cars["make"] == "audi").sum()
    assert found.partition is not None
    assert found.partition.tolist() == np.repeat(marks[cars["make"] == "audi"].to_numpy(), 2).tolist()
    with pytest.raises(InputError, match="neither train nor test"):
        combined("join_data", left, twice, on=["make"], how="outer")


def test_joins_that_cannot_be(cars: pd.DataFrame, prices: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="'make' on the left holds text, 'price' on the right whole numbers"):
        combined("join_data", cars, prices, left_on=["make"], right_on=["price"])
    with pytest.raises(ColumnMissingError, match="makes"):
        combined("join_data", cars, prices.rename(columns={"make": "makes"}), on=["make"])
    with pytest.raises(InputError, match="1 left and 2 right"):
        combined("join_data", cars, prices, left_on=["make"], right_on=["make", "country"])
    with pytest.raises(InputError, match="would be called 'price_right'"):
        combined("join_data", cars.assign(price_right=1), prices, on=["make"])
    many = pd.DataFrame({"k": np.zeros(20_000, dtype=int)})
    with pytest.raises(InputError, match="400,000,000 rows"):
        combined("join_data", many, many, on=["k"])
    for params in ({}, {"on": ["a"], "left_on": ["a"]}, {"left_on": ["a"]}):
        with pytest.raises(ValueError, match="name the key columns"):
            library.get("join_data").model_validate(params)


def test_only_left_columns_are_checked_against_the_left_table() -> None:
    step = library.get("join_data").model_validate({"left_on": ["a"], "right_on": ["b"]})
    assert step.named_columns() == [("left_on", "a")]


# add rows


def test_rows_are_added_as_by_concat(people: pd.DataFrame) -> None:
    first, second = people.iloc[:50], people.iloc[50:90].drop(columns="age").assign(extra=1)
    pd.testing.assert_frame_equal(
        combined("add_rows", first, second).frame, pd.concat([first, second], ignore_index=True)
    )
    shared = combined("add_rows", first, second, columns="shared").frame
    assert list(shared) == [c for c in people if c != "age"]
    assert len(shared) == 90


def test_columns_that_do_not_go_together_are_named() -> None:
    with pytest.raises(InputError, match="'a' holds whole numbers in one table and text in the other"):
        combined("add_rows", pd.DataFrame({"a": [1]}), pd.DataFrame({"a": ["x"]}))
    both = combined("add_rows", pd.DataFrame({"a": [np.nan]}), pd.DataFrame({"a": ["x"]})).frame
    assert str(both["a"].dtype) == "str"
    colours = [pd.DataFrame({"a": pd.Categorical([v])}) for v in ("red", "blue")]
    assert combined("add_rows", *colours).frame["a"].tolist() == ["red", "blue"]
    marks = pd.Series([TRAIN], index=[0])
    with pytest.raises(InputError, match="Only one of the tables is split"):
        combined("add_rows", Table(pd.DataFrame({"a": [1]}), {}, marks), pd.DataFrame({"a": [1]}))


# sql


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


# split


def assigned(frame: pd.DataFrame, label: str | None = None, **params: Any) -> pd.Series:
    schema = schema_of(frame, {label: Role.LABEL} if label else {})
    return library.get("split_data").model_validate(params).assign(frame, schema)


@pytest.mark.parametrize("fraction", [0.1, 0.7, 0.75, 0.9])
@pytest.mark.parametrize("stratified", [False, True])
def test_the_split_is_that_of_train_test_split(people: pd.DataFrame, fraction: float, stratified: bool) -> None:
    frame = people.sample(frac=1, random_state=1)
    for seed in (0, 7):
        marks = assigned(frame, "income", train_fraction=fraction, random_state=seed, stratify=stratified)
        train, test = train_test_split(
            frame, train_size=fraction, random_state=seed, stratify=frame["income"] if stratified else None
        )
        pd.testing.assert_index_equal(marks.index, frame.index)
        assert set(marks[marks == TRAIN].index) == set(train.index)
        assert set(marks[marks == TEST].index) == set(test.index)


def test_rows_in_order_and_by_a_column(people: pd.DataFrame) -> None:
    marks = assigned(people, shuffle=False, train_fraction=0.25)
    assert (marks.iloc[:1000] == TRAIN).all()
    assert (marks.iloc[1000:] == TEST).all()
    by = assigned(people, stratify="workclass", train_fraction=0.5)
    shares = people["workclass"].fillna("none").groupby(by).value_counts(normalize=True).unstack(0)
    assert (shares[TRAIN] - shares[TEST]).abs().max() < 0.001


def test_splits_that_cannot_be(cars: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="no label to stratify by"):
        assigned(cars, stratify=True)
    with pytest.raises(InputError, match="Only one row has make = mercury"):
        assigned(cars, "make", stratify=True)
    with pytest.raises(ColumnMissingError):
        assigned(cars, stratify="makes")
    with pytest.raises(InputError, match="one row to split"):
        assigned(cars.iloc[:1])
    for params in (
        {"train_fraction": 1.0},
        {"train_fraction": 0},
        {"stratify": True, "shuffle": False},
        {"random_state": -1},
    ):
        with pytest.raises(ValueError):
            library.get("split_data").model_validate(params)
    assert library.get("split_data").model_validate({"stratify": "make"}).named_columns() == [("stratify", "make")]
    assert library.get("split_data").model_validate({"stratify": True}).named_columns() == []
