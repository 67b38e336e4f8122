"""The functions of Apply Math, on arrays of float64. What cannot be computed is NaN or infinite."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from scipy import special

Array = np.ndarray[Any, np.dtype[Any]]

Basic = Literal[
    "abs", "sign", "square", "sqrt", "sqrt_pi", "cbrt", "reciprocal", "negative", "exp", "exp2", "expm1",
    "log", "log2", "log10", "log1p", "factorial", "double_factorial", "spacing",
    "power", "nth_root", "log_base", "hypot", "arctan2",
]  # fmt: skip
Compare = Literal[
    "equal", "not_equal", "greater", "greater_equal", "less", "less_equal", "maximum", "minimum"
]  # fmt: skip
Operations = Literal["add", "subtract", "multiply", "divide"]
Rounding = Literal[
    "ceil", "floor", "trunc", "rint", "to_even", "to_odd", "ceil_power2",
    "round", "round_up", "round_down", "to_multiple", "mod", "remainder", "quotient",
]  # fmt: skip
Special = Literal[
    "gamma", "gammaln", "digamma", "erf", "erfc", "erfcx", "erfinv", "ellipk", "ellipe", "expint",
    "beta", "betaln", "gammainc", "gammaincinv", "gammaincc", "gammainccinv", "polygamma",
]  # fmt: skip
Trigonometric = Literal[
    "sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "arccot", "arcsec", "arccsc",
    "sin_degree", "cos_degree", "tan_degree", "cot_degree", "sec_degree", "csc_degree",
    "arcsin_degree", "arccos_degree", "arctan_degree", "arccot_degree", "arcsec_degree", "arccsc_degree",
    "sinh", "cosh", "tanh", "coth", "sech", "csch", "arcsinh", "arccosh", "arctanh", "arccoth", "arcsech", "arccsch",
    "deg2rad", "rad2deg", "sinc",
]  # fmt: skip
FunctionName = Basic | Compare | Operations | Rounding | Special | Trigonometric

COMPARISONS = ("equal", "not_equal", "greater", "greater_equal", "less", "less_equal")


def _double_factorial(x: Array) -> Array:
    """n!! continued to real numbers: Weisstein, "Double Factorial", MathWorld, equation 5."""
    cosine = np.cos(np.pi * x)
    return np.exp2((1 + 2 * x - cosine) / 4) * np.pi ** ((cosine - 1) / 4) * special.gamma(1 + x / 2)


def _nth_root(x: Array, n: Array) -> Array:
    """The real root: of a negative number where n is odd."""
    odd = np.mod(n, 2) == 1
    return np.where((x < 0) & odd, -(np.abs(x) ** (1 / n)), x ** (1 / n))


def _expint(x: Array) -> Array:
    """The entire exponential integral Ein: Abramowitz and Stegun, 5.1.1 footnote; E1 and Ei are those of SciPy."""
    size = np.where(x == 0, 1.0, np.abs(x))
    above = special.exp1(size) + np.log(size) + np.euler_gamma
    below = -special.expi(size) + np.log(size) + np.euler_gamma
    return np.where(x == 0, 0.0, np.where(x > 0, above, below))


def _to_odd(x: Array) -> Array:
    return 2 * np.rint((x - 1) / 2) + 1


def _ceil_power2(x: Array) -> Array:
    """The least power of 2 that is not below ``x``."""
    fraction, exponent = np.frexp(x)
    return np.where(x > 0, np.ldexp(1.0, np.where(fraction == 0.5, exponent - 1, exponent)), np.nan)


def _round(to_whole: Callable[[Array], Array]) -> Callable[[Array, Array], Array]:
    def rounded(x: Array, digits: Array) -> Array:
        scale = 10.0 ** np.trunc(digits)
        return to_whole(x * scale) / scale

    return rounded


def _of_reciprocal(function: Callable[[Array], Array]) -> Callable[[Array], Array]:
    return lambda x: function(1 / x)


def _reciprocal_of(function: Callable[[Array], Array]) -> Callable[[Array], Array]:
    return lambda x: 1 / function(x)


def _in_degrees(function: Callable[[Array], Array]) -> Callable[[Array], Array]:
    return lambda x: np.rad2deg(function(x))


UNARY: dict[str, Callable[[Array], Array]] = {
    "abs": np.abs,
    "sign": np.sign,
    "square": np.square,
    "sqrt": np.sqrt,
    "sqrt_pi": lambda x: np.sqrt(np.pi * x),
    "cbrt": np.cbrt,
    "reciprocal": lambda x: 1 / x,
    "negative": np.negative,
    "exp": np.exp,
    "exp2": np.exp2,
    "expm1": np.expm1,
    "log": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "log1p": np.log1p,
    "factorial": lambda x: special.gamma(x + 1),
    "double_factorial": _double_factorial,
    "spacing": np.spacing,
    "ceil": np.ceil,
    "floor": np.floor,
    "trunc": np.trunc,
    "rint": np.rint,
    "to_even": lambda x: 2 * np.rint(x / 2),
    "to_odd": _to_odd,
    "ceil_power2": _ceil_power2,
    "gamma": special.gamma,
    "gammaln": special.gammaln,
    "digamma": special.digamma,
    "erf": special.erf,
    "erfc": special.erfc,
    "erfcx": special.erfcx,
    "erfinv": special.erfinv,
    "ellipk": special.ellipk,
    "ellipe": special.ellipe,
    "expint": _expint,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "cot": _reciprocal_of(np.tan),
    "sec": _reciprocal_of(np.cos),
    "csc": _reciprocal_of(np.sin),
    "arcsin": np.arcsin,
    "arccos": np.arccos,
    "arctan": np.arctan,
    "arccot": _of_reciprocal(np.arctan),
    "arcsec": _of_reciprocal(np.arccos),
    "arccsc": _of_reciprocal(np.arcsin),
    "sin_degree": special.sindg,
    "cos_degree": special.cosdg,
    "tan_degree": special.tandg,
    "cot_degree": special.cotdg,
    "sec_degree": _reciprocal_of(special.cosdg),
    "csc_degree": _reciprocal_of(special.sindg),
    "arcsin_degree": _in_degrees(np.arcsin),
    "arccos_degree": _in_degrees(np.arccos),
    "arctan_degree": _in_degrees(np.arctan),
    "arccot_degree": _in_degrees(_of_reciprocal(np.arctan)),
    "arcsec_degree": _in_degrees(_of_reciprocal(np.arccos)),
    "arccsc_degree": _in_degrees(_of_reciprocal(np.arcsin)),
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "coth": _reciprocal_of(np.tanh),
    "sech": _reciprocal_of(np.cosh),
    "csch": _reciprocal_of(np.sinh),
    "arcsinh": np.arcsinh,
    "arccosh": np.arccosh,
    "arctanh": np.arctanh,
    "arccoth": _of_reciprocal(np.arctanh),
    "arcsech": _of_reciprocal(np.arccosh),
    "arccsch": _of_reciprocal(np.arcsinh),
    "deg2rad": np.deg2rad,
    "rad2deg": np.rad2deg,
    "sinc": np.sinc,
}
"""Functions of a column alone."""

BINARY: dict[str, Callable[[Array, Array], Array]] = {
    "power": np.power,
    "nth_root": _nth_root,
    "log_base": lambda x, base: np.log(x) / np.log(base),
    "hypot": np.hypot,
    "arctan2": np.arctan2,
    "equal": np.equal,
    "not_equal": np.not_equal,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
    "less": np.less,
    "less_equal": np.less_equal,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "round": _round(np.rint),
    "round_up": _round(np.ceil),
    "round_down": _round(np.floor),
    "to_multiple": lambda x, of: np.rint(x / of) * of,
    "mod": np.mod,
    "remainder": np.fmod,
    "quotient": lambda x, by: np.trunc(x / by),
    "beta": special.beta,
    "betaln": special.betaln,
    "gammainc": special.gammainc,
    "gammaincinv": special.gammaincinv,
    "gammaincc": special.gammaincc,
    "gammainccinv": special.gammainccinv,
    "polygamma": lambda x, order: special.polygamma(order, x),
}
"""Functions of a column and a second argument."""
