"""Replace Discrete Values against pandas, on real data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipelines.errors import InputError
from pipelines.execution.apply import fit_link
from pipelines.steps import library
from pipelines.table import Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.trial import made

CASES = [
    Case({"reference": "label"}),
    Case({"reference": "Int64", "columns": ["text", "int-number", "boolean"], "keep_columns": True}),
]


def by_hand(frame: pd.DataFrame) -> pd.DataFrame:
    scores = frame.groupby("education")["age"].agg([np.mean, lambda v: v.std(ddof=0)]).set_axis(["mean", "std"], axis=1)
    return frame.assign(**{f"education_{m}": frame["education"].map(scores[m]) for m in scores})


BARE = [Bare({"columns": ["education"], "reference": "age", "keep_columns": True}, lambda t: (by_hand(t),))]


def test_probabilities_are_those_of_crosstab(people: pd.DataFrame) -> None:
    found = made("replace_discrete_values", people, reference="income", columns=["education", "sex"], keep_columns=True)
    for name in ("education", "sex"):
        expected = pd.crosstab(people[name], people["income"], normalize="index")
        for value in expected.columns:
            np.testing.assert_allclose(found[f"{name}_income={value}"], people[name].map(expected[value]), rtol=1e-12)
    assert list(found)[: len(people.columns)] == list(people)


def test_means_and_deviations_are_those_of_groupby(cars: pd.DataFrame) -> None:
    found = made("replace_discrete_values", cars, reference="normalized-losses", columns=["make", "num-of-doors"])
    known = cars[cars["num-of-doors"].notna()]
    for name, measure in (("mean", "mean"), ("std", lambda s: s.std(ddof=0))):
        expected = cars.groupby("num-of-doors")["normalized-losses"].agg(measure)
        np.testing.assert_allclose(
            found.loc[known.index, f"num-of-doors_{name}"], known["num-of-doors"].map(expected), rtol=1e-12
        )
    unknown = cars.groupby("make")["normalized-losses"].count() == 0
    assert unknown.any()
    overall = found.loc[cars["make"].map(unknown), "make_mean"]
    np.testing.assert_allclose(overall, cars["normalized-losses"].mean(), rtol=1e-12)
    assert "make" not in found


def test_a_new_category_gets_what_all_rows_have(cars: pd.DataFrame) -> None:
    step = library.get("replace_discrete_values").model_validate({"reference": "price", "columns": ["make"]})
    link = fit_link(step, Table(cars))
    found = link.transform(pd.DataFrame({"make": pd.array(["tesla", None, "bmw"], dtype="str")}))
    expected = [cars["price"].mean()] * 2 + [cars.loc[cars["make"] == "bmw", "price"].mean()]
    np.testing.assert_allclose(found["make_mean"], expected)


def test_a_column_is_not_scored_by_itself(cars: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="'make' cannot be scored by itself"):
        made("replace_discrete_values", cars, reference="make", columns=["make"])
