"""Chi-Squared Test."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field, field_validator
from scipy import stats

from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import ColumnName, Form
from pipelines.steps.base import Example, Report
from pipelines.steps.statistics import contingency, values, wording
from pipelines.steps.statistics.statistic import Found, Statistic, columns_of, listed, one_row
from pipelines.table import Table


class ChiSquaredTest(Statistic):
    """Test whether two columns have to do with each other, or whether counts are as expected (chi-squared).

    The same as scipy.stats.chi2_contingency and chisquare. The effect is Cramér's V, or Cohen's w for expected counts.
    """

    type: ClassVar[str] = "chi_squared_test"
    title: ClassVar[str] = "Chi-Squared Test"
    synonyms: ClassVar[tuple[str, ...]] = ("independence", "goodness of fit", "contingency", "hypothesis test", "chi2")
    equivalent: ClassVar[str] = "scipy.stats.chi2_contingency(pandas.crosstab(table['fuel'], table['doors']))"
    example: ClassVar[Example | None] = Example(
        params={"column": "fuel", "other": "doors"},
        table="fuel,doors\ngas,two\ngas,four\ngas,two\ngas,two\ndiesel,four\ndiesel,four\ndiesel,four\ndiesel,two\n",
    )

    kind: Literal["independence", "goodness_of_fit"] = Field(
        "independence",
        title="Test",
        description="independence: two columns. goodness_of_fit: the counts of one column against expected shares.",
    )
    column: ColumnName = Field(title="Column", description="The column whose values are counted.")
    other: Annotated[str, Form(widget="column", when={"kind": ("independence",)})] = Field(
        "", title="With column", description="The column it may have to do with."
    )
    expected: Annotated[tuple[str, ...], Form(when={"kind": ("goodness_of_fit",)})] = Field(
        (),
        title="Expected shares",
        description="value=share for each value, such as red=0.25; empty: all the same.",
    )
    correction: Annotated[bool, Form(when={"kind": ("independence",)})] = Field(
        True, title="Yates' correction", description="For two values against two, as scipy has it."
    )
    alpha: float = Field(
        0.05, gt=0, lt=1, title="Significance level", description="Below this p-value a relation counts as found."
    )

    @field_validator("expected")
    @classmethod
    def _are_shares(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for entry in given:
            name, _equals, share = entry.rpartition("=")
            try:
                positive = float(share) > 0
            except ValueError:
                positive = False
            if not name or not positive:
                raise ValueError(_("{entry!r} is no value with its share, such as red=0.25", entry=entry))
        return given

    def find(self, table: Table) -> Found:
        return self._independence(table) if self.kind == "independence" else self._fit(table)

    def _independence(self, table: Table) -> Found:
        counts, gaps = contingency.counts(table, self.column, self.other)
        found = contingency.associated(counts, 1 - self.alpha, self.correction)
        if found is None:
            name = self.column if len(counts) < 2 else self.other
            raise InputError(
                _("Column {column!r} has one value only.", column=name), fix=_("Choose a column with two or more.")
            )
        result = {"test": "chi-squared, independence"} | {k: v for k, v in asdict(found).items() if k != "rare"}
        shown = counts.rename_axis(index=self.column).rename(columns=lambda c: f"{self.other}: {c}").reset_index()
        report = Report(
            tables={"test": listed(result), "counts": columns_of(shown)},
            conclusions=contingency.conclusions(found, self.column, self.other, self.alpha),
        )
        return Found(one_row(result), report, contingency.notes(found, gaps))

    def _fit(self, table: Table) -> Found:
        names = values.in_order(table.frame[table.schema[self.column].name])
        labels = values.texts(table.frame[self.column])
        observed = np.array([(labels == n).sum() for n in names], dtype=np.float64)
        if len(names) < 2:
            raise InputError(
                _("Column {column!r} has fewer than two values.", column=self.column), fix=_("Choose another column.")
            )
        shares = self._shares(names)
        test = stats.chisquare(observed, shares * observed.sum())
        w = float(np.sqrt(test.statistic / observed.sum()))
        result = {
            "test": "chi-squared, goodness of fit",
            "statistic": float(test.statistic),
            "degrees_of_freedom": len(names) - 1,
            "p_value": float(test.pvalue),
            "cohens_w": w,
        }
        given = {"column": self.column, "p": wording.chance(test.pvalue)}
        if test.pvalue < self.alpha:
            said = _("The values of {column} are not spread as expected; {p}.", **given)
        else:
            said = _("The values of {column} may well be spread as expected; {p}.", **given)
        counts = pd.DataFrame({"value": names, "rows": observed.astype(int), "expected": shares * observed.sum()})
        report = Report(
            tables={"test": listed(result), "counts": columns_of(counts)},
            conclusions=(
                said,
                wording.rarity(test.pvalue, self.alpha),
                wording.effect("Cohen's w", w, wording.size(w, 0.1, 0.3, 0.5)),
            ),
        )
        return Found(one_row(result), report, values.left_out(int(len(labels) - observed.sum())))

    def _shares(self, names: list[str]) -> np.ndarray:
        """The share expected of each value; what is given need not add up to one."""
        if not self.expected:
            return np.full(len(names), 1 / len(names))
        given = {e.rpartition("=")[0]: float(e.rpartition("=")[2]) for e in self.expected}
        missing, unknown = [n for n in names if n not in given], [n for n in given if n not in names]
        if missing or unknown:
            raise InputError(
                _("No share is given for {value!r}.", value=missing[0])
                if missing
                else _("Column {column!r} has no value {value!r}.", column=self.column, value=unknown[0]),
                fix=_("Give a share for each of: {values}.", values=", ".join(names[: values.SHOWN])),
            )
        shares = np.array([given[n] for n in names])
        return shares / shares.sum()
