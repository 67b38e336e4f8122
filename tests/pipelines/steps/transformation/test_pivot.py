"""Pivot against pandas, on real data."""

from __future__ import annotations

import pandas as pd
import pytest

from pipelines.errors import InputError
from pipelines.schema import Role
from pipelines.table import TRAIN, Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.trial import combined

CASES = [
    Case({"index": ["text"], "columns": "category", "values": "x"}),
    Case({"index": ["key"], "columns": "Int64"}),
    Case({"index": [], "columns": "bool", "values": "text", "aggfunc": "first"}),
]

BARE = [
    Bare(
        {"index": ["education"], "columns": "sex", "values": "age", "aggfunc": "mean"},
        lambda t: (
            t.pivot_table(index="education", columns="sex", values="age", aggfunc="mean")
            .reset_index()
            .rename_axis(columns=None)
        ),
    )
]


@pytest.mark.parametrize("function", ["mean", "sum", "max", "count", "median"])
def test_a_table_is_that_of_pandas(cars: pd.DataFrame, function: str) -> None:
    params = {"columns": "body-style", "values": "price", "aggfunc": function}
    found = combined("pivot", cars, index=["make", "fuel-type"], **params).frame
    expected = cars.pivot_table(index=["make", "fuel-type"], **params).reset_index()
    expected.columns.name = None
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)


def test_counts_and_what_fills_gaps(people: pd.DataFrame) -> None:
    found = combined("pivot", people, index=["education"], columns="race").frame
    expected = pd.crosstab(people["education"], people["race"]).reset_index()
    expected.columns.name = None
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)
    given = Table(people, {"education": Role.ID})
    filled = combined("pivot", given, index=["education"], columns="race", values="age", fill_value=-1)
    wanted = people.pivot_table(index="education", columns="race", values="age", fill_value=-1).reset_index()
    wanted.columns.name = None
    pd.testing.assert_frame_equal(filled.frame, wanted, check_dtype=False)
    assert filled.roles == {"education": Role.ID}


def test_what_cannot_be_spread(people: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="'fnlwgt' has 3,"):
        combined("pivot", people, index=["race"], columns="fnlwgt")
    with pytest.raises(InputError, match="no mean of column 'race'"):
        combined("pivot", people, index=["sex"], columns="education", values="race")
    with pytest.raises(InputError, match="Pivot looks at several rows"):
        combined("pivot", Table(people, {}, pd.Series(TRAIN, people.index)), index=["sex"], columns="race")
