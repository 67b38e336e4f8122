"""Create Columns against pandas, on real data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipelines.errors import InputError
from pipelines.execution.apply import fit_link
from pipelines.steps import library
from pipelines.steps.transformation.create_columns import formulas
from pipelines.table import Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.trial import made

CASES = [
    Case(
        {
            "columns": """
ratio = x / "int-number"
"the sum" = "Int64" + "int-number"
said = upper(text) || '-' || coalesce(category, 'none')
late = time > timestamp '2026-03-01' and not boolean
day = date_trunc('day', time)
always = 1.5
"""
        }
    ),
    Case({"columns": "x = case when x > 0.5\n  then 'high' end\nlabel = lower(label)"}),
]

MADE = """\
gain_per_hour = "capital-gain" / "hours-per-week"
old = case when age > 60 then 'yes' else 'no' end
"""

BARE = [
    Bare(
        {"columns": MADE},
        lambda t: t.assign(
            gain_per_hour=t["capital-gain"] / t["hours-per-week"], old=np.where(t["age"] > 60, "yes", "no")
        ),
    )
]


def test_what_is_computed_is_what_pandas_computes(cars: pd.DataFrame) -> None:
    found = made(
        "create_columns",
        cars,
        columns="""
density = "curb-weight" / (length * width * height)
log price = ln(price)
price = round(price / 1000)
maker = upper(make)
thirsty = "city-mpg" < 20  -- in the city
cylinders =
  case "num-of-cylinders" when 'four' then 4
    when 'six' then 6 end
""",
    )
    expected = cars.assign(
        density=cars["curb-weight"] / (cars["length"] * cars["width"] * cars["height"]),
        maker=cars["make"].str.upper(),
        thirsty=cars["city-mpg"] < 20,
        cylinders=cars["num-of-cylinders"].map({"four": 4.0, "six": 6.0}),
    )
    expected["log price"] = np.log(cars["price"])
    expected["price"] = np.floor(cars["price"] / 1000 + 0.5)
    assert list(found)[: len(cars.columns)] == list(cars)
    pd.testing.assert_frame_equal(found[expected.columns], expected, check_dtype=False, rtol=1e-14)


def test_every_row_alone_comes_out_as_it_does_among_others(cars: pd.DataFrame) -> None:
    step = library.get("create_columns").model_validate(
        {"columns": "a = price * 0.1 + horsepower\nb = make || '/' || \"num-of-doors\"\nc = bore > 3"}
    )
    link = fit_link(step, Table(cars))
    together = link.transform(cars)[["a", "b", "c"]]
    alone = pd.concat([link.transform(cars.iloc[[i]])[["a", "b", "c"]] for i in range(len(cars))])
    pd.testing.assert_frame_equal(alone.astype(object), together.astype(object), check_dtype=False)
    assert together["a"].isna().any()


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("prize / 2", "There is no column 'prize'.*Did you mean \"price\""),
        ("avg(price)", "beyond its row: avg"),
        ("price - lag(price) over (order by length)", "beyond its row: lag"),
        ("(select max(price) from t)", "beyond its row"),
        ("price > random()", "The function random cannot be used here"),
        ("geomean(price)", "The function geomean cannot be used here"),
        ("now()", "The function now cannot be used here"),
        ("current_date", "something else at every run"),
        ("unnest([1, 2])", "The function unnest cannot be used here"),
        ("*", "cannot hold star"),
        ("price, length", "would hold TUPLE"),
        ("1) as a, (2", "more than one expression"),
        ("1) from t where (true", "more than one expression"),
        ("1); drop table t; select (2", "cannot be read|more than one"),
        ("price +", "cannot be read: syntax error"),
        ("make + 1", "No function matches .*VARCHAR, INTEGER"),
        ("[price]", "would hold BIGINT"),
    ],
)
def test_an_expression_that_cannot_be_is_told(cars: pd.DataFrame, expression: str, words: str) -> None:
    with pytest.raises(InputError, match=f"(?s){words}"):
        made("create_columns", cars, columns=f"new = {expression}")


def test_a_feature_is_not_computed_from_the_label(cars: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="'dear' is computed from the label"):
        made("create_columns", cars, "price", columns="dear = price > 20000")
    assert made("create_columns", cars, "price", columns="price = ln(price)")["price"].max() < 11


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("price / 2", "line 1 is not a name, =, and an expression: 'price / 2'"),
        ("a = 1\n\nb =", "the column 'b' has no expression after ="),
        ("a = 1\n a = 2\na = 3", "line 3 makes the column 'a' again"),
        ("= 1", "line 1 is not"),
    ],
)
def test_a_line_that_cannot_be_read_is_told(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        library.get("create_columns").model_validate({"columns": text})


def test_names_may_hold_anything_in_quotes() -> None:
    assert formulas('"a = ""b""" = x = 1\nc d = 2') == {'a = "b"': "x = 1", "c d": "2"}
