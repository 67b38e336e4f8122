"""Evaluate Probability Function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field
from scipy import stats

from pipelines.chain.transformer import Columnwise, Transformer, numbers
from pipelines.columns import Columns
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import ColumnRule, Form
from pipelines.schema import TableSchema
from pipelines.steps.base import Behaviour, Example, Step
from pipelines.steps.checks import require_numeric

Distribution = Literal[
    "norm", "t", "chi2", "f", "uniform", "expon", "gamma", "beta", "lognorm", "weibull_min", "logistic", "laplace",
    "cauchy", "pareto", "rayleigh", "triang", "gumbel_r", "genextreme", "gumbel_l", "halfnorm", "invgauss", "burr12",
    "trapezoid", "bernoulli", "binom", "poisson", "geom", "nbinom", "hypergeom",
]  # fmt: skip
SHAPES: dict[str, tuple[str, ...]] = {
    "t": ("df",), "chi2": ("df",), "f": ("dfn", "dfd"), "gamma": ("a",), "beta": ("a", "b"), "lognorm": ("s",),
    "weibull_min": ("c",), "invgauss": ("mu",), "burr12": ("c", "d"), "trapezoid": ("c", "d"),
    "pareto": ("b",), "triang": ("c",), "genextreme": ("c",), "bernoulli": ("p",),
    "binom": ("n", "p"), "poisson": ("mu",), "geom": ("p",), "nbinom": ("n", "p"),
    "hypergeom": ("M", "n", "N"),
}  # fmt: skip
DISCRETE = ("bernoulli", "binom", "poisson", "geom", "nbinom", "hypergeom")
NONE = Columns(names=())


def _with(shape: str) -> Form:
    return Form(when={"distribution": tuple(d for d, shapes in SHAPES.items() if shape in shapes)})


class Evaluate(Columnwise):
    """A function of a distribution at each value of some columns, in new columns."""

    def __init__(self, columns: list[str], distribution: str, function: str, arguments: dict[str, float]) -> None:
        self.columns = columns
        self.distribution = distribution
        self.function = function
        self.arguments = arguments

    def make(self, columns: Mapping[str, Any], rows: int) -> dict[str, Any]:
        found = {}
        for name in self.columns:
            given = numbers(columns[name])
            if given is None:
                raise InputError(
                    _("Column {column!r} holds no numbers.", column=name), fix=_("Choose columns of numbers.")
                )
            with np.errstate(all="ignore"):
                found[self._named(name)] = np.asarray(self._of(given.astype(np.float64)), dtype=np.float64)
        return found

    def requires(self, outputs: set[str]) -> set[str]:
        made = {self._named(c): c for c in self.columns}
        return {o for o in outputs if o not in made} | {made[o] for o in outputs if o in made}

    def _of(self, values: np.ndarray) -> Any:
        known = getattr(stats, self.distribution)
        return getattr(known, self.function)(values, **self.arguments)

    def _named(self, column: str) -> str:
        return f"{column}_{self.distribution}_{self.function}"


class ProbabilityFunction(Step):
    """Give the density, probability or quantile of a distribution at each value of a column.

    The same as pdf (pmf of whole numbers), cdf, sf and ppf of scipy.stats; parameters bear scipy's names. The results
    stand in new columns named after the column, the distribution and the function.
    """

    type: ClassVar[str] = "probability_function"
    title: ClassVar[str] = "Evaluate Probability Function"
    category: ClassVar[str] = "Statistics"
    behaviour: ClassVar[Behaviour] = Behaviour.ROW_WISE
    synonyms: ClassVar[tuple[str, ...]] = ("distribution", "cdf", "pdf", "quantile", "inverse cdf", "z-score to p")
    known_as: ClassVar[tuple[str, ...]] = ("Evaluate Probability Function",)
    equivalent: ClassVar[str] = "table.assign(z_norm_cdf=scipy.stats.norm.cdf(table['z']))"
    example: ClassVar[Example | None] = Example(
        params={"columns": ["z"], "distribution": "norm", "function": "cdf"}, table="z\n-1.96\n-1\n0\n1\n1.96\n"
    )

    columns: ColumnRule = Field(NONE, title="Columns", description="The numbers at which the function is evaluated.")
    distribution: Distribution = Field("norm", title="Distribution", description="Its name in scipy.stats.")
    function: Literal["cdf", "pdf", "sf", "ppf"] = Field(
        "cdf",
        title="Function",
        description="cdf: chance of at most x. sf: of more. pdf: density, or chance of x. ppf: x of a given chance.",
    )
    df: Annotated[float, _with("df")] = Field(10.0, gt=0, title="Degrees of freedom", description="Its shape.")
    dfn: Annotated[float, _with("dfn")] = Field(
        1.0, gt=0, title="Degrees of freedom, above", description="Those of the numerator."
    )
    dfd: Annotated[float, _with("dfd")] = Field(
        10.0, gt=0, title="Degrees of freedom, below", description="Those of the denominator."
    )
    a: Annotated[float, _with("a")] = Field(1.0, gt=0, title="Shape a", description="The first shape.")
    b: Annotated[float, _with("b")] = Field(1.0, gt=0, title="Shape b", description="The second shape.")
    c: Annotated[float, _with("c")] = Field(0.5, title="Shape c", description="The shape; of triang the mode's place.")
    d: Annotated[float, _with("d")] = Field(
        1.0, gt=0, title="Shape d", description="The second shape; of trapezoid where the top ends."
    )
    s: Annotated[float, _with("s")] = Field(1.0, gt=0, title="Shape s", description="The deviation of the logarithm.")
    n: Annotated[int, _with("n")] = Field(
        10, ge=1, title="Trials", description="Trials, or successes to wait for; of hypergeom the successes among all."
    )
    M: Annotated[int, _with("M")] = Field(100, ge=1, title="All", description="How many there are to draw from.")
    N: Annotated[int, _with("N")] = Field(10, ge=1, title="Draws", description="How many are drawn.")
    p: Annotated[float, _with("p")] = Field(0.5, ge=0, le=1, title="Chance", description="The chance of success.")
    mu: Annotated[float, _with("mu")] = Field(1.0, ge=0, title="Rate", description="The mean count.")
    loc: float = Field(0.0, title="Location", description="Where it stands: the mean of norm, the start of uniform.")
    scale: Annotated[
        float, Form(when={"distribution": tuple(d for d in Distribution.__args__ if d not in DISCRETE)})
    ] = Field(1.0, gt=0, title="Scale", description="How wide it is: the standard deviation of norm.")

    def build(self, schema: TableSchema) -> Transformer:
        names = list(dict.fromkeys(self.columns.select(schema)))
        if not names:
            raise InputError(_("No column is chosen."), fix=_("Choose columns of numbers."))
        require_numeric(schema, names, "A probability function")
        arguments = {k: float(getattr(self, k)) for k in SHAPES.get(self.distribution, ())} | {"loc": self.loc}
        if self.distribution not in DISCRETE:
            arguments["scale"] = self.scale
        function = "pmf" if self.function == "pdf" and self.distribution in DISCRETE else self.function
        return Evaluate(names, self.distribution, function, arguments)
