"""Group and Aggregate against pandas, on real data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipelines.errors import ColumnMissingError, InputError
from pipelines.schema import Role
from pipelines.steps import library
from pipelines.table import TRAIN, Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.trial import combined

CASES = [
    Case({}),
    Case({"by": ["text", "category"], "columns": ["x", "Int64", "bool"], "functions": ["mean", "sum", "max", "std"]}),
    Case({"by": ["zoned"], "others": {"text": ["nunique", "first", "min"], "time": ["max"], "category": ["last"]}}),
]

BARE = [
    Bare(
        {"by": ["education", "sex"], "columns": ["age", "hours-per-week"], "functions": ["mean", "max"]},
        lambda t: (
            t.groupby(["education", "sex"], dropna=False)
            .agg(
                rows=("age", "size"),
                age_mean=("age", "mean"),
                age_max=("age", "max"),
                **{f"hours-per-week_{f}": ("hours-per-week", f) for f in ("mean", "max")},
            )
            .reset_index()
        ),
    )
]

FUNCTIONS = ["mean", "sum", "min", "max", "median", "std", "var", "count", "nunique", "first", "last"]


def test_groups_are_those_of_pandas(cars: pd.DataFrame) -> None:
    by, columns = ["make", "num-of-doors"], ["price", "horsepower"]
    found = combined("group_and_aggregate", cars, by=by, columns=columns, functions=FUNCTIONS).frame
    groups = cars.groupby(by, dropna=False)
    expected = groups[columns].agg(FUNCTIONS)
    expected.columns = [f"{c}_{f}" for c, f in expected.columns]
    expected.insert(0, "rows", groups.size())
    pd.testing.assert_frame_equal(found, expected.reset_index(), check_dtype=False)


def test_all_rows_and_functions_of_their_own(people: pd.DataFrame) -> None:
    given = Table(people, {"income": Role.LABEL, "sex": Role.ID})
    found = combined("group_and_aggregate", given, columns=["age"], functions=["mean"]).frame
    assert found.to_dict("list") == {"rows": [4000], "age_mean": [people["age"].mean()]}
    others: dict[str, Any] = {"race": ["nunique", "first"], "income": ["min"]}
    table = combined("group_and_aggregate", given, by=["sex"], columns=[], others=others, size=False)
    expected = people.groupby("sex").agg(a=("race", "nunique"), b=("race", "first"), c=("income", "min")).reset_index()
    expected.columns = ["sex", "race_nunique", "race_first", "income_min"]
    pd.testing.assert_frame_equal(table.frame, expected, check_dtype=False)
    assert table.roles == {"sex": Role.ID}


def test_what_cannot_be_aggregated(cars: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="no mean of column 'make', which holds text"):
        combined("group_and_aggregate", cars, columns=["make"])
    with pytest.raises(ColumnMissingError, match="Did you mean 'make'"):
        combined("group_and_aggregate", cars, others={"makee": ["first"]})
    with pytest.raises(InputError, match="Group and Aggregate looks at several rows"):
        combined("group_and_aggregate", Table(cars, {}, pd.Series(TRAIN, cars.index)))
    with pytest.raises(ValueError, match="name a function"):
        library.get("group_and_aggregate").model_validate({"functions": [], "size": False})
    assert np.isfinite(combined("group_and_aggregate", cars, columns=["price"]).frame["price_mean"]).all()
