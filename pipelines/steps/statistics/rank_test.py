"""Rank Test."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field
from scipy import stats

from pipelines.messages import Message, _
from pipelines.parameters import ColumnName, Form
from pipelines.steps.base import Example, Report
from pipelines.steps.statistics import values, wording
from pipelines.steps.statistics.statistic import Found, Statistic, listed, one_row
from pipelines.steps.statistics.t_test import Alternative, described
from pipelines.table import Table

WHAT = "A rank test"


class RankTest(Statistic):
    """Compare two groups or two columns by ranks, whatever their distribution (Mann-Whitney, Wilcoxon).

    The same as scipy.stats.mannwhitneyu and wilcoxon. Of two groups the effect is the chance that a row of the first
    has the larger value, ties counting half, with the interval of DeLong, DeLong and Clarke-Pearson (Biometrics 44,
    1988); of pairs the rank-biserial correlation (Kerby 2014), with an interval for the median difference from
    scipy.stats.quantile_test.
    """

    type: ClassVar[str] = "rank_test"
    title: ClassVar[str] = "Rank Test"
    synonyms: ClassVar[tuple[str, ...]] = ("Mann-Whitney U", "Wilcoxon", "nonparametric", "hypothesis test", "rank sum")
    equivalent: ClassVar[str] = (
        "groups = [rows['price'] for _, rows in table.groupby('fuel')]\nscipy.stats.mannwhitneyu(*groups)"
    )
    example: ClassVar[Example | None] = Example(
        params={"column": "price", "by": "fuel"},
        table="fuel,price\ngas,10200\ngas,11900\ngas,9800\ngas,10900\ndiesel,15100\ndiesel,16400\ndiesel,14200\n",
    )

    kind: Literal["independent", "paired"] = Field(
        "independent", title="Compare", description="independent: two groups. paired: two columns of the same rows."
    )
    column: ColumnName = Field(title="Column", description="The numbers to compare.")
    by: Annotated[str, Form(widget="column", when={"kind": ("independent",)})] = Field(
        "", title="Groups by", description="The column whose two values make the groups."
    )
    groups: Annotated[tuple[str, ...], Form(when={"kind": ("independent",)})] = Field(
        (), max_length=2, title="The two groups", description="The two values to compare; needed where there are more."
    )
    other: Annotated[str, Form(widget="column", when={"kind": ("paired",)})] = Field(
        "", title="With column", description="The numbers of the same rows to compare with."
    )
    alternative: Alternative = Field(
        "two-sided",
        title="Alternative",
        description="What is looked for: any difference, or the first less or greater.",
    )
    alpha: float = Field(
        0.05, gt=0, lt=1, title="Significance level", description="Below this p-value a difference counts as found."
    )

    def find(self, table: Table) -> Found:
        return self._independent(table) if self.kind == "independent" else self._paired(table)

    def _independent(self, table: Table) -> Found:
        groups = values.grouped(table, self.column, self.by, WHAT, self.groups)
        one, two = values.require_two(groups, self.by)
        a, b = groups.values[one], groups.values[two]
        for name, sample in groups.values.items():
            values.require_rows(sample, 2, name)
        values.require_variation(np.concatenate([a, b]), self.column)
        found = stats.mannwhitneyu(a, b, alternative=self.alternative)
        share, low, high = superiority(a, b, 1 - self.alpha)
        result = {
            "test": "Mann-Whitney",
            "statistic": float(found.statistic),
            "p_value": float(found.pvalue),
            "superiority": share,
            "ci_low": low,
            "ci_high": high,
            "rank_biserial": 2 * share - 1,
        }
        given = {"column": self.column, "one": one, "two": two, "p": wording.chance(found.pvalue)}
        effect = _(
            "In {share} of all pairs of rows the larger value is that of {one}; half would be no difference.",
            share=wording.percent(share),
            one=one,
        )
        said = (_groups_said(self._direction(found.pvalue), given), wording.rarity(found.pvalue, self.alpha), effect)
        between = wording.interval(_("that share"), low, high, 1 - self.alpha)
        report = Report(
            tables={"test": listed(result), "samples": described(groups.values)}, conclusions=(*said, between)
        )
        return Found(one_row(result), report, groups.notes)

    def _paired(self, table: Table) -> Found:
        a, b = values.floats(table, self.column, WHAT), values.floats(table, self.other, WHAT)
        whole = ~np.isnan(a) & ~np.isnan(b)
        difference = (a - b)[whole]
        values.require_rows(difference, 2, self.column)
        values.require_variation(np.append(difference, 0.0), f"{self.column} - {self.other}")
        found = stats.wilcoxon(difference, alternative=self.alternative)
        biserial = rank_biserial(difference)
        middle = stats.quantile_test(difference, q=0, p=0.5).confidence_interval(1 - self.alpha)
        result = {
            "test": "Wilcoxon signed rank",
            "statistic": float(found.statistic),
            "p_value": float(found.pvalue),
            "median_difference": float(np.median(difference)),
            "ci_low": float(middle.low),
            "ci_high": float(middle.high),
            "rank_biserial": biserial,
        }
        given = {"one": self.column, "two": self.other, "p": wording.chance(found.pvalue)}
        given["middle"] = wording.number(float(np.median(difference)))
        said = _pairs_said(self._direction(found.pvalue), given)
        report = Report(
            tables={"test": listed(result), "samples": described({self.column: a[whole], self.other: b[whole]})},
            conclusions=(
                said,
                wording.rarity(found.pvalue, self.alpha),
                wording.interval(_("the median of the differences"), middle.low, middle.high, 1 - self.alpha),
                wording.effect("The rank-biserial correlation", biserial, wording.size(biserial, 0.1, 0.3, 0.5)),
            ),
        )
        return Found(one_row(result), report, values.left_out(int((~whole).sum())))

    def _direction(self, p: float) -> str:
        return self.alternative if p < self.alpha else ""


def superiority(a: np.ndarray, b: np.ndarray, confidence: float) -> tuple[float, float, float]:
    """The chance that a value of ``a`` is larger than one of ``b``, ties counting half, and its interval (DeLong)."""
    a, b = np.sort(a), np.sort(b)
    of_a = _exceeded(b, a)  # for each value of a, the share of b that it exceeds
    of_b = 1 - _exceeded(a, b)
    share = float(of_a.mean())
    error = np.sqrt(of_a.var(ddof=1) / len(a) + of_b.var(ddof=1) / len(b))
    away = float(stats.norm.ppf((1 + confidence) / 2) * error)
    return share, max(0.0, share - away), min(1.0, share + away)


def _exceeded(ordered: np.ndarray, values: np.ndarray) -> np.ndarray:
    places = np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")
    return np.asarray(places / (2 * len(ordered)))


def rank_biserial(difference: np.ndarray) -> float:
    """The share of the rank sum that speaks for larger values less that for smaller ones; zeros tell nothing."""
    some = difference[difference != 0]
    ranks = stats.rankdata(np.abs(some))
    return float((ranks[some > 0].sum() - ranks[some < 0].sum()) / ranks.sum())


def _groups_said(direction: str, given: dict[str, str]) -> Message:
    match direction:
        case "two-sided":
            return _("{column} tends to differ between {one} and {two}; {p}.", **given)
        case "less":
            return _("{column} tends to be less for {one} than for {two}; {p}.", **given)
        case "greater":
            return _("{column} tends to be greater for {one} than for {two}; {p}.", **given)
        case _:
            return _("No difference is found in {column} between {one} and {two}; {p}.", **given)


def _pairs_said(direction: str, given: dict[str, str]) -> Message:
    match direction:
        case "two-sided":
            return _("{one} and {two} differ: the median of {one} - {two} is {middle}; {p}.", **given)
        case "less":
            return _("{one} is less than {two}: the median of {one} - {two} is {middle}; {p}.", **given)
        case "greater":
            return _("{one} is greater than {two}: the median of {one} - {two} is {middle}; {p}.", **given)
        case _:
            return _("No difference is found: the median of {one} - {two} is {middle}; {p}.", **given)
