"""How far a column gives the label away: equal, a recoding of it, or nearly so."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from pipelines.graph.rules.facts import ENOUGH, as_floats, per_table
from pipelines.messages import _
from pipelines.schema import ColumnType, column_type
from pipelines.table import Table

LEAK = 0.995
"""What correlation, AUC or Cramér's V must reach."""

_FEW = 30  # numbers with no more different values than this are also looked at as categories
_PER_CATEGORY = 5  # rows for each category, below which a category tells its rows apart rather than their class


@dataclass(frozen=True, slots=True)
class Agreement:
    """A column that gives the label away: ``how``, as words for a message."""

    column: str
    how: str


@per_table
def suspects(table: Table, label: str, columns: tuple[str, ...], classes: bool) -> tuple[Agreement, ...]:
    """Those of ``columns`` that give ``label`` away in the training rows; ``classes``: whether it is sorted into."""
    rows = table.training
    known = rows[label].notna().to_numpy()
    if known.sum() < ENOUGH:
        return ()
    rows = rows if known.all() else rows[known]
    target = _Target(rows[label], classes)
    schema = table.schema
    found = ((c, target.told_by(rows[c], schema[c].type)) for c in columns if c != label and c in rows)
    return tuple(Agreement(c, how) for c, how in found if how)


class _Target:
    """A label, coded once for all columns that are held against it."""

    def __init__(self, values: pd.Series, classes: bool) -> None:
        self.values = values
        self.codes, unique = pd.factorize(values, sort=True)
        self.count = len(unique)
        self.rows = len(values)
        self.numbers = as_floats(values) if column_type(values).is_numeric and not classes else None
        self.ranks = rankdata(self.numbers) if self.numbers is not None else None
        self.classes = classes and 2 <= self.count <= self.rows / _PER_CATEGORY

    def told_by(self, values: pd.Series, kind: ColumnType) -> str:
        """How ``values`` give the label away; empty where they do not."""
        if self.count < 2:
            return ""
        if kind.is_numeric or kind in (ColumnType.BOOLEAN, ColumnType.DATETIME):
            return self._told_by_numbers(as_floats(values))
        if kind is ColumnType.OTHER:
            return ""
        written = _written_numbers(values) if self.numbers is not None else None
        return self._correlated(written) if written is not None else self._told_by_codes(pd.factorize(values)[0])

    def _told_by_numbers(self, values: np.ndarray) -> str:
        known = np.isfinite(values)
        if self.numbers is not None:
            return self._correlated(values)
        if not self.classes:
            return ""
        told = self._told_by_gaps(known)
        if told or known.sum() < ENOUGH or known.mean() < 0.5:
            return told
        values, codes = values[known], self.codes[known]
        if len(np.unique(values[:200])) <= _FEW and len(unique := np.unique(values)) <= _FEW:
            told = self._told_by_codes(np.searchsorted(unique, values), codes)
        return told or _ordered(values, codes, self.count)

    def _told_by_gaps(self, known: np.ndarray) -> str:
        if not 0.02 <= 1 - known.mean() <= 0.98:
            return ""
        share = cramers_v((~known).astype(np.int64), self.codes)
        return (
            _("is missing exactly where the label has some classes (Cramér's V {share:.3f})", share=share)
            if share >= LEAK
            else ""
        )

    def _correlated(self, values: np.ndarray) -> str:
        assert self.numbers is not None
        assert self.ranks is not None
        known = np.isfinite(values)
        if known.sum() < ENOUGH or known.mean() < 0.5:
            return ""
        mine, label = values[known], self.numbers[known]
        if np.array_equal(mine, label):
            return _("is a copy of it")
        if np.ptp(mine) == 0 or np.ptp(label) == 0:
            return ""
        straight = abs(float(np.corrcoef(mine, label)[0, 1]))
        if straight >= LEAK:
            return _("is nearly a copy of it (correlation {straight:.3f})", straight=straight)
        ranks = self.ranks if known.all() else rankdata(label)
        order = abs(float(np.corrcoef(rankdata(mine), ranks)[0, 1]))
        return _("puts the rows in the same order (rank correlation {order:.3f})", order=order) if order >= LEAK else ""

    def _told_by_codes(self, mine: np.ndarray, codes: np.ndarray | None = None) -> str:
        codes = self.codes if codes is None else codes
        mine = np.where(mine < 0, mine.max(initial=-1) + 1, mine)
        categories = int(mine.max(initial=0)) + 1
        if not 2 <= self.count <= len(codes) / _PER_CATEGORY or categories > len(codes) / _PER_CATEGORY:
            return ""
        pairs = len(np.unique(mine * self.count + codes))
        if pairs == categories == self.count == len(np.unique(codes)):
            return _("has one value for each of its values")
        # With fewer categories than classes it cannot tell them all apart, however well it goes with them.
        share = cramers_v(mine, codes) if categories >= self.count and self.count <= _FEW else 0.0
        if share >= LEAK:
            return _("nearly tells it (Cramér's V {share:.3f})", share=share)
        return _ordered(mine.astype(np.float64), codes, 2) if categories == self.count == 2 else ""


def cramers_v(first: np.ndarray, second: np.ndarray) -> float:
    """Cramér's V of two columns of codes from 0 up; 0 where one of them has one value only."""
    counts = np.zeros((int(first.max()) + 1, int(second.max()) + 1))
    np.add.at(counts, (first, second), 1.0)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    least = min(counts.shape) - 1
    if least < 1:
        return 0.0
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    return float(np.sqrt(((counts - expected) ** 2 / expected).sum() / (counts.sum() * least)))


def _ordered(values: np.ndarray, codes: np.ndarray, classes: int) -> str:
    """Whether numbers keep the classes apart: put in the order of their means, each lies above the one before."""
    sizes = np.bincount(codes, minlength=classes)
    if (sizes < _PER_CATEGORY).any():
        return ""
    means = np.bincount(codes, weights=values, minlength=classes) / sizes
    order = np.argsort(means)
    groups = [values[codes == c] for c in order]
    least = min(_auc(low, high) for low, high in pairwise(groups))
    return _("keeps its classes apart (AUC {least:.3f})", least=least) if least >= LEAK else ""


def _auc(low: np.ndarray, high: np.ndarray) -> float:
    """The share of pairs in which the second is larger, ties counted half."""
    low = np.sort(low)
    below, upto = np.searchsorted(low, high, "left"), np.searchsorted(low, high, "right")
    return float((below + upto).sum() / (2 * len(low) * len(high)))


def _written_numbers(values: pd.Series) -> np.ndarray | None:
    """The numbers in a column of text such as '13,950 USD'; None unless nearly every value has just one."""
    texts = values.dropna().astype(str)
    if not len(texts) or not any(any(c.isdigit() for c in t) for t in texts.head(5)):
        return None
    bare = values.astype(str).str.replace(r"[^0-9.eE+-]|(?<![0-9])[eE]", "", regex=True)
    found = pd.to_numeric(bare, errors="coerce").where(values.notna()).to_numpy(dtype=np.float64)
    return found if np.isfinite(found).sum() >= 0.95 * len(texts) else None
