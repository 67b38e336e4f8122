"""Text to Columns against pandas, on real data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipelines.execution.apply import fit_link
from pipelines.steps import library
from pipelines.steps.base import Behaviour
from pipelines.table import Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.trial import made

CASES = [
    Case({"column": "text", "delimiter": "e"}),
    Case({"column": "zoned", "how": "regex", "pattern": "[- :]", "max_columns": 4, "keep_column": True}),
    Case({"column": "object", "how": "extract", "pattern": "(?P<first>[a-z])([a-z]*)", "names": ["x", "rest"]}),
]

BARE = [
    Bare(
        {"column": "route", "names": ["start", "end"]},
        lambda t: t.drop(columns="route").join(
            t["route"].str.split(",", n=1, expand=True).set_axis(["start", "end"], axis=1)
        ),
        ("flights",),
    )
]


def test_the_pieces_are_those_of_pandas(people: pd.DataFrame) -> None:
    names = [f"education_{i}" for i in (1, 2)]
    found = made("text_to_columns", people, column="education", delimiter="-", keep_column=True)
    expected = people["education"].str.split("-", expand=True)
    expected.columns = names
    assert list(found) == [*people, *names]
    pd.testing.assert_frame_equal(found[names], expected)
    found = made("text_to_columns", people, column="native-country", how="regex", pattern="[-&]", max_columns=2)
    expected = people["native-country"].str.split("[-&]", n=1, expand=True, regex=True)
    assert "native-country" not in found
    for i in (0, 1):
        pd.testing.assert_series_equal(found[f"native-country_{i + 1}"], expected[i], check_names=False)
    assert (found["native-country_2"] == "United-States").sum() == 0
    assert people["native-country"].str.count("[-&]").max() > 1


@pytest.mark.parametrize("names", [[], ["first", "second"]])
def test_groups_are_extracted_as_by_pandas(cars: pd.DataFrame, names: list[str]) -> None:
    pattern = r"^(\w)\w*-(?P<rest>\w+)"
    found = made("text_to_columns", cars, column="make", how="extract", pattern=pattern, names=names)
    expected = cars["make"].str.extract(pattern)
    for name, other in zip(names or ["make_1", "rest"], expected, strict=True):
        pd.testing.assert_series_equal(found[name], expected[other], check_names=False)
    assert found[(names or ["make_1"])[0]].dropna().unique().tolist() == ["a", "m"]


def test_the_number_of_columns_is_that_of_training() -> None:
    step = library.get("text_to_columns").model_validate({"column": "a", "delimiter": "|"})
    link = fit_link(step, Table(pd.DataFrame({"a": ["1|2", "3", None]})))
    found = link.transform(pd.DataFrame({"a": ["x| y |z", "x", None, ""]}))
    assert found["a_1"].tolist()[:2] == ["x", "x"]
    assert found["a_2"].tolist()[0] == "y |z"
    assert found["a_2"].isna().tolist() == [False, True, True, True]
    assert found["a_1"].isna().tolist() == [False, False, True, False]


def test_with_names_there_is_nothing_to_learn() -> None:
    step = library.get("text_to_columns")
    assert step.model_validate({"column": "a"}).acts_as is Behaviour.FITTED
    assert step.model_validate({"column": "a", "names": ["b", "c"]}).acts_as is Behaviour.ROW_WISE
    found = made("text_to_columns", pd.DataFrame({"a": [None, None]}), column="a", names=["b", "c"])
    assert list(found) == ["b", "c"]


def test_numbers_are_read_as_they_are_written() -> None:
    found = made("text_to_columns", pd.DataFrame({"n": [1.5, 20.25, np.nan]}), column="n", delimiter=".")
    assert found["n_2"].tolist()[:2] == ["5", "25"]


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"how": "regex", "pattern": "("}, "no regular expression"),
        ({"how": "regex", "pattern": "(a)"}, "has groups"),
        ({"how": "extract", "pattern": "a"}, "has no group"),
        ({"how": "extract", "pattern": "(a)(b)", "names": ["x"]}, "2 groups but there are 1 names"),
    ],
)
def test_patterns_that_cannot_be_are_refused(params: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        library.get("text_to_columns").model_validate({"column": "a", **params})
