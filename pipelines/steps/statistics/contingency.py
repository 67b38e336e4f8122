"""Counts of two columns against each other, and how much they have to do with each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize, stats

from pipelines.errors import InputError
from pipelines.messages import Message, _
from pipelines.steps.statistics import values, wording
from pipelines.table import Table

MOST_VALUES = 500
RARE = 5


@dataclass(frozen=True)
class Association:
    """Pearson's chi-squared test of independence, with Cramér's V and its interval."""

    statistic: float
    degrees_of_freedom: int
    p_value: float
    cramers_v: float
    ci_low: float
    ci_high: float
    rare: float  # the share of cells in which fewer than five rows would be expected


def counts(table: Table, rows: str, columns: str) -> tuple[pd.DataFrame, int]:
    """Rows of the table for each pair of values, and how many rows were left out, as one of the two was missing."""
    table.schema.require([rows, columns])
    if rows == columns:
        raise InputError(_("{column!r} is set against itself.", column=rows), fix=_("Choose two columns."))
    (first, down), (second, across) = values.coded(table.frame[rows]), values.coded(table.frame[columns])
    for name, found in ((rows, down), (columns, across)):
        if len(found) > MOST_VALUES:
            raise InputError(
                _("Column {column!r} has {count:,} values, too many to count pairs of.", column=name, count=len(found)),
                fix=_("Group them before, with Group into Bins."),
            )
    known = (first >= 0) & (second >= 0)
    if not known.any():
        raise InputError(
            _("No row has both {rows!r} and {columns!r}.", rows=rows, columns=columns), fix=_("Choose other columns.")
        )
    pairs = np.bincount(first[known] * len(across) + second[known], minlength=len(down) * len(across))
    crossed = pd.DataFrame(pairs.reshape(len(down), -1), pd.Index(down, dtype=object), pd.Index(across, dtype=object))
    return crossed.loc[crossed.any(axis=1), crossed.any(axis=0)], int((~known).sum())


def associated(found: pd.DataFrame, confidence: float, correction: bool) -> Association | None:
    """The test of independence; None where a column has one value only.

    Cramér's V comes with the interval from the noncentral chi-squared distribution (Smithson 2003).
    """
    if min(found.shape) < 2:
        return None
    test = stats.chi2_contingency(found.to_numpy(), correction=correction)
    plain = stats.chi2_contingency(found.to_numpy(), correction=False).statistic
    scale, df = found.to_numpy().sum() * (min(found.shape) - 1), int(test.dof)
    low, high = (_noncentral(float(plain), df, q) for q in ((1 + confidence) / 2, (1 - confidence) / 2))
    return Association(
        float(test.statistic),
        df,
        float(test.pvalue),
        float(np.sqrt(plain / scale)),
        float(np.sqrt((low + df) / scale)) if low else 0.0,
        min(1.0, float(np.sqrt((high + df) / scale))),
        float((test.expected_freq < RARE).mean()),
    )


def conclusions(found: Association, rows: str, columns: str, alpha: float) -> tuple[Message, ...]:
    """What the test says."""
    given = {"rows": rows, "columns": columns, "p": wording.chance(found.p_value)}
    if found.p_value < alpha:
        first = _("{rows} and {columns} have to do with each other; {p}.", **given)
        second = _("Counts this uneven would be rare if they had not.")
    else:
        first = _("No relation is found between {rows} and {columns}; {p}.", **given)
        second = _("Counts like these are common by chance alone; that does not prove that there is no relation.")
    size = wording.size(found.cramers_v, 0.1, 0.3, 0.5)
    return (
        first,
        second,
        wording.effect("Cramér's V", found.cramers_v, size),
        wording.interval(_("it"), found.ci_low, found.ci_high, 1 - alpha),
    )


def notes(found: Association | None, left_out: int) -> tuple[str, ...]:
    """Remarks: rows left out, and counts too small for the test."""
    said = values.left_out(left_out)
    if found is not None and found.rare > 0.2:
        said += (
            _(
                "Fewer than {few} rows would be expected in {share} of the cells: the p-value is rough. "
                "Group rare values together before.",
                few=RARE,
                share=wording.percent(round(found.rare, 3)),
            ),
        )
    return said


def _noncentral(statistic: float, df: int, level: float) -> float:
    """The noncentrality under which a statistic up to this one has the probability ``level``."""

    def away(nc: float) -> float:
        found = stats.ncx2.cdf(statistic, df, nc) if nc > 0 else stats.chi2.cdf(statistic, df)
        return float(found) - level

    if away(0.0) <= 0:
        return 0.0
    high = max(1.0, 2 * statistic)
    while away(high) > 0:
        high *= 2
    return float(optimize.brentq(away, 0.0, high))
