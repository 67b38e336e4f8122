"""Apply Math against NumPy, SciPy and Python's own mathematics, on real data."""

from __future__ import annotations

import math
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest
from scipy import special

from pipelines.errors import ColumnMissingError, InputError
from pipelines.schema import Role
from pipelines.steps import library
from pipelines.steps.mathematics import BINARY, UNARY, FunctionName
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.trial import done, made

CASES = [
    Case({"function": "log1p"}),
    Case({"function": "divide", "operand": "column", "column": "y", "columns": ["x", "Int64"]}),
    Case({"function": "greater", "value": 4, "output": "replace"}),
    Case({"function": "round", "value": 1, "output": "only"}),
    Case({"function": "polygamma", "value": 1, "columns": ["x"]}),
]

BARE = [
    Bare(
        {"columns": ["capital-gain"], "function": "log1p"},
        lambda t: t.assign(**{"capital-gain_log1p": np.log1p(t["capital-gain"])}),
    ),
    Bare(
        {"columns": ["capital-gain"], "function": "divide", "operand": "column", "column": "hours-per-week"},
        lambda t: (t.assign(divided=t["capital-gain"] / t["hours-per-week"]),),
    ),
]


def names() -> list[str]:
    return [name for group in get_args(FunctionName) for name in get_args(group)]


def test_every_function_is_defined_once() -> None:
    assert sorted(names()) == sorted([*UNARY, *BINARY])
    assert not set(UNARY) & set(BINARY)


@pytest.mark.parametrize("function", ["abs", "sign", "square", "sqrt", "cbrt", "exp2", "expm1", "log", "log2", "log10",
    "log1p", "ceil", "floor", "trunc", "rint", "sin", "cos", "tan", "arctan", "sinh", "tanh", "arcsinh", "deg2rad",
    "rad2deg", "sinc"])  # fmt: skip
def test_functions_of_numpy(cars: pd.DataFrame, function: str) -> None:
    with np.errstate(all="ignore"):
        expected = getattr(np, function)(cars["bore"].to_numpy())
    found = made("apply_math", cars, function=function, columns=["bore"])[f"bore_{function}"]
    np.testing.assert_array_equal(found.to_numpy(), expected)


@pytest.mark.parametrize(
    "function", ["gamma", "gammaln", "digamma", "erf", "erfc", "erfcx", "ellipk", "ellipe", "erfinv"]
)
def test_functions_of_scipy(function: str) -> None:
    frame = pd.DataFrame({"x": [0.1, 0.25, 0.5, 0.9, np.nan]})
    found = made("apply_math", frame, function=function, output="replace")["x"]
    np.testing.assert_array_equal(found, getattr(special, function)(frame["x"]))


@pytest.mark.parametrize("function", ["add", "subtract", "multiply", "divide", "mod", "hypot", "arctan2", "maximum",
    "minimum", "power"])  # fmt: skip
def test_two_columns_and_a_constant(cars: pd.DataFrame, function: str) -> None:
    both = made("apply_math", cars, function=function, operand="column", column="stroke", columns=["bore"])
    expected = getattr(np, function)(cars["bore"], cars["stroke"])
    pd.testing.assert_series_equal(both[f"bore_{function}_stroke"], expected, check_names=False)
    one = made("apply_math", cars, function=function, value=2.5, columns=["bore"])[f"bore_{function}_2.5"]
    pd.testing.assert_series_equal(one, getattr(np, function)(cars["bore"], 2.5), check_names=False)


@pytest.mark.parametrize(
    ("function", "x", "second", "expected"),
    [
        ("negative", 3, None, -3.0),
        ("reciprocal", 4, None, 0.25),
        ("sqrt_pi", 2, None, math.sqrt(2 * math.pi)),
        ("exp", 2, None, math.exp(2)),
        ("factorial", 6, None, 720.0),
        ("double_factorial", 7, None, 105.0),
        ("double_factorial", 8, None, 384.0),
        ("spacing", 1, None, 2.0**-52),
        ("nth_root", -27, 3, -3.0),
        ("nth_root", 16, 4, 2.0),
        ("log_base", 81, 3, 4.0),
        ("to_even", 5.2, None, 6.0),
        ("to_odd", 5.9, None, 5.0),
        ("to_odd", 6.1, None, 7.0),
        ("ceil_power2", 33, None, 64.0),
        ("ceil_power2", 32, None, 32.0),
        ("ceil_power2", 0.3, None, 0.5),
        ("round", 2.345678, 2, 2.35),
        ("round", 1234, -2, 1200.0),
        ("round_up", 2.301, 2, 2.31),
        ("round_down", 2.309, 2, 2.30),
        ("to_multiple", 37, 5, 35.0),
        ("mod", -7, 3, 2.0),
        ("remainder", -7, 3, -1.0),
        ("quotient", -7, 3, -2.0),
        ("expint", 1, None, 0.7965995992970531),
        ("expint", -1, None, -1.3179021514544038),
        ("expint", 0, None, 0.0),
        ("beta", 2, 3, 1 / 12),
        ("betaln", 2, 3, math.log(1 / 12)),
        ("gammainc", 1, 2, 1 - math.exp(-2)),
        ("gammaincc", 1, 2, math.exp(-2)),
        ("gammaincinv", 1, 0.5, math.log(2)),
        ("gammainccinv", 1, 0.5, math.log(2)),
        ("polygamma", 1, 1, math.pi**2 / 6),
        ("sin_degree", 30, None, 0.5),
        ("cos_degree", 60, None, 0.5),
        ("tan_degree", 45, None, 1.0),
        ("cot_degree", 45, None, 1.0),
        ("sec_degree", 60, None, 2.0),
        ("csc_degree", 30, None, 2.0),
        ("arcsin_degree", 0.5, None, 30.0),
        ("arccos_degree", 0.5, None, 60.0),
        ("arctan_degree", 1, None, 45.0),
        ("arccot_degree", 1, None, 45.0),
        ("arcsec_degree", 2, None, 60.0),
        ("arccsc_degree", 2, None, 30.0),
        ("cot", 1, None, 1 / math.tan(1)),
        ("sec", 1, None, 1 / math.cos(1)),
        ("csc", 1, None, 1 / math.sin(1)),
        ("arcsin", 0.5, None, math.asin(0.5)),
        ("arccos", 0.5, None, math.acos(0.5)),
        ("arccot", 2, None, math.atan(0.5)),
        ("arcsec", 2, None, math.acos(0.5)),
        ("arccsc", 2, None, math.asin(0.5)),
        ("cosh", 1, None, math.cosh(1)),
        ("coth", 1, None, 1 / math.tanh(1)),
        ("sech", 1, None, 1 / math.cosh(1)),
        ("csch", 1, None, 1 / math.sinh(1)),
        ("arccosh", 2, None, math.acosh(2)),
        ("arctanh", 0.5, None, math.atanh(0.5)),
        ("arccoth", 2, None, math.atanh(0.5)),
        ("arcsech", 0.5, None, math.acosh(2)),
        ("arccsch", 2, None, math.asinh(0.5)),
    ],
)
def test_values_that_are_known(function: str, x: float, second: float | None, expected: float) -> None:
    found = made("apply_math", pd.DataFrame({"x": [x]}), function=function, value=second, output="replace")["x"]
    assert found.iloc[0] == pytest.approx(expected, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("equal", [False, True, False, None]),
        ("not_equal", [True, False, True, None]),
        ("greater", [False, False, True, None]),
        ("greater_equal", [False, True, True, None]),
        ("less", [True, False, False, None]),
        ("less_equal", [True, True, False, None]),
    ],
)
def test_comparisons_know_missing_values(function: str, expected: list[bool | None]) -> None:
    frame = pd.DataFrame({"x": [1.0, 2.0, 3.0, np.nan]})
    found = made("apply_math", frame, function=function, value=2)[f"x_{function}_2"]
    pd.testing.assert_series_equal(found, pd.Series(expected, dtype="boolean"), check_names=False)
    assert made("apply_math", frame.iloc[:3], function=function, value=2)[f"x_{function}_2"].dtype == bool


def test_what_cannot_be_computed_is_missing() -> None:
    frame = pd.DataFrame({"x": [-1.0, 0.0, 1000.0]})
    assert made("apply_math", frame, function="log", output="replace")["x"].isna().tolist() == [True, True, False]
    assert made("apply_math", frame, function="exp", output="replace")["x"].isna().tolist() == [False, False, True]
    assert made("apply_math", frame, function="divide", value=0, output="replace")["x"].isna().all()


def test_only_results_and_roles_are_left(cars: pd.DataFrame) -> None:
    table = done("apply_math", cars, "price", function="log", columns=["width", "height"], output="only")
    assert list(table.frame) == ["price", "width", "height"]
    assert table.roles == {"price": Role.LABEL}


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"function": "add", "columns": ["make"], "value": 1}, "takes numbers, but column 'make' holds text"),
        ({"function": "add", "columns": ["bore"], "operand": "column", "column": "make"}, "column 'make' holds text"),
    ],
)
def test_text_is_refused(cars: pd.DataFrame, params: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        made("apply_math", cars, **params)


def test_a_second_argument_is_asked_for(cars: pd.DataFrame) -> None:
    for params in ({"function": "add"}, {"function": "add", "operand": "column"}):
        with pytest.raises(ValueError, match="add needs a second argument"):
            library.get("apply_math").model_validate(params)
    step = {"function": "add", "operand": "column", "column": "widht", "columns": ["bore"]}
    with pytest.raises(ColumnMissingError, match="Did you mean 'width'"):
        made("apply_math", cars, **step)
    assert library.get("apply_math").model_validate(step).named_columns() == [("column", "widht"), ("columns", "bore")]
