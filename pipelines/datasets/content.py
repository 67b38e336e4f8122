"""The content hash of a table: equal for equal columns, types and values, whatever file they came in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable, Iterable

import numpy as np
import pandas as pd


def content_hash(columns: Iterable[tuple[Hashable, pd.Series]]) -> str:
    """SHA-256 over names, dtypes and values in their order, such as ``frame.items()`` gives them; no index counts."""
    digest = hashlib.sha256()
    for name, values in columns:
        digest.update(json.dumps([str(name), _dtype(values), len(values)], ensure_ascii=False).encode())
        digest.update(np.ascontiguousarray(_hashable(values)).tobytes())
        digest.update(np.packbits(values.isna().to_numpy()).tobytes())
    return digest.hexdigest()


def _dtype(values: pd.Series) -> str:
    if isinstance(values.dtype, pd.CategoricalDtype):
        return json.dumps([*map(str, values.dtype.categories), values.dtype.ordered], ensure_ascii=False)
    return str(values.dtype)


def _hashable(values: pd.Series) -> np.ndarray:
    # Numbers are hashed as they lie in memory; text by pandas, value by value, to 64 bits before SHA-256.
    if isinstance(values.dtype, np.dtype) and values.dtype != object:
        return values.to_numpy()
    return np.asarray(pd.util.hash_array(values.array, categorize=True))
