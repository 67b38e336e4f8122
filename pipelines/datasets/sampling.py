"""A small part of a table that stands for all of it: for previews, schema inference and diagnostics."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.datasets.sources import Source
from pipelines.schema import ColumnType, column_type

FEW_CATEGORIES = 50
_SEED = 0


def sample_rows(source: Source, rows: int) -> pd.DataFrame:
    """``rows`` rows of a table, the same ones every time, in their order, with a fresh index.

    A column with missing values has one missing in the sample, and one present; a text, category, boolean or
    integer column of at most 50 values has each of them twice, or as often as the data has. Where that takes more
    than ``rows`` rows, the sample is larger.
    """
    places = slice(None) if source.rows <= rows else _places(source, rows)
    found = {name: values.iloc[places].array for name, values in source.columns()}
    return pd.DataFrame(found, columns=list(found), copy=False)


def _places(source: Source, rows: int) -> np.ndarray:
    order = np.random.default_rng(_SEED).permutation(source.rows)
    chosen: list[int] = []
    taken = np.zeros(source.rows, dtype=bool)
    for _name, values in source.columns():
        codes = _codes(values, column_type(values))
        if codes is not None:
            for place in _deficit(codes, taken, order):
                taken[place] = True
                chosen.append(place)
    rest = order[~taken[order]][: max(0, rows - len(chosen))]
    return np.sort(np.concatenate([np.asarray(chosen, dtype=np.int64), rest]))


def _codes(values: pd.Series, kind: ColumnType) -> np.ndarray | None:
    """What each row must be represented for: its category, or whether it is missing. None: nothing."""
    if kind.is_categorical or kind is ColumnType.INTEGER:
        codes, unique = pd.factorize(values, use_na_sentinel=False)
        if len(unique) <= FEW_CATEGORIES + 1:
            return np.asarray(codes)
    missing = values.isna().to_numpy()
    return missing.astype(np.int64) if missing.any() else None


def _deficit(codes: np.ndarray, taken: np.ndarray, order: np.ndarray) -> list[int]:
    """The rows to add so that each code is there twice, or as often as there is one."""
    size = int(codes.max()) + 1
    wanted = np.minimum(2, np.bincount(codes, minlength=size)) - np.bincount(codes[taken], minlength=size)
    lacking = np.flatnonzero(wanted > 0)
    found: list[int] = []
    if not len(lacking):
        return found
    free = order[np.isin(codes[order], lacking) & ~taken[order]]
    free_codes = codes[free]
    for code in lacking:
        found.extend(int(place) for place in free[free_codes == code][: wanted[code]])
    return found
