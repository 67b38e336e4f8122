"""Date Parts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field, field_validator

from pipelines.chain.transformer import Columnwise, Transformer
from pipelines.columns import Columns
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import ColumnRule
from pipelines.schema import ColumnType, TableSchema
from pipelines.steps.base import Behaviour, Example, Step
from pipelines.steps.checks import WORDS
from pipelines.steps.names import free

Part = Literal[
    "year", "quarter", "month", "week", "day", "day_of_year", "weekday", "is_weekend", "hour", "minute", "elapsed"
]
PERIODS = {"quarter": 4, "month": 12, "week": 52, "day": 31, "day_of_year": 366, "weekday": 7, "hour": 24, "minute": 60}
"""After how many a part begins anew."""

DAY = 86_400_000_000


class SplitDates(Columnwise):
    """Columns of numbers made of columns of dates, in UTC."""

    def __init__(self, columns: list[str], parts: list[str], cyclic: bool, since: str, keep_columns: bool) -> None:
        self.columns = columns
        self.parts = parts
        self.cyclic = cyclic
        self.since = since
        self.keep_columns = keep_columns

    def learn(self, frame: pd.DataFrame, y: pd.Series | None) -> None:
        kept = {str(c) for c in frame.columns} - set(self.gone())
        self.made_: dict[str, dict[str, str]] = {
            c: {suffix: free(f"{c}_{suffix}", kept) for part in self.parts for suffix in self._suffixes(part)}
            for c in self.columns
        }

    def make(self, columns: Mapping[str, Any], rows: int) -> dict[str, Any]:
        made = {}
        for name, names in self.made_.items():
            times = pd.DatetimeIndex(columns[name])
            times = times.tz_convert(None) if times.tz is not None else times
            gaps = np.asarray(times.isna())
            for part in self.parts:
                values = self._part(times, part)
                suffixes = self._suffixes(part)
                if len(suffixes) == 1:
                    made[names[part]] = _with_gaps(values, gaps)
                    continue
                turn = _with_gaps(values, gaps) * (2 * np.pi / PERIODS[part])
                made |= {names[s]: wave(turn) for s, wave in zip(suffixes, (np.sin, np.cos), strict=True)}
        return made

    def gone(self) -> Collection[str]:
        return () if self.keep_columns else self.columns

    def requires(self, outputs: set[str]) -> set[str]:
        source = {made: name for name, names in self.made_.items() for made in names.values()}
        return {source.get(o, o) for o in outputs}

    def _suffixes(self, part: str) -> list[str]:
        return [f"{part}_sin", f"{part}_cos"] if self.cyclic and part in PERIODS else [part]

    def _part(self, times: pd.DatetimeIndex, part: str) -> np.ndarray:
        match part:
            case "week":
                return times.isocalendar()["week"].to_numpy(dtype=np.int64, na_value=0)
            case "is_weekend":
                return np.asarray(times.day_of_week) >= 5
            case "day_of_year":
                return np.asarray(times.day_of_year)
            case "elapsed":
                passed = times.as_unit("us") - pd.Timestamp(self.since).as_unit("us")
                return np.asarray(passed.to_numpy().astype("timedelta64[us]").astype(np.float64) / DAY)
            case "weekday":
                return np.asarray(times.day_of_week)
            case "year" | "quarter" | "month" | "day" | "hour" | "minute":
                return np.asarray(getattr(times, part))
            case other:
                raise ValueError(other)


class DateParts(Step):
    """Make numbers of dates: year, month, weekday, hour and so on.

    Like Series.dt in pandas. Weekdays count from 0, Monday; weeks are those of ISO 8601; times are read in UTC.
    ``cyclic`` gives sine and cosine of a part that begins anew, so that December is near January. What is made of a
    missing date is missing.
    """

    type: ClassVar[str] = "date_parts"
    title: ClassVar[str] = "Date Parts"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.ROW_WISE
    synonyms: ClassVar[tuple[str, ...]] = (
        "year", "month", "weekday", "hour", "datetime features", "calendar", "seasonality", "timestamp",
    )  # fmt: skip
    equivalent: ClassVar[str] = (
        'table["day_month"] = table["day"].dt.month\ntable["day_weekday"] = table["day"].dt.day_of_week'
    )
    example: ClassVar[Example | None] = Example(
        params={"parts": ["year", "month", "weekday", "is_weekend"]},
        table="day,sales\n2026-01-30,12\n2026-01-31,30\n2026-02-01,28\n2026-02-02,11\n",
    )

    parts: tuple[Part, ...] = Field(
        ("year", "month", "day", "weekday"), min_length=1, title="Parts", description="What to make of each date."
    )
    cyclic: bool = Field(
        False, title="Cyclic", description="Sine and cosine in place of each part that begins anew, such as the month."
    )
    since: str = Field("2000-01-01", title="Elapsed since", description="The date from which elapsed counts the days.")
    keep_columns: bool = Field(True, title="Keep the dates", description="Off: the columns of dates leave.")
    columns: ColumnRule = Field(
        Columns(kind="datetime"), title="Columns", description="The columns of dates to take apart."
    )

    @field_validator("since")
    @classmethod
    def _is_a_date(cls, value: str) -> str:
        try:
            moment = pd.Timestamp(value)
        except ValueError:
            raise ValueError(_("{value!r} is no date; write it like 2000-01-31", value=value)) from None
        if pd.isna(moment) or moment.tz is not None:
            raise ValueError(_("{value!r} is no date without a zone; write it like 2000-01-31", value=value))
        return value

    def build(self, schema: TableSchema) -> Transformer:
        columns = list(dict.fromkeys(self.columns.select(schema)))
        for name in columns:
            kind = schema[name].type
            if kind is not ColumnType.DATETIME:
                raise InputError(
                    _("Column {column!r} holds {kind}, not dates.", column=name, kind=WORDS[kind]),
                    fix=_("Make dates of it before, with Edit Metadata."),
                )
        return SplitDates(columns, list(dict.fromkeys(self.parts)), self.cyclic, self.since, self.keep_columns)


def _with_gaps(values: np.ndarray, gaps: np.ndarray) -> Any:
    """Whole numbers and truth values as they are where none is missing."""
    if values.dtype.kind == "b":
        return pd.arrays.BooleanArray(values, gaps) if gaps.any() else values
    if gaps.any():
        return np.where(gaps, np.nan, values)
    return values if values.dtype.kind == "f" else values.astype(np.int64)
