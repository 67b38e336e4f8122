"""Normality Test."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from pydantic import Field
from scipy import special, stats

from pipelines.columns import NUMERIC
from pipelines.errors import InputError
from pipelines.messages import Message, _, declared
from pipelines.parameters import ColumnRule
from pipelines.steps.base import Curve, Example, Report
from pipelines.steps.evaluation.curves import thinned
from pipelines.steps.statistics import values, wording
from pipelines.steps.statistics.statistic import Found, Statistic, columns_of
from pipelines.table import Table

FEWEST = 8
SHAPIRO_ROWS = 5000
DRAWN = 6
SHOWN_POINTS = 200
END = 1000


class NormalityTest(Statistic):
    """Test whether numbers follow a normal distribution, and draw their quantiles against its.

    Shapiro-Wilk and D'Agostino's K squared as scipy.stats.shapiro and normaltest; Anderson-Darling with the p-value of
    D'Agostino and Stephens (Goodness-of-Fit Techniques, 1986, table 4.9) for a mean and deviation that are estimated.
    Shapiro-Wilk is for at most 5000 rows; of more it takes 5000 evenly over the order of the values.
    """

    type: ClassVar[str] = "normality_test"
    title: ClassVar[str] = "Normality Test"
    synonyms: ClassVar[tuple[str, ...]] = ("Shapiro-Wilk", "Anderson-Darling", "D'Agostino", "QQ plot", "bell curve")
    equivalent: ClassVar[str] = "scipy.stats.shapiro(table['price'].dropna())"
    example: ClassVar[Example | None] = Example(
        params={"columns": ["price"]},
        table="price\n10200\n11900\n9800\n10900\n15100\n16400\n14200\n41000\n",
    )

    columns: ColumnRule = Field(NUMERIC, title="Columns", description="The numbers to test.")
    alpha: float = Field(
        0.05, gt=0, lt=1, title="Significance level", description="Below this p-value a column counts as not normal."
    )

    def find(self, table: Table) -> Found:
        names = list(dict.fromkeys(self.columns.select(table.schema)))
        given = {n: values.floats(table, n, "A test of normality") for n in names}
        samples = {n: np.sort(v[~np.isnan(v)]) for n, v in given.items()}
        tested = {n: v for n, v in samples.items() if len(v) >= FEWEST and np.ptp(v) > 0}
        if not tested:
            raise InputError(
                _("No column has {fewest} numbers that differ.", fewest=FEWEST),
                fix=_("Use more rows, or other columns."),
            )
        frame = pd.DataFrame([_tested(n, v) for n, v in tested.items()])
        said = [self._said(r) for r in frame.to_dict("records")[:DRAWN]]
        said.append(_("With many rows even a small departure is found: look at the picture for how much it matters."))
        report = Report(
            curves=_curves(list(tested.items())[:DRAWN]), tables={"tests": columns_of(frame)}, conclusions=tuple(said)
        )
        left = [n for n in names if n not in tested]
        notes = (
            (_("Too few different numbers to test: {names}.", names=", ".join(left[: values.SHOWN])),) if left else ()
        )
        return Found(frame, report, notes)

    def _said(self, result: dict[Any, Any]) -> Message:
        p = result["shapiro p value"]
        given = {"column": result["column"], "p": wording.chance(p), "skew": wording.number(result["skewness"])}
        if p < self.alpha:
            return _("{column} is not normally distributed (Shapiro-Wilk, {p}; skewness {skew}).", **given)
        return _("Nothing speaks against a normal distribution of {column} (Shapiro-Wilk, {p}).", **given)


def _tested(name: str, sample: np.ndarray) -> dict[str, Any]:
    """What the tests tell of numbers in order."""
    few = sample
    if len(sample) > SHAPIRO_ROWS:
        few = sample[np.linspace(0, len(sample) - 1, SHAPIRO_ROWS).round().astype(int)]
    shapiro, agostino = stats.shapiro(few), stats.normaltest(sample)
    anderson, p = anderson_darling(sample)
    return {
        "column": name,
        "rows": len(sample),
        "shapiro": float(shapiro.statistic),
        "shapiro p value": float(shapiro.pvalue),
        "anderson": anderson,
        "anderson p value": p,
        "k squared": float(agostino.statistic),
        "k squared p value": float(agostino.pvalue),
        "skewness": float(stats.skew(sample)),
        "kurtosis": float(stats.kurtosis(sample)),
    }


def anderson_darling(sample: np.ndarray) -> tuple[float, float]:
    """A squared for a normal distribution with the sample's mean and deviation, and its p-value."""
    n = len(sample)
    z = (np.sort(sample) - sample.mean()) / sample.std(ddof=1)
    i = np.arange(1, n + 1)
    found = float(-n - ((2 * i - 1) / n * (special.log_ndtr(z) + special.log_ndtr(-z)[::-1])).sum())
    a = found * (1 + 0.75 / n + 2.25 / n**2)
    if a < 0.2:
        p = 1 - math.exp(-13.436 + 101.14 * a - 223.73 * a**2)
    elif a < 0.34:
        p = 1 - math.exp(-8.318 + 42.796 * a - 59.938 * a**2)
    elif a < 0.6:
        p = math.exp(0.9177 - 4.279 * a - 1.38 * a**2)
    else:
        p = math.exp(1.2937 - 5.709 * a + 0.0186 * a**2) if a < 13 else 0.0
    return found, p


def _curves(samples: Sequence[tuple[str, np.ndarray]]) -> tuple[Curve, ...]:
    """Each column's quantiles in its own standard deviations, so that all lie on one line if they are normal."""
    found = []
    for name, sample in samples:
        places = _places(len(sample))
        quantiles = special.ndtri(_medians(places, len(sample)))
        standard = (sample[places] - sample.mean()) / sample.std(ddof=1)
        found.append(
            thinned(
                "quantiles",
                name,
                quantiles,
                standard,
                declared("Normal quantile"),
                declared("Standard deviations"),
                SHOWN_POINTS,
            )
        )
    return tuple(found)


def _places(rows: int) -> np.ndarray:
    """The places to draw from: all, or of many both ends whole and the middle evenly."""
    if rows <= 3 * END:
        return np.arange(rows)
    middle = np.linspace(END, rows - END - 1, END).round().astype(int)
    return np.concatenate([np.arange(END), middle, np.arange(rows - END, rows)])


def _medians(places: np.ndarray, rows: int) -> np.ndarray:
    """Filliben's medians of order statistics, as scipy.stats.probplot takes them, at these places of ``rows``."""
    found = (places + 1 - 0.3175) / (rows + 0.365)
    found[-1] = 0.5 ** (1 / rows)
    found[0] = 1 - found[-1]
    return np.asarray(found)
