"""Test a Mean."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field
from scipy import stats

from pipelines.messages import Message, _
from pipelines.parameters import ColumnName, Form
from pipelines.steps.base import Example, Report
from pipelines.steps.statistics import values, wording
from pipelines.steps.statistics.statistic import Found, Statistic, listed, one_row
from pipelines.table import Table

Kind = Literal["independent", "paired", "one_sample"]
Alternative = Literal["two-sided", "less", "greater"]
WHAT = "A t-test"


class TTest(Statistic):
    """Compare a mean with a number, or two means with each other (Student's and Welch's t-test).

    The same as scipy.stats.ttest_ind, ttest_rel and ttest_1samp. Welch's test, which does not take the variances as
    equal, is the default, as Student's errs where they differ; Studio (classic) left the choice to the analyst. The
    effect is Cohen's d: the difference in (pooled) standard deviations, for pairs in those of the differences.
    """

    type: ClassVar[str] = "t_test"
    title: ClassVar[str] = "t-Test"
    synonyms: ClassVar[tuple[str, ...]] = ("hypothesis test", "Student", "Welch", "compare means", "A/B test", "paired")
    known_as: ClassVar[tuple[str, ...]] = ("Test Hypothesis Using t-Test",)
    equivalent: ClassVar[str] = (
        "groups = [rows['price'] for _, rows in table.groupby('fuel')]\nscipy.stats.ttest_ind(*groups, equal_var=False)"
    )
    example: ClassVar[Example | None] = Example(
        params={"column": "price", "by": "fuel"},
        table="fuel,price\ngas,10200\ngas,11900\ngas,9800\ndiesel,15100\ndiesel,16400\ndiesel,14200\n",
    )

    kind: Kind = Field(
        "independent",
        title="Compare",
        description="independent: two groups. paired: two columns of the same rows. one_sample: a mean with a number.",
    )
    column: ColumnName = Field(title="Column", description="The numbers whose mean is tested.")
    by: Annotated[str, Form(widget="column", when={"kind": ("independent",)})] = Field(
        "", title="Groups by", description="The column whose two values make the groups."
    )
    groups: Annotated[tuple[str, ...], Form(when={"kind": ("independent",)})] = Field(
        (), max_length=2, title="The two groups", description="The two values to compare; needed where there are more."
    )
    other: Annotated[str, Form(widget="column", when={"kind": ("paired",)})] = Field(
        "", title="With column", description="The numbers of the same rows to compare with."
    )
    mean: Annotated[float, Form(when={"kind": ("one_sample",)})] = Field(
        0.0, title="Mean", description="The number that the mean is compared with."
    )
    equal_var: Annotated[bool, Form(when={"kind": ("independent",)})] = Field(
        False, title="Equal variances", description="Whether both groups vary alike; off is Welch's test."
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
        match self.kind:
            case "independent":
                return self._independent(table)
            case "paired":
                return self._paired(table)
            case "one_sample":
                return self._one_sample(table)

    def _independent(self, table: Table) -> Found:
        groups = values.grouped(table, self.column, self.by, WHAT, self.groups)
        one, two = values.require_two(groups, self.by)
        a, b = groups.values[one], groups.values[two]
        for name, sample in groups.values.items():
            values.require_rows(sample, 2, name)
        values.require_variation(np.concatenate([a - a.mean(), b - b.mean()]), self.column)
        found = stats.ttest_ind(a, b, equal_var=self.equal_var, alternative=self.alternative)
        pooled = np.sqrt(((len(a) - 1) * a.var(ddof=1) + (len(b) - 1) * b.var(ddof=1)) / (len(a) + len(b) - 2))
        said = _of_groups(self._direction(found), self.column, one, two, _figures(a.mean(), b.mean(), found.pvalue))
        return self._result(
            found, a.mean() - b.mean(), (a.mean() - b.mean()) / pooled, said, groups.values, groups.notes
        )

    def _paired(self, table: Table) -> Found:
        a, b = values.floats(table, self.column, WHAT), values.floats(table, self.other, WHAT)
        whole = ~np.isnan(a) & ~np.isnan(b)
        a, b = a[whole], b[whole]
        values.require_rows(a, 2, self.column)
        values.require_variation(a - b, f"{self.column} - {self.other}")
        found = stats.ttest_rel(a, b, alternative=self.alternative)
        difference = a - b
        said = _of_columns(self._direction(found), self.column, self.other, _figures(a.mean(), b.mean(), found.pvalue))
        return self._result(
            found,
            difference.mean(),
            difference.mean() / difference.std(ddof=1),
            said,
            {self.column: a, self.other: b},
            values.left_out(int((~whole).sum())),
        )

    def _one_sample(self, table: Table) -> Found:
        given = values.floats(table, self.column, WHAT)
        a = given[~np.isnan(given)]
        values.require_rows(a, 2, self.column)
        values.require_variation(a, self.column)
        found = stats.ttest_1samp(a, self.mean, alternative=self.alternative)
        said = _of_one(self._direction(found), self.column, _figures(a.mean(), self.mean, found.pvalue))
        away = a.mean() - self.mean
        notes = values.left_out(len(given) - len(a))
        return self._result(found, away, away / a.std(ddof=1), said, {self.column: a}, notes)

    def _result(
        self,
        found: Any,
        difference: float,
        d: float,
        said: Message,
        samples: dict[str, np.ndarray],
        notes: tuple[str, ...],
    ) -> Found:
        low, high = found.confidence_interval(1 - self.alpha)
        if self.kind == "one_sample":
            low, high = low - self.mean, high - self.mean
        result = {
            "test": f"t-test, {self.kind.replace('_', ' ')}" + self._variances,
            "difference": float(difference),
            "ci_low": float(low),
            "ci_high": float(high),
            "statistic": float(found.statistic),
            "degrees_of_freedom": float(found.df),
            "p_value": float(found.pvalue),
            "cohens_d": float(d),
        }
        report = Report(
            tables={"test": listed(result), "samples": described(samples)},
            conclusions=(
                said,
                wording.rarity(found.pvalue, self.alpha),
                wording.interval(_("the difference of the means"), float(low), float(high), 1 - self.alpha),
                wording.effect("Cohen's d", d, wording.size(d, 0.2, 0.5, 0.8)),
            ),
        )
        return Found(one_row(result), report, notes)

    def _direction(self, found: Any) -> str:
        """The alternative that was found to hold, or nothing."""
        return self.alternative if found.pvalue < self.alpha else ""

    @property
    def _variances(self) -> str:
        return "" if self.kind != "independent" else ", equal variances" if self.equal_var else ", Welch"


def described(samples: dict[str, np.ndarray]) -> dict[str, list[Any]]:
    """Rows, mean, standard deviation and median of each sample."""
    return {
        "sample": list(samples),
        "rows": [len(v) for v in samples.values()],
        "mean": [float(v.mean()) for v in samples.values()],
        "standard deviation": [float(v.std(ddof=1)) if len(v) > 1 else None for v in samples.values()],
        "median": [float(np.median(v)) for v in samples.values()],
    }


def _figures(a: float, b: float, p: float) -> dict[str, str]:
    return {"a": wording.number(a), "b": wording.number(b), "p": wording.chance(p)}


def _of_groups(direction: str, column: str, one: str, two: str, figures: dict[str, str]) -> Message:
    given = {"column": column, "one": one, "two": two, **figures}
    match direction:
        case "two-sided":
            return _("The mean of {column} differs between {one} and {two}: {a} and {b}; {p}.", **given)
        case "less":
            return _("The mean of {column} is less for {one} than for {two}: {a} and {b}; {p}.", **given)
        case "greater":
            return _("The mean of {column} is greater for {one} than for {two}: {a} and {b}; {p}.", **given)
        case _:
            return _("No difference is found in the mean of {column} for {one} and {two}: {a} and {b}; {p}.", **given)


def _of_columns(direction: str, one: str, two: str, figures: dict[str, str]) -> Message:
    given = {"one": one, "two": two, **figures}
    match direction:
        case "two-sided":
            return _("The means of {one} and {two} differ: {a} and {b}; {p}.", **given)
        case "less":
            return _("The mean of {one} is less than that of {two}: {a} and {b}; {p}.", **given)
        case "greater":
            return _("The mean of {one} is greater than that of {two}: {a} and {b}; {p}.", **given)
        case _:
            return _("No difference is found between the means of {one} and {two}: {a} and {b}; {p}.", **given)


def _of_one(direction: str, one: str, figures: dict[str, str]) -> Message:
    given = {"one": one, **figures}
    match direction:
        case "two-sided":
            return _("The mean of {one} differs from {b}: it is {a}; {p}.", **given)
        case "less":
            return _("The mean of {one} is less than {b}: it is {a}; {p}.", **given)
        case "greater":
            return _("The mean of {one} is greater than {b}: it is {a}; {p}.", **given)
        case _:
            return _("No difference is found between the mean of {one} and {b}: it is {a}; {p}.", **given)
