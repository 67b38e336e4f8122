from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from pipelines.datasets import ColumnProfile, profile


def only(values) -> ColumnProfile:
    [found] = profile(pd.DataFrame({"x": values}))
    return found


def test_numbers_have_their_moments_quantiles_and_a_histogram_of_all_rows():
    numbers = pd.Series(np.arange(1000) / 10)
    found = only(numbers)
    assert (found.type, found.rows, found.missing, found.distinct) == ("float", 1000, 0, 1000)
    assert (found.min, found.max, found.median) == (0.0, 99.9, numbers.median())
    assert found.mean == pytest.approx(numbers.mean())
    assert found.std == pytest.approx(numbers.std())
    assert dict(found.quantiles)[0.25] == pytest.approx(numbers.quantile(0.25))
    assert len(found.edges) == len(found.counts) + 1
    assert sum(found.counts) == 1000
    assert found.top == ()


def test_missing_values_are_counted_and_left_out():
    found = only([1.0, None, 3.0, None])
    assert (found.rows, found.missing, found.distinct, found.mean) == (4, 2, 2, 2.0)
    assert sum(found.counts) == 2


def test_a_small_range_of_whole_numbers_has_a_bin_each():
    found = only([3, 4, 4, 6])
    assert found.counts == (1, 2, 0, 1)
    assert found.edges == (2.5, 3.5, 4.5, 5.5, 6.5)
    assert found.top[0] == (4, 2)


def test_text_has_its_most_frequent_values_first():
    found = only(["b", "a", "b", None, "NA", ""])
    assert (found.type, found.missing, found.distinct) == ("text", 1, 4)
    assert found.top[0] == ("b", 2)
    assert {value for value, _ in found.top} == {"a", "b", "NA", ""}
    assert (found.min, found.mean, found.counts) == (None, None, ())


def test_unused_categories_are_not_counted_and_booleans_stay_so():
    assert only(pd.Categorical(["x", "x"], categories=["x", "y"])).distinct == 1
    assert only(pd.array([True, None, True], dtype="boolean")).top == ((True, 2),)


def test_moments_are_given_as_text_and_their_spread_in_seconds():
    found = only(pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03", None]))
    assert (found.min, found.max, found.median) == ("2024-01-01T00:00:00", "2024-01-03T00:00:00", "2024-01-02T00:00:00")
    assert found.std == pytest.approx(86_400)
    assert sum(found.counts) == 3
    assert found.edges[0] == "2024-01-01T00:00:00"


@pytest.mark.parametrize(
    "values",
    [
        [np.nan, np.nan],
        [np.inf, -np.inf, 1.0],
        [1e308, -1e308, 1e308],
        [5e-324, 0.0],
        [7, 7],
        [2**63 - 1, -(2**63)],
        [1e16, 1e16 + 2],
        pd.to_datetime([None, None]),
        pd.Series([None, None], dtype="str"),
        ["x" * 100_000],
        [1],
    ],
)
def test_extreme_columns_survive_the_way_through_json(values):
    found = only(values)
    text = json.dumps(found.to_dict(), allow_nan=False)
    assert ColumnProfile.from_dict(json.loads(text)) == found
    assert len(text) < 5000


def test_five_hundred_columns_are_profiled_in_their_order():
    frame = pd.DataFrame({f"c{i}": np.arange(200) * i for i in range(500)})
    assert [p.name for p in profile(frame)] == list(frame.columns)
