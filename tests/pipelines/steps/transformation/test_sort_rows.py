"""Sort Rows against pandas, on real data."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.trial import changed

CASES = [
    Case({"by": ["text", "x"], "descending": ["text"]}),
    Case({"by": ["category", "object", "zoned", "Int64"], "na_position": "first"}),
]

BARE = [
    Bare(
        {"by": ["education", "age"], "descending": ["age"]},
        lambda t: t.sort_values(["education", "age"], ascending=[True, False], kind="stable"),
    )
]


@pytest.mark.parametrize(
    ("params", "ascending"),
    [
        ({"by": ["make", "price"]}, [True, True]),
        ({"by": ["make", "normalized-losses"], "descending": ["normalized-losses"]}, [True, False]),
        ({"by": ["num-of-doors", "make"], "descending": ["make"], "na_position": "first"}, [True, False]),
    ],
)
def test_the_order_is_that_of_pandas(cars: pd.DataFrame, params: dict[str, Any], ascending: list[bool]) -> None:
    expected = cars.sort_values(params["by"], ascending=ascending, na_position=params.get("na_position", "last"))
    found = changed("sort_rows", cars, **params)
    pd.testing.assert_frame_equal(found, expected)
    assert not found.index.equals(cars.index)


def test_rows_that_are_alike_keep_their_order(cars: pd.DataFrame) -> None:
    found = changed("sort_rows", cars, by=["make"], descending=["make"])
    for _, rows in found.groupby("make"):
        assert rows.index.is_monotonic_increasing


def test_categories_are_sorted_by_their_text() -> None:
    frame = pd.DataFrame({"size": pd.Categorical(["s", "m", None, "l"], categories=["s", "m", "l"])})
    assert changed("sort_rows", frame, by=["size"])["size"].tolist()[:3] == ["l", "m", "s"]
