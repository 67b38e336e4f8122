"""Filter rows."""

from __future__ import annotations

import pandas as pd
import pytest

from pipelines.errors import InputError
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.trial import changed

CASES = [Case({"expression": "\"float number\" > 9 and text <> 'red'"})]

BARE = [
    Bare({"expression": "age > 30 and sex = 'Male'"}, lambda t: t[(t["age"] > 30) & (t["sex"] == "Male")]),
]


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
        ("workclas = 'Private'", "There is no column 'workclas'.*Did you mean \"workclass\""),
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
