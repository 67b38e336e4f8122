"""Select columns."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from pipelines.errors import ColumnMissingError, InputError
from pipelines.execution.apply import fit_link
from pipelines.schema import Role
from pipelines.steps import library
from pipelines.table import Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.many_rows import NUMBERS
from tests.pipelines.steps.trial import done, made

CASES = [
    Case({}),
    Case({"exclude": ["nothing", "label"]}),
    Case({"columns": ["x", "text"]}),
    Case({"kind": "numeric", "pattern": "^[xyI]"}),
]

BARE = [Bare({"columns": [*NUMBERS, "income"]}, lambda t: t[[*NUMBERS, "income"]])]


def test_the_short_form_of_the_published_example(cars: pd.DataFrame) -> None:
    step = library.get("select_columns").model_validate({"exclude": ["normalized-losses"]})
    assert step.model_dump(mode="json") == {"columns": {"kind": "all", "exclude": ["normalized-losses"]}}
    assert list(made("select_columns", cars, exclude=["normalized-losses"])) == [
        c for c in cars if c != "normalized-losses"
    ]


def test_the_label_stays_unless_it_is_excluded(cars: pd.DataFrame) -> None:
    assert list(made("select_columns", cars, "price", columns=["width", "bore"])) == ["width", "bore", "price"]
    kept = done("select_columns", cars, "price", columns={"kind": "text"})
    assert "price" in kept.frame
    assert kept.roles == {"price": Role.LABEL}
    assert "price" not in made("select_columns", cars, "price", exclude=["price"])


def test_a_choice_made_in_training_does_not_hang_on_later_types(cars: pd.DataFrame) -> None:
    step = library.get("select_columns").model_validate({"kind": "numeric"})
    link = fit_link(step, Table(cars))
    assert list(link.transform(cars.astype({"bore": str}))) == list(link.transform(cars))


@pytest.mark.parametrize(
    "params", [{"columns": ["a"], "exclude": ["b"]}, {"pattern": "("}, {"kind": "numbers"}, {"exlude": ["a"]}]
)
def test_a_rule_that_makes_no_sense_is_refused(params: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        library.get("select_columns").model_validate(params)


def test_no_column_left_and_unknown_columns(cars: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="No column is left"):
        made("select_columns", cars, kind="datetime")
    with pytest.raises(ColumnMissingError, match="normalized-losses"):
        made("select_columns", cars, exclude=["normalised-losses"])
