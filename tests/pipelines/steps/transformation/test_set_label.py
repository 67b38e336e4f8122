"""Set label."""

from __future__ import annotations

import pandas as pd
import pytest

from pipelines.chain.chain import needed_links
from pipelines.errors import ColumnMissingError, InputError
from pipelines.execution.apply import fit_link
from pipelines.schema import Role
from pipelines.steps import library
from pipelines.table import Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.trial import done, made

CASES = [Case({"column": "bool"}), Case({"column": "y", "ids": ["text"], "weight": "x"})]

BARE = [Bare({"column": "sex"}, lambda t: (t.drop(columns="sex"), t["sex"]))]


def test_set_label_gives_roles_and_is_no_part_of_a_served_model(cars: pd.DataFrame) -> None:
    table = done("set_label", cars, "make", column="price", ids=["symboling"], weight="width")
    assert table.roles == {"price": Role.LABEL, "symboling": Role.ID, "width": Role.WEIGHT}
    assert done("set_label", cars, "make", column="price").roles == {"price": Role.LABEL}
    steps = (("select_columns", {"exclude": ["bore"]}), ("set_label", {"column": "price"}))
    links = [(name, fit_link(library.get(name).model_validate(params), Table(cars))) for name, params in steps]
    kept, needed, seen = needed_links(links, ["width"])
    assert kept == []
    assert needed == seen == {"width"}


def test_a_column_has_one_role_and_weights_are_numbers(cars: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="more than one role"):
        library.get("set_label").model_validate({"column": "price", "ids": ["price"]})
    with pytest.raises(InputError, match="not numbers"):
        made("set_label", cars, column="price", weight="make")
    with pytest.raises(ColumnMissingError, match="Did you mean 'price'"):
        made("set_label", cars, column="prize")
