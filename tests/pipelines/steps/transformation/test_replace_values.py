"""Replace Values against pandas, on real data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipelines.errors import InputError
from pipelines.steps import library
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.trial import SAMPLES, made

CASES = [
    Case({"find": ["red", "3"]}),
    Case({"find": ["E"], "match": "part", "match_case": False, "replace_with": "3"}),
    Case({"find": ["(r|g)e+"], "match": "regex", "replace_with": r"<\1>", "columns": ["text", "category"]}),
    Case({"find": [3, 4], "replace_with": "-1.5", "columns": {"kind": "numeric"}}),
]

BARE = [
    Bare(
        {"find": ["Private", "Local-gov"], "replace_with": "one", "columns": ["workclass"]},
        lambda t: t.assign(workclass=t["workclass"].replace(["Private", "Local-gov"], "one")),
    ),
    Bare({"find": ["99999"], "columns": ["capital-gain"]}, lambda t: t.replace({"capital-gain": {99999: np.nan}})),
]


def test_marks_become_missing_as_by_the_reader(cars: pd.DataFrame) -> None:
    raw = pd.read_csv(SAMPLES / "automobile_price.csv", dtype="str", keep_default_na=False)
    found = made("replace_values", raw, find=["?"])
    expected = pd.read_csv(SAMPLES / "automobile_price.csv", dtype="str", keep_default_na=False, na_values="?")
    pd.testing.assert_frame_equal(found, expected)
    assert found.isna().sum().sum() == cars.isna().sum().sum() > 0


def test_numbers_are_replaced_whole(cars: pd.DataFrame) -> None:
    found = made("replace_values", cars, find=["-1", -2], columns=["symboling", "bore"])
    pd.testing.assert_series_equal(found["symboling"], cars["symboling"].replace([-1, -2], np.nan))
    zero = made("replace_values", cars, find=["-1", "-2"], replace_with=0, columns=["symboling"])["symboling"]
    pd.testing.assert_series_equal(zero, cars["symboling"].clip(lower=0))


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"find": ["SEDAN"]}, None),
        ({"find": ["SEDAN"], "match_case": False, "replace_with": "saloon"}, {"regex": "^sedan$", "value": "saloon"}),
        ({"find": ["a"], "match": "part", "replace_with": "A"}, {"regex": "a", "value": "A"}),
        ({"find": ["."], "match": "part", "replace_with": "!"}, None),
        ({"find": ["^(.)(.)"], "match": "regex", "replace_with": r"\2\1"}, {"regex": "^(.)(.)", "value": r"\2\1"}),
    ],
)
def test_text_is_replaced_as_by_pandas(
    cars: pd.DataFrame, params: dict[str, Any], expected: dict[str, str] | None
) -> None:
    found = made("replace_values", cars, columns=["body-style", "make"], **params)[["body-style", "make"]]
    before = cars[["body-style", "make"]].astype(object)
    after = before.replace(regex={expected["regex"]: expected["value"]}) if expected else before
    assert found.astype(object).equals(after)


def test_part_of_a_text_without_a_replacement_makes_the_cell_missing(cars: pd.DataFrame) -> None:
    found = made("replace_values", cars, find=["door", "back"], match="part", columns=["body-style"])["body-style"]
    assert found.isna().equals(cars["body-style"].str.contains("back"))


def test_categories_stay_categories(cars: pd.DataFrame) -> None:
    given = cars.astype({"make": "category"})
    found = made("replace_values", given, find=["audi"], replace_with="Audi")["make"]
    assert found.dtype == "category"
    assert (found == "Audi").sum() == (cars["make"] == "audi").sum()
    assert made("replace_values", given, find=["nobody"])["make"].dtype == given["make"].dtype


def test_what_cannot_be_replaced(cars: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="'bore' holds numbers, so 'unknown' cannot stand in it"):
        made("replace_values", cars, find=["3"], replace_with="unknown", columns=["bore"])
    with pytest.raises(InputError, match="'bore' holds numbers, in which nothing can be replaced"):
        made("replace_values", cars, find=["3"], match="part", columns=["bore"])
    for params in (
        {"find": [""]},
        {"find": ["("], "match": "regex"},
        {"find": ["a"], "match": "regex", "replace_with": r"\1"},
        {"find": []},
    ):
        with pytest.raises(ValueError):
            library.get("replace_values").model_validate(params)
