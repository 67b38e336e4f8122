"""Group Rare Categories against scikit-learn's infrequent categories, on real data."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from sklearn.preprocessing import OneHotEncoder

from pipelines.execution.apply import fit_link
from pipelines.steps import library
from pipelines.table import Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.trial import made

CASES = [
    Case({"min_frequency": 0.2}),
    Case({"min_frequency": 9, "columns": ["text", "int-number", "category"], "other": "seldom"}),
    Case({"min_frequency": 0, "max_categories": 3}),
]

BARE = [
    Bare(
        {"columns": ["education"], "min_frequency": 0.05},
        lambda t: t.assign(
            education=t["education"].where(
                t["education"].map(t["education"].value_counts(normalize=True)) >= 0.05, "other"
            )
        ),
    )
]


@pytest.mark.parametrize("rule", [{"min_frequency": 0.02}, {"min_frequency": 25}, {"max_categories": 4}])
def test_what_is_rare_is_what_scikit_learn_calls_infrequent(people: pd.DataFrame, rule: dict[str, Any]) -> None:
    names = ["education", "marital-status", "relationship", "race"]
    reference = OneHotEncoder(**rule).fit(people[names].astype(object))
    found = made("group_rare_categories", people, columns=names, **{"min_frequency": 0, **rule})
    for name, rare in zip(names, reference.infrequent_categories_, strict=True):
        expected = people[name].mask(people[name].isin([] if rare is None else rare), "other")
        pd.testing.assert_series_equal(found[name], expected)


def test_new_categories_are_rare_and_missing_ones_stay(people: pd.DataFrame) -> None:
    step = library.get("group_rare_categories").model_validate({"columns": ["workclass"], "other": "misc"})
    link = fit_link(step, Table(people))
    row = pd.DataFrame({"workclass": pd.array(["Astronaut", "Private", None], dtype="str")})
    assert link.transform(row)["workclass"].tolist()[:2] == ["misc", "Private"]
    assert link.transform(row)["workclass"].isna().tolist() == [False, False, True]
    assert "Never-worked" not in set(link.transform(people)["workclass"])
