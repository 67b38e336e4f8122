"""What rows are marked by, for training, testing and folds: classes, groups, texts and times."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from pipelines.errors import InputError, ParameterError
from pipelines.messages import _, ngettext
from pipelines.schema import ColumnType, column_type
from pipelines.steps.texts import distinct


def class_codes(values: pd.Series, least: int) -> np.ndarray:
    """The number of each row's class; missing is a class of its own. InputError for one with fewer than ``least`` rows.

    Missing values may be fewer.
    """
    codes, names = pd.factorize(values, sort=True, use_na_sentinel=True)
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    if len(counts) and counts.min() < least:
        few = int(counts.argmin())
        raise InputError(
            ngettext(
                "Only one row has {column} = {value}, so its class cannot be in every part.",
                "Only {count} rows have {column} = {value}, so their class cannot be in every part.",
                count=int(counts[few]),
                column=values.name,
                value=names[few],
            ),
            fix=_("Take such rows out, choose another column, or do not stratify."),
        )
    return np.where(codes < 0, len(names), codes)


def group_codes(values: pd.Series) -> np.ndarray:
    """The number of each row's group; rows without one are a group."""
    codes, names = pd.factorize(values, use_na_sentinel=True)
    return np.where(codes < 0, len(names), codes)


def matches(values: pd.Series, pattern: re.Pattern[str]) -> np.ndarray:
    """Whether the text of each value has a match; a missing one has none."""
    codes, texts = distinct(values.array)
    found = np.array([text is not None and pattern.search(text) is not None for text in texts], dtype=bool)
    return found if isinstance(codes, range) else found[codes]


def moments(values: pd.Series, text: str, parameter: str) -> tuple[np.ndarray, Any]:
    """The times of rows as an array that can be compared, and the moment ``text`` means; None where it is empty."""
    kind = column_type(values)
    if kind is not ColumnType.DATETIME and not kind.is_numeric:
        raise InputError(
            _(
                "The column {column!r} holds neither dates nor numbers, so it gives no order in time.",
                column=values.name,
            ),
            fix=_("Give it the type datetime with Edit Metadata, or choose another column."),
        )
    missing = int(values.isna().sum())
    if missing:
        raise InputError(
            ngettext(
                "In {count} row the time {column!r} is missing.",
                "In {count} rows the time {column!r} is missing.",
                count=missing,
                column=values.name,
            ),
            fix=_("Filter such rows out before."),
        )
    if kind.is_numeric:
        return values.to_numpy(dtype=np.float64), _number(text, parameter) if text else None
    times = values.dt.tz_convert("UTC").dt.tz_localize(None) if values.dt.tz is not None else values
    return times.to_numpy(dtype="datetime64[ns]"), _date(text, values, parameter) if text else None


def _number(text: str, parameter: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ParameterError(
            _("{text!r} is no number, but the column holds numbers.", text=text),
            parameter=parameter,
            fix=_("Write a number, such as 2026."),
        ) from None


def _date(text: str, values: pd.Series, parameter: str) -> np.datetime64:
    try:
        found = pd.Timestamp(text)
    except ValueError:
        raise ParameterError(
            _("{text!r} is no date.", text=text), parameter=parameter, fix=_("Write it as in 2026-01-31.")
        ) from None
    if found.tz is None and values.dt.tz is not None:
        found = found.tz_localize(values.dt.tz)
    found = found.tz_convert("UTC").tz_localize(None) if found.tz is not None else found
    return found.to_datetime64()
