"""Rows in an order, by group: what windows and lags look along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Ordered:
    """The places of the rows in their order, and the number of each one's group, in that order."""

    places: np.ndarray
    groups: np.ndarray

    @classmethod
    def of(cls, frame: pd.DataFrame, by: Sequence[str], order_by: str) -> Ordered:
        """Rows ordered by ``order_by``, one without it last, or as they stand; a missing group is a group."""
        rows = frame.reset_index(drop=True)
        places = rows[order_by].sort_values(kind="stable", na_position="last").index if order_by else rows.index
        if by:
            groups = rows.groupby(list(by), dropna=False, observed=True, sort=False).ngroup().to_numpy()
        else:
            groups = np.zeros(len(rows), dtype=np.int64)
        return cls(places.to_numpy(), groups[places.to_numpy()])

    @cached_property
    def as_they_stand(self) -> bool:
        """Whether the rows are in this order already."""
        return np.array_equal(self.places, np.arange(len(self.places)))

    def along(self, values: pd.Series) -> pd.Series:
        """The column in the order, numbered from 0."""
        if self.as_they_stand:
            return values.reset_index(drop=True)
        return values.iloc[self.places].reset_index(drop=True)

    def back(self, values: pd.Series, index: pd.Index) -> pd.Series:
        """What was made in the order, at the rows' own places."""
        if self.as_they_stand:
            return values.set_axis(index)
        return values.iloc[np.argsort(self.places, kind="stable")].set_axis(index)

    def pieces(self, values: pd.Series) -> list[pd.Series]:
        """A column in the order, as one piece for each group."""
        if not self.groups.any():
            return [values]
        return [piece for _group, piece in values.groupby(self.groups)]
