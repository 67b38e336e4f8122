"""How far rows are from the rows of training, column by column.

The population stability index sums (a - e) ln(a / e) over bins, with the shares e in training and a now. By the usual
limits, below 0.1 nothing has changed to speak of, and from 0.25 on much has (N. Siddiqi, *Credit Risk Scorecards*,
Wiley 2006). On few rows chance alone moves it that far, so a column is only said to have changed where a test says so
too: Kolmogorov-Smirnov for numbers, chi-squared for categories, Fisher's exact for missing values, with the p-values of
all columns corrected together for the rate of false discoveries (Benjamini and Hochberg 1995).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from pipelines.chain.conform import as_text
from pipelines.messages import Joined, _
from pipelines.schema import ColumnType, column_type

SOME, MUCH = 0.1, 0.25
LEVEL = 0.05
FEWEST = 50
BINS = 10
CATEGORIES = 20
MOST_CATEGORIES = 1000  # of a text column that repeats itself; more, and it is free text
LEAST_SHARE = 1e-4  # what an empty bin counts as: the index has no value for none
EXPECTED = 5.0  # rows in the rarest cell that chi-squared is good for

State = Literal["stable", "moderate", "drifted", "few", "unknown"]


@dataclass(frozen=True)
class Drift:
    """One column now against training. Shares are of 1; ``p_value`` is corrected for the number of columns.

    ``test`` is ``ks`` or ``chi2``; ``before`` and ``after`` are medians, or the commonest values.
    """

    column: str
    state: State
    message: str
    rows: int
    psi: float | None = None
    test: str = ""
    statistic: float | None = None
    p_value: float | None = None
    missing: float = 0.0
    missing_before: float = 0.0
    missing_p_value: float | None = None
    unseen: float | None = None
    before: float | str | None = None
    after: float | str | None = None


def compare(before: pd.DataFrame, after: pd.DataFrame) -> list[Drift]:
    """Each column that both have, those that changed most first."""
    found = [column_drift(before[c], after[c]) for c in before.columns if c in after.columns]
    return sorted(judged(found), key=lambda d: (ORDER.index(d.state), -(d.psi or 0.0), d.column))


ORDER: Sequence[State] = ("drifted", "moderate", "stable", "few", "unknown")


def column_drift(before: pd.Series, after: pd.Series) -> Drift:
    """The numbers of one column, its p-values as they are; ``judged`` corrects them and gives the verdict."""
    name, rows = str(before.name), len(after)
    missing, missing_before = _missing(after), _missing(before)
    known = Drift(name, "few", "", rows, missing=missing, missing_before=missing_before)
    if rows < FEWEST or len(before) < FEWEST:
        return known
    table = [[round(missing * rows), rows - round(missing * rows)]]
    table += [[round(missing_before * len(before)), len(before) - round(missing_before * len(before))]]
    known = replace(known, state="stable", missing_p_value=float(stats.fisher_exact(table).pvalue))
    kind = column_type(before)
    if kind.is_numeric or kind is ColumnType.DATETIME:
        return _numbers(known, _as_numbers(before, kind), _as_numbers(after, kind), kind)
    return _categories(known, before, after)


def psi(before: np.ndarray, after: np.ndarray) -> float:
    """The population stability index of counts in the same bins."""
    expected = np.maximum(before / before.sum(), LEAST_SHARE)
    actual = np.maximum(after / after.sum(), LEAST_SHARE)
    return float(np.sum((actual - expected) * np.log(actual / expected)))


def quantile_edges(values: np.ndarray) -> np.ndarray:
    """Inner edges of bins that hold about as many of ``values`` each; fewer where values repeat."""
    return np.unique(np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1]))


def judged(found: Sequence[Drift]) -> list[Drift]:
    """The columns with corrected p-values and a verdict in words."""
    asked = [(i, n) for i, d in enumerate(found) for n in ("p_value", "missing_p_value") if getattr(d, n) is not None]
    corrected: Sequence[float] = (
        stats.false_discovery_control([getattr(found[i], n) for i, n in asked]) if asked else ()
    )
    values: list[dict[str, float]] = [{} for _column in found]
    for (i, name), p in zip(asked, corrected, strict=True):
        values[i][name] = float(p)
    return [_verdict(replace(d, **v)) for d, v in zip(found, values, strict=True)]  # type: ignore[arg-type]


def _numbers(known: Drift, before: np.ndarray, after: np.ndarray, kind: ColumnType) -> Drift:
    index = None
    present, present_before = after[~np.isnan(after)], before[~np.isnan(before)]
    if len(present_before):
        edges = quantile_edges(present_before)
        index = psi(_binned(before, edges), _binned(after, edges))
    if not len(present) or not len(present_before):
        return replace(known, psi=index)
    tested = stats.ks_2samp(present_before, present, method="asymp")
    middles = [float(np.median(v)) for v in (present_before, present)]
    shown: list[float] | list[str] = [_day(m) for m in middles] if kind is ColumnType.DATETIME else middles
    return replace(
        known,
        psi=index,
        test="ks",
        statistic=float(tested.statistic),
        p_value=float(tested.pvalue),
        before=shown[0],
        after=shown[1],
    )


def _binned(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Rows in each bin, and last those without a value; a value on an edge is in the bin below."""
    gaps = np.isnan(values)
    counts = np.bincount(np.searchsorted(edges, values[~gaps], side="left"), minlength=len(edges) + 1)
    return np.append(counts, gaps.sum()).astype(float)


def _categories(known: Drift, before: pd.Series, after: pd.Series) -> Drift:
    first, second = _texts(before), _texts(after)
    counts, now = first.value_counts(), second.value_counts()
    if not len(counts):
        return known
    if len(counts) > min(MOST_CATEGORIES, len(first) / 2):
        return replace(known, state="unknown", message=_("Free text: no value comes often enough to be compared."))
    unseen = float((~second.isin(set(counts.index))).mean()) if len(second) else None
    named = list(counts.index[:CATEGORIES])
    pair = [_grouped(c, named, len(v) - len(p)) for c, v, p in ((counts, before, first), (now, after, second))]
    known = replace(known, psi=psi(pair[0], pair[1]), unseen=unseen, before=str(counts.index[0]))
    if not len(second):
        return known
    known = replace(known, after=str(now.index[0]))
    table = _testable(np.vstack([p[:-1] for p in pair]))
    if table.shape[1] < 2:
        return known
    tested = stats.chi2_contingency(table, correction=False)
    return replace(known, test="chi2", statistic=float(tested.statistic), p_value=float(tested.pvalue))


def _grouped(counts: pd.Series, named: list[str], gaps: int) -> np.ndarray:
    """Rows of each named category, of all others together, and without a value."""
    shown = counts.reindex(named, fill_value=0).to_numpy(dtype=float)
    return np.append(shown, [float(counts.sum()) - shown.sum(), float(gaps)])


def _testable(table: np.ndarray) -> np.ndarray:
    """The table with its rare columns put together, as chi-squared needs some rows to be expected everywhere."""
    table = table[:, table.sum(axis=0) > 0]
    share = table.sum(axis=1).min() / table.sum()
    rare = table.sum(axis=0) * share < EXPECTED
    if rare.sum() < 2:
        return table
    return np.column_stack([table[:, ~rare], table[:, rare].sum(axis=1)])


def _verdict(drift: Drift) -> Drift:
    if drift.state == "few":
        return replace(
            drift, message=_("Too few rows: {rows} are there, and {fewest} are needed.", rows=drift.rows, fewest=FEWEST)
        )
    certain = any(p is not None and p < LEVEL for p in (drift.p_value, drift.missing_p_value))
    index = drift.psi or 0.0
    if drift.state == "unknown":
        return drift
    state: State = "stable" if not certain or index < SOME else "moderate" if index < MUCH else "drifted"
    return replace(drift, state=state, message=_words(drift, state, certain))


def _words(drift: Drift, state: State, certain: bool) -> str:
    if state == "stable":
        chance = not certain and (drift.psi or 0.0) >= SOME
        return _("Not beyond what chance explains on so few rows.") if chance else _("As in training.")
    said: list[str] = [_("Much has changed.") if state == "drifted" else _("Some has changed.")]
    if isinstance(drift.before, float) and isinstance(drift.after, float):
        said.append(
            _("The median was {before} and is {after}.", before=f"{drift.before:.4g}", after=f"{drift.after:.4g}")
        )
    elif drift.before is not None and drift.after is not None and drift.before != drift.after:
        said.append(_("Mostly {before!r} in training, {after!r} now.", before=drift.before, after=drift.after))
    if drift.unseen:
        said.append(_("{share} of the values were never seen in training.", share=f"{drift.unseen:.1%}"))
    if drift.missing_p_value is not None and drift.missing_p_value < LEVEL:
        said.append(
            _(
                "Missing: {before} in training, {after} now.",
                before=f"{drift.missing_before:.1%}",
                after=f"{drift.missing:.1%}",
            )
        )
    return Joined(said)


def _missing(values: pd.Series) -> float:
    return float(values.isna().mean()) if len(values) else 0.0


def _as_numbers(values: pd.Series, kind: ColumnType) -> np.ndarray:
    if kind is ColumnType.DATETIME:
        times = pd.to_datetime(values, errors="coerce")
        seconds = (times - pd.Timestamp(0, tz=times.dt.tz)).dt.total_seconds()
        return seconds.to_numpy(dtype=np.float64, na_value=math.nan)
    numbers: np.ndarray = pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64, na_value=math.nan)
    return np.where(np.isfinite(numbers), numbers, math.nan)


def _texts(values: pd.Series) -> pd.Series:
    return values.dropna().astype(object).map(as_text)


def _day(seconds: float) -> str:
    return str(pd.Timestamp(seconds, unit="s").date())


def counts_of(found: Sequence[Drift]) -> Mapping[State, int]:
    """How many columns are in each state."""
    return {state: sum(d.state == state for d in found) for state in ORDER}
