"""The menu of models."""

from __future__ import annotations

from components.model_picker import choices
from pipelines.tracking import RegisteredModel

CARS = RegisteredModel("cars", 2, {"champion": 1})
INCOME = RegisteredModel("income", 3, {"champion": 2})
PLAIN = RegisteredModel("plain", 1)


def test_aliases_come_before_versions() -> None:
    assert choices([CARS, PLAIN]) == ["models:/cars@champion", "models:/cars/2", "models:/plain/1"]


def test_an_endpoints_own_model_comes_first() -> None:
    assert choices([CARS, INCOME], first="income")[:2] == ["models:/income@champion", "models:/income/3"]
    assert choices([CARS, PLAIN], first="plain")[0] == "models:/plain/1"


def test_what_is_wanted_is_offered_even_where_it_is_none_of_them() -> None:
    assert choices([CARS], wanted="models:/cars/1")[0] == "models:/cars/1"
