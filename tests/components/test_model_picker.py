"""The menu of models."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

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


def test_an_address_too_long_for_the_menu_is_written_out_below_it() -> None:
    def draw(name: str) -> None:
        from components import model_picker
        from pipelines.tracking import RegisteredModel

        model_picker.show([RegisteredModel(name, 12)], wanted="", key="model")

    long = "readmissions-of-the-clinics-in-the-north"
    assert [c.value for c in AppTest.from_function(draw, args=("cars",)).run().caption] == []
    assert [c.value for c in AppTest.from_function(draw, args=(long,)).run().caption] == [
        f"{long}/12".replace("-", "\\-")
    ]
