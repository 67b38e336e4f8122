"""Numbers, times and sizes as a person reads them in the visitor's language; the same on every page."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from itertools import accumulate
from unicodedata import east_asian_width

from babel.dates import format_skeleton

from components.language import DATES, LOCALES, N_, _, current, ngettext, said


def rows(number: int) -> str:
    """``1 row``, ``1,200 rows``."""
    return ngettext("{count} row", "{count:,} rows", number)


def columns(number: int) -> str:
    """``1 column``, ``26 columns``."""
    return ngettext("{count} column", "{count:,} columns", number)


def steps(number: int) -> str:
    """``1 step``, ``8 steps``."""
    return ngettext("{count} step", "{count:,} steps", number)


def yes_no(value: bool) -> str:
    """A truth in a word."""
    return _("yes") if value else _("no")


def duration(seconds: float | None) -> str:
    """``0.3 s``, ``12 s``, ``2 min 5 s``, ``1 h 4 min``; a dash where it is not known."""
    if seconds is None:
        return "–"
    if seconds < 10:
        return _("{seconds:.1f} s", seconds=seconds)
    if seconds < 60:
        return _("{seconds:.0f} s", seconds=seconds)
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return _("{minutes} min {seconds} s", minutes=minutes, seconds=rest)
    return _("{hours} h {minutes} min", hours=minutes // 60, minutes=minutes % 60)


def ago(moment: datetime | None, now: datetime | None = None) -> str:
    """How long ago: ``just now``, ``5 min ago``, ``yesterday``, then the date."""
    if moment is None:
        return "–"
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    seconds = ((now or datetime.now(UTC)) - moment).total_seconds()
    if seconds < 60:
        return _("just now")
    if seconds < 3600:
        return ngettext("{count} min ago", "{count} min ago", int(seconds // 60))
    if seconds < 86400:
        return ngettext("{count} h ago", "{count} h ago", int(seconds // 3600))
    days = int(seconds // 86400)
    if days == 1:
        return _("yesterday")
    return ngettext("{count} day ago", "{count} days ago", days) if days < 14 else date(moment)


def date(moment: datetime) -> str:
    """A day as the language writes it: ``24 Nov 2026``, ``2026/11/24``."""
    return format_skeleton(DATES[current()], moment, locale=LOCALES[current()])


def when(moment: datetime | None) -> str:
    """The moment, in UTC: ``24 Nov 2026, 02:10 UTC``."""
    if moment is None:
        return "–"
    moment = moment.astimezone(UTC) if moment.tzinfo else moment
    return _("{date}, {time:%H:%M} UTC", date=date(moment), time=moment)


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
    step, _dot, own = name.rpartition(".")
    text = said(METRICS.get(own) or own.replace("_", " ").capitalize())
    return f"{text} ({step})" if step else text


METRICS = {
    "roc_auc": "ROC AUC",
    "f1": "F1",
    "r2": "R²",
    "mean_absolute_error": "MAE",
    "mean_squared_error": "MSE",
    "root_mean_squared_error": "RMSE",
    "mean_absolute_percentage_error": "MAPE",
    "accuracy": N_("Accuracy"),
    "anomalies": N_("Anomalies"),
    "anomaly_rate": N_("Share of anomalies"),
    "average_precision": N_("Average precision"),
    "balanced_accuracy": N_("Balanced accuracy"),
    "calinski_harabasz": N_("Calinski-Harabasz"),
    "davies_bouldin": N_("Davies-Bouldin"),
    "distance_to_centre": N_("Distance to own centre"),
    "distance_to_other_centres": N_("Distance to other centres"),
    "f1_macro": N_("F1 macro"),
    "f1_weighted": N_("F1 weighted"),
    "log_loss": N_("Log loss"),
    "max_distance_to_centre": N_("Largest distance to own centre"),
    "matthews_corrcoef": N_("Matthews correlation"),
    "median_absolute_error": N_("Median absolute error"),
    "n_clusters": N_("Clusters"),
    "noise_rows": N_("Rows in no cluster"),
    "precision": N_("Precision"),
    "recall": N_("Recall"),
    "relative_absolute_error": N_("Relative absolute error"),
    "relative_squared_error": N_("Relative squared error"),
    "rows_not_scored": N_("Rows not scored"),
    "seasonal_naive_mean_absolute_error": N_("MAE of the season before"),
    "silhouette": N_("Silhouette"),
    "symmetric_mean_absolute_percentage_error": "sMAPE",
}


def model(uri: str) -> str:
    """A published model as lists call it: ``models:/car-price/1`` is ``car-price v1``; another address is as it is."""
    name, _slash, version = uri.removeprefix("models:/").rpartition("/")
    return f"{name} v{version}" if uri.startswith("models:/") and name and version.isdigit() else uri


def listed(parts: Iterable[str]) -> str:
    """What is there of several things, one after the other: ``2 errors, 1 warning``."""
    return _(", ").join(filter(None, parts))


def free_name(wanted: str, taken: Collection[str]) -> str:
    """``wanted``, or with the first number behind it that is not in ``taken``."""
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}-{number}", number + 1
    return name


def shortened(text: str, room: int) -> str:
    """``text`` with an ellipsis in place of what goes beyond ``room`` letters; wide ones, as in Japanese, count two."""
    widths = accumulate(2 if east_asian_width(c) in "WF" else 1 for c in text)
    kept = sum(w <= room for w in widths)
    return text if kept == len(text) else text[: max(1, kept - 1)].rstrip() + "…"


def further_table(output: str) -> str:
    """A table that a step gives beside its first, by the name of its output."""
    return _("Second table") if output == "second" else _("Table {name}", name=output)
