"""What each column of a table looks like: counts, range, quantiles, the most frequent values, a histogram."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipelines.schema import ColumnType, TableSchema, schema_of

Scalar = str | int | float | bool | None

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
TOP = 10
_BINS = 20
_FEW = 50  # numbers with no more distinct values than this are counted one by one too
_LONG_TEXT = 200


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One column. What does not apply to its type, or has no value to be computed from, is None or empty.

    Moments are ISO texts, a standard deviation of moments is in seconds. ``top`` holds ``(value, count)``, most
    frequent first. ``edges`` has one more entry than ``counts``. Infinite numbers count in ``rows`` and
    ``distinct`` alone.
    """

    name: str
    type: str
    rows: int
    missing: int
    distinct: int
    min: Scalar = None
    max: Scalar = None
    mean: Scalar = None
    std: float | None = None
    median: Scalar = None
    quantiles: tuple[tuple[float, Scalar], ...] = ()
    top: tuple[tuple[Scalar, int], ...] = ()
    edges: tuple[Scalar, ...] = ()
    counts: tuple[int, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The profile in JSON's terms."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ColumnProfile:
        """The inverse of ``to_dict``, also after JSON made lists of the tuples."""
        pairs = {key: tuple((a, b) for a, b in values[key]) for key in ("quantiles", "top")}
        return cls(**{**values, **pairs, "edges": tuple(values["edges"]), "counts": tuple(values["counts"])})


def profile(frame: pd.DataFrame, schema: TableSchema | None = None) -> list[ColumnProfile]:
    """The profile of every column of ``frame``, in its order; ``schema`` defaults to ``schema_of(frame)``."""
    schema = schema or schema_of(frame)
    return [column_profile(frame[column.name], column.name, column.type) for column in schema]


def column_profile(values: pd.Series, name: str, kind: ColumnType) -> ColumnProfile:
    """The profile of one column of this type."""
    present = values.dropna()
    rows, missing = len(values), len(values) - len(present)
    if kind.is_numeric:
        extra = _numeric(present)
    elif kind is ColumnType.DATETIME:
        extra = _moments(present)
    else:
        extra = _categorical(present)
    return ColumnProfile(name, kind.value, rows, missing, **extra)


def _categorical(present: pd.Series) -> dict[str, Any]:
    counts = present.astype(str).value_counts() if present.dtype == object else present.value_counts()
    counts = counts[counts > 0]
    return {"distinct": len(counts), "top": _top(counts)}


def _top(counts: pd.Series) -> tuple[tuple[Scalar, int], ...]:
    return tuple((_scalar(value), int(count)) for value, count in counts.head(TOP).items())


def _scalar(value: Any) -> Scalar:
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    text = str(value)
    return text if len(text) <= _LONG_TEXT else text[: _LONG_TEXT - 1] + "…"


def _numeric(present: pd.Series) -> dict[str, Any]:
    numbers = present.to_numpy()
    unique = pd.unique(numbers)
    found: dict[str, Any] = {"distinct": len(unique)}
    if len(unique) <= _FEW:
        found["top"] = _top(present.value_counts())
    if numbers.dtype.kind == "f":
        numbers = numbers[np.isfinite(numbers)]
    if not len(numbers):
        return found
    low, high = numbers.min(), numbers.max()
    # Sums of very large numbers leave the range of floats; then there is no mean to be shown.
    with np.errstate(over="ignore", invalid="ignore"):
        quantiles = np.quantile(numbers, QUANTILES)
        mean = _scalar(np.mean(numbers))
        std = _scalar(np.std(numbers, ddof=1)) if len(numbers) > 1 else None
    counts, edges = _histogram(numbers, low, high, len(unique))
    return found | {
        "min": _scalar(low),
        "max": _scalar(high),
        "mean": mean,
        "std": std,
        "median": _scalar(quantiles[QUANTILES.index(0.5)]),
        "quantiles": tuple((q, _scalar(v)) for q, v in zip(QUANTILES, quantiles, strict=True)),
        "edges": tuple(_scalar(e) for e in edges),
        "counts": tuple(int(c) for c in counts),
    }


def _histogram(numbers: np.ndarray, low: Any, high: Any, distinct: int) -> tuple[np.ndarray, np.ndarray]:
    """Counts and edges of up to 20 bins of equal width; whole numbers of a small range get a bin each."""
    span = float(high) - float(low)
    if numbers.dtype.kind != "f" and span < _BINS:
        return np.histogram(numbers, bins=np.arange(float(low), float(high) + 2) - 0.5)
    if not math.isfinite(span) or span / _BINS <= np.spacing(max(abs(float(low)), abs(float(high)))):
        return np.array([len(numbers)]), np.array([float(low), float(high)])
    return np.histogram(numbers, bins=min(_BINS, max(distinct, 1)), range=(float(low), float(high)))


def _moments(present: pd.Series) -> dict[str, Any]:
    if present.empty:
        return {"distinct": 0}
    moments = present.to_numpy()
    ticks = moments.astype("int64")
    unit: Any = np.datetime_data(moments.dtype)[0]
    found = _numeric(pd.Series(ticks))
    found["top"] = ()
    for key in ("min", "max", "mean", "median"):
        found[key] = _iso(found[key], unit)
    found["std"] = None if found["std"] is None else found["std"] * (np.timedelta64(1, unit) / np.timedelta64(1, "s"))
    found["quantiles"] = tuple((q, _iso(v, unit)) for q, v in found["quantiles"])
    found["edges"] = tuple(_iso(e, unit) for e in found["edges"])
    return found


def _iso(ticks: Any, unit: Any) -> str | None:
    return None if ticks is None else pd.Timestamp(np.datetime64(round(ticks), unit)).isoformat()
