"""Add Columns against pandas, on real data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipelines.errors import InputError
from pipelines.schema import Role
from pipelines.table import TEST, TRAIN, Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.trial import combined

CASES = [Case({}), Case({"suffix": " (1)"})]

BARE = [Bare({}, lambda t, o: pd.concat([t, o], axis=1), ("adult", "flights"))]


def test_columns_are_put_side_by_side_as_by_concat(cars: pd.DataFrame, people: pd.DataFrame) -> None:
    other = people.head(len(cars)).sample(frac=1, random_state=0)
    found = combined("add_columns", cars, other).frame
    expected = pd.concat([cars.reset_index(drop=True), other.reset_index(drop=True)], axis=1)
    pd.testing.assert_frame_equal(found, expected)


def test_names_that_are_taken_get_the_suffix_and_roles_are_kept(cars: pd.DataFrame) -> None:
    left, right = (
        Table(cars, {"price": Role.LABEL}),
        Table(cars[["make", "price"]], {"price": Role.LABEL, "make": Role.ID}),
    )
    found = combined("add_columns", left, right)
    assert list(found.frame)[-2:] == ["make_right", "price_right"]
    assert found.frame["make_right"].equals(cars["make"].rename("make_right"))
    assert found.roles == {"price": Role.LABEL, "make_right": Role.ID}


def test_a_split_is_kept(cars: pd.DataFrame) -> None:
    marks = pd.Series(np.where(np.arange(len(cars)) % 4 == 0, TEST, TRAIN), index=cars.index)
    found = combined("add_columns", Table(cars, {}, marks), cars)
    pd.testing.assert_series_equal(found.partition, marks)
    with pytest.raises(InputError, match="split in different ways"):
        combined("add_columns", cars, Table(cars, {}, marks))


def test_tables_that_do_not_fit_are_told(cars: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="The left table has 201 rows and the right 200"):
        combined("add_columns", cars, cars.iloc[1:])
    with pytest.raises(InputError, match="Two columns would be called 'a_right'"):
        combined("add_columns", pd.DataFrame({"a": [1], "a_right": [2]}), pd.DataFrame({"a": [3]}))
