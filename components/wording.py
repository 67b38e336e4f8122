"""Numbers, times and sizes as a person reads them; the same on every page."""

from __future__ import annotations

import math
from collections.abc import Collection
from datetime import UTC, datetime


def count(number: int, noun: str) -> str:
    """A number with its noun: ``1 row``, ``1,200 rows``."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def duration(seconds: float | None) -> str:
    """``0.3 s``, ``12 s``, ``2 min 5 s``, ``1 h 4 min``; a dash where it is not known."""
    if seconds is None:
        return "–"
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def ago(moment: datetime | None, now: datetime | None = None) -> str:
    """How long ago: ``just now``, ``5 min ago``, ``yesterday``, then the date."""
    if moment is None:
        return "–"
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    seconds = ((now or datetime.now(UTC)) - moment).total_seconds()
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{seconds // 60:.0f} min ago"
    if seconds < 86400:
        return f"{seconds // 3600:.0f} h ago"
    days = int(seconds // 86400)
    return "yesterday" if days == 1 else f"{days} days ago" if days < 14 else f"{moment:%d %b %Y}"


def when(moment: datetime | None) -> str:
    """The moment, in UTC: ``24 Nov 2026, 02:10 UTC``."""
    if moment is None:
        return "–"
    moment = moment.astimezone(UTC) if moment.tzinfo else moment
    return f"{moment:%d %b %Y, %H:%M} UTC"


def size(count_of_bytes: int) -> str:
    """``812 B``, ``1.4 MiB``."""
    value = float(count_of_bytes)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < 1024 or unit == "GiB":
            return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
        value /= 1024
    raise AssertionError


def number(value: float | int | None) -> str:
    """A number with four telling digits: ``0.9123``, ``12,346``, ``1.2e-07``."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, float) and math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{value:,.0f}"
    magnitude = abs(value)
    if magnitude >= 1000:
        return f"{value:,.0f}" if magnitude >= 10_000 else f"{value:,.1f}"
    return f"{value:.4g}"


def metric(name: str) -> str:
    """A metric's name for a heading: ``roc_auc`` becomes ``ROC AUC``, ``evaluate.f1`` ``F1 (evaluate)``."""
    step, _, own = name.rpartition(".")
    text = _METRICS.get(own) or own.replace("_", " ").capitalize()
    return f"{text} ({step})" if step else text


_METRICS = {
    "roc_auc": "ROC AUC",
    "f1": "F1",
    "r2": "R²",
    "mean_absolute_error": "MAE",
    "mean_squared_error": "MSE",
    "root_mean_squared_error": "RMSE",
    "mean_absolute_percentage_error": "MAPE",
    "matthews_corrcoef": "Matthews correlation",
    "davies_bouldin": "Davies-Bouldin",
    "calinski_harabasz": "Calinski-Harabasz",
    "n_clusters": "Clusters",
    "f1_macro": "F1 macro",
    "f1_weighted": "F1 weighted",
    "log_loss": "Log loss",
    "average_precision": "Average precision",
}


def free_name(wanted: str, taken: Collection[str]) -> str:
    """``wanted``, or with the first number behind it that is not in ``taken``."""
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}-{number}", number + 1
    return name
