"""Unpivot against pandas, on real data."""

from __future__ import annotations

import pandas as pd
import pytest

from pipelines.errors import InputError
from pipelines.schema import Role
from pipelines.table import TRAIN, Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.many_rows import NUMBERS
from tests.pipelines.steps.trial import combined

CASES = [
    Case({"value_vars": ["x", "y", "Int64"], "id_vars": ["key", "category", "zoned"]}),
    Case({"value_vars": ["text", "category", "object"], "drop_missing": True}),
]

BARE = [
    Bare(
        {"id_vars": ["education", "sex"], "value_vars": NUMBERS[:3]},
        lambda t: t.melt(id_vars=["education", "sex"], value_vars=NUMBERS[:3]),
    )
]


def test_a_long_table_is_that_of_pandas(cars: pd.DataFrame) -> None:
    given = Table(cars, {"make": Role.ID, "price": Role.LABEL})
    values = ["length", "width", "bore"]
    found = combined("unpivot", given, value_vars=values, id_vars=["make", "body-style"], var_name="side")
    expected = cars.melt(["make", "body-style"], values, var_name="side")
    pd.testing.assert_frame_equal(found.frame, expected, check_dtype=False)
    assert found.roles == {"make": Role.ID}
    found = combined("unpivot", given, value_vars=values, id_vars=["make"], drop_missing=True).frame
    assert len(found) == cars[values].notna().sum().sum()


def test_columns_that_do_not_go_together(cars: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="'price' holds whole numbers, 'make' holds text"):
        combined("unpivot", cars, value_vars=["price", "make"])
    with pytest.raises(InputError, match="would be called 'make'"):
        combined("unpivot", cars, value_vars=["price"], id_vars=["make"], var_name="make")
    with pytest.raises(InputError, match="no columns to put under each other"):
        combined("unpivot", cars, value_vars=[])
    with pytest.raises(InputError, match="Unpivot looks at several rows"):
        combined("unpivot", Table(cars, {}, pd.Series(TRAIN, cars.index)), value_vars=["price"])
