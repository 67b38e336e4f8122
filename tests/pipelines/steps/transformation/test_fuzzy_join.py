"""Fuzzy Join against skrub, on makes of cars with typing mistakes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import skrub

from pipelines.errors import InputError
from pipelines.schema import Role
from pipelines.table import TEST, TRAIN, Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.trial import combined

CASES = [
    Case({"left_on": "text", "right_on": "arrow"}),
    Case({"left_on": "category", "right_on": "text", "how": "inner", "max_dist": 0.5, "add_distance": False}),
]

BARE = [
    Bare(
        {"left_on": "occupation", "right_on": "job"},
        lambda t, o: (
            skrub.fuzzy_join(
                t, o, left_on="occupation", right_on="job", max_dist=1.0, ref_dist="no_rescaling", add_match_info=True
            ),
        ),
        ("adult", "jobs"),
        before=(("clean_missing_data", {"strategy": "drop_rows"}),),
        rows=20_000,
    )
]


@pytest.fixture
def makes(cars: pd.DataFrame) -> pd.DataFrame:
    """The makes with the letters of each shifted by a mistake, as somebody typed them."""
    names = pd.Series(sorted(cars["make"].unique()))
    wrong = names.str[:2] + names.str[3:].str.upper()
    return pd.DataFrame({"maker": wrong, "number": np.arange(len(names)), "price": 1})


def test_matches_are_those_of_skrub(cars: pd.DataFrame, makes: pd.DataFrame) -> None:
    for limit in (0.7, 1.0, 1.2):
        found = combined("fuzzy_join", cars, makes, left_on="make", right_on="maker", max_dist=limit).frame
        expected = skrub.fuzzy_join(
            cars[["make"]],
            makes,
            left_on="make",
            right_on="maker",
            max_dist=limit,
            ref_dist="no_rescaling",
            add_match_info=True,
        )
        np.testing.assert_array_equal(found["number"], expected["number"])
        near = expected["skrub_Joiner_match_accepted"].to_numpy()
        np.testing.assert_allclose(found["match_distance"][near], expected["skrub_Joiner_distance"][near])
        assert found["match_distance"][~near].isna().all()
    numbers = dict(zip(sorted(cars["make"].unique()), makes["number"], strict=True))
    assert (found["number"] == found["make"].map(numbers)).mean() > 0.95
    assert {"price", "price_right"} <= set(found)


def test_only_matches_and_the_partition_of_the_left_row(cars: pd.DataFrame, makes: pd.DataFrame) -> None:
    marks = pd.Series(np.where(np.arange(len(cars)) % 2, TEST, TRAIN), cars.index)
    left = Table(cars.assign(make=cars["make"].mask(cars["make"] == "bmw")), {"price": Role.LABEL}, marks)
    found = combined("fuzzy_join", left, makes, left_on="make", right_on="maker", how="inner")
    assert found.frame["make"].notna().all()
    assert found.partition.equals(marks[found.frame.index])
    assert found.roles == {"price": Role.LABEL}


def test_numbers_are_for_join_data(cars: pd.DataFrame, makes: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="'price' holds whole numbers") as error:
        combined("fuzzy_join", cars, makes, left_on="price", right_on="maker")
    assert "Join Data" in error.value.fix
