"""Group Categories against pandas, on real data."""

from __future__ import annotations

import pandas as pd
import pytest

from pipelines.steps import library
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.trial import made

CASES = [
    Case({"groups": {"warm": ["red"], "cold": ["blue", "green"]}}),
    Case({"groups": {"few": [0, 1, 2], "yes": [True]}, "default": "many", "columns": ["Int64", "bool"]}),
]

BARE = [
    Bare(
        {
            "columns": ["education"],
            "groups": {"high": ["Masters", "Doctorate"], "school": ["HS-grad"]},
            "default": "other",
        },
        lambda t: t.assign(
            education=t["education"]
            .map({"Masters": "high", "Doctorate": "high", "HS-grad": "school"})
            .fillna("other")
            .where(t["education"].notna())
        ),
    )
]

DOORS = {"family": ["four"], "sporty": ["two"]}


def test_groups_are_those_of_replace_and_map(cars: pd.DataFrame) -> None:
    styles = {"long": ["sedan", "wagon"], "open": ["convertible"]}
    lookup = {c: g for g, members in styles.items() for c in members}
    kept = made("group_categories", cars, groups=styles, columns=["body-style"])["body-style"]
    pd.testing.assert_series_equal(kept, cars["body-style"].replace(lookup))
    others = made("group_categories", cars, groups=styles, default="other", columns=["body-style"])["body-style"]
    pd.testing.assert_series_equal(others, cars["body-style"].map(lookup).fillna("other"))
    assert set(others) == {"long", "open", "other"}


def test_a_missing_value_stays_missing(cars: pd.DataFrame) -> None:
    found = made("group_categories", cars, groups=DOORS, default="?", columns=["num-of-doors"])["num-of-doors"]
    assert found.isna().equals(cars["num-of-doors"].isna())
    counts = cars["num-of-doors"].value_counts()
    assert found.value_counts().to_dict() == {"family": counts["four"], "sporty": counts["two"]}


def test_numbers_and_truth_values_are_known_by_their_text() -> None:
    frame = pd.DataFrame({"n": [1.0, 2.0, None], "b": [True, False, True]})
    found = made("group_categories", frame, groups={"one": [1], "yes": True}, columns=["n", "b"])
    assert found["n"].tolist()[:2] == ["one", "2"]
    assert found["b"].tolist() == ["yes", "False", "yes"]


def test_a_category_in_two_groups_is_refused() -> None:
    with pytest.raises(ValueError, match="'a' stands in two groups"):
        library.get("group_categories").model_validate({"groups": {"x": ["a"], "y": ["a", "b"]}})
    with pytest.raises(ValueError):
        library.get("group_categories").model_validate({"groups": {}})
