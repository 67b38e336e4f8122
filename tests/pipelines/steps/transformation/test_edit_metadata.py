"""Edit metadata."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipelines.errors import InputError
from pipelines.schema import Role
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.trial import done, made

CASES = [
    Case({"columns": ["int-number", "text", "category", "Int64"], "categorical": "categorical"}),
    Case({"columns": ["x", "category"], "categorical": "non-categorical"}),
    Case({"columns": ["text"], "data_type": "category", "new_names": ["colour"]}),
    Case({"columns": ["int-number", "Int64"], "type": "float"}),
    Case({"columns": ["Int64", "nothing"], "type": "integer"}),
    Case({"columns": {"kind": "boolean"}, "type": "text", "role": "id"}),
    Case({"columns": ["text", "x"], "new_names": ["x", "text"]}),
    Case({"columns": ["boolean", "int-number"], "type": "text"}),
]

BARE = [Bare({"columns": ["age"], "data_type": "float"}, lambda t: t.astype({"age": "float64"}))]


def test_casts_follow_pandas(cars: pd.DataFrame) -> None:
    assert made("edit_metadata", cars, columns=["price"], type="float")["price"].dtype == np.float64
    whole = made("edit_metadata", cars, columns=["horsepower"], type="integer")["horsepower"]
    pd.testing.assert_series_equal(whole, cars["horsepower"].astype("Int64"))
    text = made("edit_metadata", cars, columns=["symboling"], type="text")["symboling"]
    pd.testing.assert_series_equal(text, cars["symboling"].astype("str"))
    category = made("edit_metadata", cars, columns=["make"], type="category")["make"]
    pd.testing.assert_series_equal(category, cars["make"].astype("category"))
    dates = pd.DataFrame({"d": pd.array(["03.02.2026", None], dtype="str")})
    found = made("edit_metadata", dates, columns=["d"], type="datetime", format="%d.%m.%Y")["d"]
    pd.testing.assert_series_equal(found, pd.to_datetime(dates["d"], format="%d.%m.%Y").astype("datetime64[us]"))


@pytest.mark.parametrize(
    ("values", "params", "words"),
    [
        (["1", "x"], {"type": "integer"}, "Row 2, column 'c': found 'x', expected a number"),
        ([1.0, 2.5], {"type": "integer"}, "Row 2, column 'c': found '2.5', expected a whole number"),
        ([1.0, np.inf], {"type": "integer"}, "Row 2, column 'c': found 'inf'"),
        (["yes", "maybe"], {"type": "boolean"}, "Row 2, column 'c': found 'maybe', expected true or false"),
        (["2026-01-31", "2026-02-30"], {"type": "datetime"}, "Row 2, column 'c'"),
        (["31.01.2026", "x"], {"type": "datetime", "format": "%d.%m.%Y"}, "Row 2, column 'c': found 'x'"),
        (["a", "b"], {"new_names": ["d"]}, "would be called 'd'"),
        (["a", "b"], {"columns": {"pattern": "."}, "new_names": ["e"]}, "There are 2 columns but 1 new names"),
        (["a", "b"], {"columns": ["c", "d"], "role": "label"}, "cannot all be the label"),
    ],
)
def test_a_value_that_cannot_be_cast_is_named(values: list[Any], params: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        made("edit_metadata", pd.DataFrame({"c": values, "d": 1}), **{"columns": ["c"], **params})


def test_a_renamed_column_keeps_its_role(cars: pd.DataFrame) -> None:
    table = done("edit_metadata", cars, "price", columns=["price", "make"], new_names=["cost", "brand"])
    assert table.roles == {"cost": Role.LABEL}
    assert "brand" in table.frame
    table = done("edit_metadata", cars, "price", columns=["bore"], role="label")
    assert table.roles == {"bore": Role.LABEL}
    assert done("edit_metadata", cars, "price", columns=["price"], role="feature").roles == {}


def test_categories_are_made_and_unmade_as_by_astype(cars: pd.DataFrame) -> None:
    names = ["make", "symboling", "horsepower", "bore"]
    found = made("edit_metadata", cars, columns=names, categorical="categorical")
    pd.testing.assert_frame_equal(found[names], cars[names].astype("category"))
    back = made("edit_metadata", found, columns=[*names, "price"], categorical="non-categorical")
    pd.testing.assert_frame_equal(back, cars)
    bins = made("edit_metadata", cars, columns=["symboling"], data_type="text", categorical="categorical")["symboling"]
    assert set(bins.cat.categories) == {str(n) for n in cars["symboling"]}


def test_feature_clears_a_role(cars: pd.DataFrame) -> None:
    assert done("edit_metadata", cars, "price", columns=["price"], role="feature").roles == {}
