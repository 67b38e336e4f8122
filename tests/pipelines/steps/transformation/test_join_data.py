"""Join data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipelines.errors import ColumnMissingError, InputError
from pipelines.schema import Role
from pipelines.steps import library
from pipelines.table import TEST, TRAIN, Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.trial import combined

CASES = [
    *(Case({"on": ["key"], "how": h}) for h in ("inner", "left", "right", "outer", "semi", "anti")),
    Case({"on": ["text"], "match_case": False, "how": "left"}),
    Case({"how": "cross"}),
    Case({"left_on": ["text", "category"], "right_on": ["arrow", "category"], "suffix": "_2"}),
    Case({"left_on": ["text"], "right_on": ["arrow"], "how": "outer", "keep_right_keys": False}),
]

KEYS = ["origin", "month", "day", "hour"]

BARE = [Bare({"on": KEYS, "how": "left"}, lambda t, o: t.merge(o, on=KEYS, how="left"), ("flights", "weather"))]


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


@pytest.mark.parametrize("how", ["inner", "left", "right", "outer"])
def test_right_keys_can_leave(cars: pd.DataFrame, prices: pd.DataFrame, how: Any) -> None:
    other = prices.rename(columns={"make": "brand"})
    keys: dict[str, Any] = {"left_on": ["make"], "right_on": ["brand"], "how": how}
    found = combined("join_data", cars, other, **keys, keep_right_keys=False).frame
    pd.testing.assert_frame_equal(found, combined("join_data", cars, prices, on=["make"], how=how).frame)
    assert "brand" in combined("join_data", cars, other, **keys).frame


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


def test_every_row_beside_every_other(cars: pd.DataFrame, prices: pd.DataFrame) -> None:
    found = combined("join_data", cars.head(30), prices, how="cross").frame
    expected = cars.head(30).merge(prices, how="cross", suffixes=("", "_right"))
    pd.testing.assert_frame_equal(found.reset_index(drop=True), expected)
    with pytest.raises(ValueError, match="no key columns"):
        library.get("join_data").model_validate({"how": "cross", "on": ["make"]})


def test_capitals_need_not_match(cars: pd.DataFrame, prices: pd.DataFrame) -> None:
    shouted = prices.assign(make=prices["make"].str.upper())
    assert combined("join_data", cars, shouted, on=["make"]).frame.empty
    found = combined("join_data", cars, shouted, on=["make"], match_case=False).frame
    pd.testing.assert_frame_equal(found, combined("join_data", cars, prices, on=["make"]).frame)
    by_price = combined(
        "join_data", cars, cars[["price", "bore"]].drop_duplicates("price"), on=["price"], match_case=False
    )
    assert len(by_price.frame) == len(cars)
