"""Rename Columns against pandas, on real data."""

from __future__ import annotations

import pandas as pd
import pytest

from pipelines.errors import ColumnMissingError, InputError
from pipelines.schema import Role
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.trial import done, made

CASES = [
    Case({"names": {"x": "first", "label": "double"}, "prefix": "a ", "columns": ["y", "text"]}),
    Case({"style": "snake_case", "suffix": "_2"}),
]

BARE = [Bare({"names": {"age": "years"}}, lambda t: t.rename(columns={"age": "years"}))]


def test_names_are_given_as_by_pandas(cars: pd.DataFrame) -> None:
    found = made("rename_columns", cars, names={"price": "cost", "make": "price"})
    pd.testing.assert_frame_equal(found, cars.rename(columns={"price": "cost", "make": "price"}))
    found = made("rename_columns", cars, style="snake_case", names={"bore": "Bore mm"})
    expected = [c.replace("-", "_") if c != "bore" else "Bore mm" for c in cars]
    assert list(found) == expected
    found = made("rename_columns", cars, style="upper", prefix="car ", columns={"kind": "text"})
    assert [c for c in found if c.startswith("car ")] == [f"car {c.upper()}" for c in cars.select_dtypes("str")]


def test_words_that_grew_together_come_apart() -> None:
    frame = pd.DataFrame({"Order No.": [1], "ShipDate": [2], "売上 高": [3], "  x  ": [4]})
    assert list(made("rename_columns", frame, style="snake_case")) == ["order_no", "ship_date", "売上_高", "x"]


def test_roles_stay_with_their_columns(cars: pd.DataFrame) -> None:
    assert done("rename_columns", cars, "price", names={"price": "cost"}).roles == {"cost": Role.LABEL}
    assert done("rename_columns", cars, "price", prefix="car ").roles == {"price": Role.LABEL}


def test_names_that_cannot_be_are_told(cars: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="Two columns would be called 'price'"):
        made("rename_columns", cars, names={"make": "price"})
    with pytest.raises(ColumnMissingError, match=r"no column 'prize'.*'price'"):
        made("rename_columns", cars, names={"prize": "cost"})
    with pytest.raises(InputError, match="of column '%' would be empty"):
        made("rename_columns", pd.DataFrame({"%": [1]}), style="snake_case")
