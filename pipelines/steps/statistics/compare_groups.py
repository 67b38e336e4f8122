"""Compare Groups."""

from __future__ import annotations

from itertools import combinations
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field
from scipy import optimize, stats

from pipelines.errors import InputError
from pipelines.messages import Message, _
from pipelines.parameters import ColumnName, Form
from pipelines.steps.base import Bars, Example, Report
from pipelines.steps.statistics import values, wording
from pipelines.steps.statistics.statistic import Found, Statistic, listed, one_row
from pipelines.steps.statistics.t_test import described
from pipelines.table import Table

WHAT = "A comparison of groups"
MOST_PAIRED = 12


class CompareGroups(Statistic):
    """Test whether a number differs between three groups or more (analysis of variance, Kruskal-Wallis).

    The same as scipy.stats.f_oneway (with equal_var=False it is Welch's) and kruskal. Each pair of groups is compared
    by Tukey's test, or Games and Howell's where variances differ, as scipy.stats.tukey_hsd does, for at most 12 groups.
    The effect is eta squared with the interval of Steiger (Psychological Methods 9, 2004), or epsilon squared of ranks
    (Tomczak and Tomczak 2014).
    """

    type: ClassVar[str] = "compare_groups"
    title: ClassVar[str] = "Compare Groups"
    synonyms: ClassVar[tuple[str, ...]] = (
        "ANOVA",
        "analysis of variance",
        "Kruskal-Wallis",
        "Tukey",
        "hypothesis test",
    )
    equivalent: ClassVar[str] = (
        "groups = [rows['price'] for _, rows in table.groupby('body')]\nscipy.stats.f_oneway(*groups)"
    )
    example: ClassVar[Example | None] = Example(
        params={"column": "price", "by": "body"},
        table="body,price\nsedan,10200\nsedan,11900\nvan,9800\nvan,9100\ncoupe,15100\ncoupe,16400\n",
    )

    method: Literal["anova", "kruskal"] = Field(
        "anova", title="Method", description="anova: the means. kruskal: ranks, whatever the distribution."
    )
    column: ColumnName = Field(title="Column", description="The numbers to compare.")
    by: ColumnName = Field(title="Groups by", description="The column whose values make the groups.")
    equal_var: Annotated[bool, Form(when={"method": ("anova",)})] = Field(
        True, title="Equal variances", description="Whether all groups vary alike; off is Welch's analysis of variance."
    )
    alpha: float = Field(
        0.05, gt=0, lt=1, title="Significance level", description="Below this p-value a difference counts as found."
    )

    def find(self, table: Table) -> Found:
        groups = values.grouped(table, self.column, self.by, WHAT)
        if len(groups.names) < 2:
            raise InputError(
                _("Column {column!r} makes no two groups with numbers.", column=self.by),
                fix=_("Choose a column with two or more values."),
            )
        alone = [n for n, v in groups.values.items() if len(v) < 2]
        samples = {n: v for n, v in groups.values.items() if n not in alone}
        notes = groups.notes
        if alone:
            notes += (_("Groups of one row are left out: {names}.", names=", ".join(alone[: values.SHOWN])),)
        if len(samples) < 2:
            raise InputError(
                _("The groups of {column!r} have one row each.", column=self.by),
                fix=_("Choose a column with fewer values."),
            )
        values.require_variation(np.concatenate([*samples.values()]), self.column)
        if self.method == "anova":
            values.require_variation(np.concatenate([v - v.mean() for v in samples.values()]), self.column)
        result = self._anova(samples) if self.method == "anova" else self._kruskal(samples)
        pairs = self._pairs(samples) if self.method == "anova" and 2 < len(samples) <= MOST_PAIRED else {}
        tables = {"test": listed(result), "samples": described(samples)} | ({"pairs": pairs} if pairs else {})
        means = [float(v.mean() if self.method == "anova" else np.median(v)) for v in samples.values()]
        what = f"Mean of {self.column}" if self.method == "anova" else f"Median of {self.column}"
        bars = Bars("groups", list(samples), means, what)
        return Found(one_row(result), Report(tables=tables, bars=(bars,), conclusions=self._said(result, pairs)), notes)

    def _anova(self, samples: dict[str, np.ndarray]) -> dict[str, Any]:
        found = stats.f_oneway(*samples.values(), equal_var=self.equal_var)
        everything = np.concatenate([*samples.values()])
        between = sum(len(v) * (v.mean() - everything.mean()) ** 2 for v in samples.values())
        df = len(samples) - 1, len(everything) - len(samples)
        eta = float(between / ((everything - everything.mean()) ** 2).sum())
        plain = eta / (1 - eta) * df[1] / df[0]
        low, high = (_noncentral(plain, *df, q) for q in (1 - self.alpha / 2, self.alpha / 2))
        return {
            "test": "analysis of variance" if self.equal_var else "Welch's analysis of variance",
            "statistic": float(found.statistic),
            "p_value": float(found.pvalue),
            "eta_squared": eta,
            "ci_low": low / (low + len(everything)),
            "ci_high": high / (high + len(everything)),
            "groups": len(samples),
            "rows": len(everything),
        }

    def _kruskal(self, samples: dict[str, np.ndarray]) -> dict[str, Any]:
        found = stats.kruskal(*samples.values())
        rows = sum(map(len, samples.values()))
        return {
            "test": "Kruskal-Wallis",
            "statistic": float(found.statistic),
            "p_value": float(found.pvalue),
            "epsilon_squared": float(found.statistic / (rows - 1)),
            "groups": len(samples),
            "rows": rows,
        }

    def _pairs(self, samples: dict[str, np.ndarray]) -> dict[str, list[Any]]:
        found = stats.tukey_hsd(*samples.values(), equal_var=self.equal_var)
        interval = found.confidence_interval(1 - self.alpha)
        names, places = list(samples), list(combinations(range(len(samples)), 2))
        places.sort(key=lambda at: float(found.pvalue[at]))
        return {
            "first": [names[i] for i, _j in places],
            "second": [names[j] for _i, j in places],
            "difference": [float(found.statistic[at]) for at in places],
            "ci low": [float(interval.low[at]) for at in places],
            "ci high": [float(interval.high[at]) for at in places],
            "p value": [float(found.pvalue[at]) for at in places],
        }

    def _said(self, result: dict[str, Any], pairs: dict[str, list[Any]]) -> tuple[Message, ...]:
        p = result["p_value"]
        given = {"column": self.column, "by": self.by, "count": result["groups"], "p": wording.chance(p)}
        if p < self.alpha:
            first = _("{column} differs between the {count} values of {by}; {p}.", **given)
        else:
            first = _("No difference is found in {column} between the {count} values of {by}; {p}.", **given)
        said = [first, wording.rarity(p, self.alpha)]
        share = result.get("eta_squared", result.get("epsilon_squared", 0.0))
        told = {"share": wording.percent(share), "by": self.by, "size": wording.size(share, 0.01, 0.06, 0.14)}
        if self.method == "anova":
            said.append(_("{by} accounts for {share} of the variance: a {size} effect.", **told))
            said.append(wording.interval(_("eta squared"), result["ci_low"], result["ci_high"], 1 - self.alpha))
        else:
            said.append(_("{by} accounts for {share} of the variance of the ranks: a {size} effect.", **told))
        if pairs and p < self.alpha:
            apart = sum(v < self.alpha for v in pairs["p value"])
            said.append(
                _("{apart} of {count} pairs of groups differ; see Pairs.", apart=apart, count=len(pairs["p value"]))
            )
        return tuple(said)


def _noncentral(f: float, df1: int, df2: int, level: float) -> float:
    """The noncentrality of the F distribution under which a value up to ``f`` has the probability ``level``."""

    def away(nc: float) -> float:
        return float(stats.ncf.cdf(f, df1, df2, nc)) - level if nc > 0 else float(stats.f.cdf(f, df1, df2)) - level

    if away(0.0) <= 0:
        return 0.0
    high = max(1.0, 2 * f * df1)
    while away(high) > 0:
        high *= 2
    return float(optimize.brentq(away, 0.0, high))
