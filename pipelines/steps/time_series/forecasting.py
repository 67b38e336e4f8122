"""What Train Forecast and Backtest have in common: the parameters of a forecast, and the rows it learns from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

import pandas as pd
from pydantic import Field

from pipelines.algorithms.members import AnyRegressor
from pipelines.algorithms.ridge import Ridge
from pipelines.chain.forecast import SEASONS, Forecaster, Frequency, grid, histories, likely_frequency, ordinals
from pipelines.chain.known_forecast import KnownForecaster
from pipelines.columns import Columns
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import ColumnName, ColumnRule, Form
from pipelines.schema import ColumnType
from pipelines.steps.base import Step
from pipelines.table import Table

Moments = Annotated[int, Field(ge=1, le=10_000)]
MOST_GAPS = 0.5


class Forecasting(Step):
    """Base of both steps."""

    makes_features: ClassVar[bool] = True

    time: ColumnName = Field(title="Time", description="The column with the time of each row.")
    series: Annotated[str | None, Form(widget="column")] = Field(
        None, title="Series", description="The column that says which series a row belongs to; none: there is one."
    )
    known: ColumnRule = Field(
        Columns(names=()),
        title="Known in advance",
        description="Columns known of the moments to come, such as prices and holidays; each row is asked for them.",
    )
    horizon: int = Field(12, ge=1, le=1000, title="Horizon", description="How many moments ahead are forecast.")
    algorithm: Annotated[AnyRegressor, Form(widget="algorithm")] = Field(
        Ridge(), title="Algorithm", description="What learns from the past."
    )
    frequency: Literal["auto"] | Frequency = Field(
        "auto", title="Frequency", description="How far one moment is from the next; auto: as the rows mostly are."
    )
    lags: tuple[Moments, ...] = Field(
        (),
        max_length=100,
        title="Lags",
        description="How many moments back it looks; none: 1, 2 and a season.",
    )
    windows: tuple[Moments, ...] = Field(
        (), max_length=20, title="Window means", description="Means of so many moments before are looked at too."
    )
    calendar: bool = Field(True, title="Calendar", description="Whether the hour, weekday or month is looked at.")
    trend: bool = Field(True, title="Trend", description="Whether the number of the moment is looked at.")

    def named_columns(self) -> list[tuple[str, str]]:
        named = [("time", self.time), *([("series", self.series)] if self.series else [])]
        return named + [("known", c) for c in self.known.named()]

    def known_of(self, table: Table) -> list[str]:
        """The columns known in advance; InputError for the label, which never is."""
        found = [c for c in dict.fromkeys(self.known.select(table.schema)) if c not in (self.time, self.series)]
        if table.label in found:
            raise InputError(
                _("The label {label!r} is what is forecast, and not known in advance.", label=table.label),
                fix=_("Leave it out of what is known in advance."),
            )
        return found

    def forecaster(self, rows: pd.DataFrame, known: Sequence[str] = (), *, preview: bool = False) -> Forecaster:
        """The unfitted forecaster for rows like these; with ``preview`` its learner costs nothing."""
        frequency = self.frequency_of(rows)
        lags = self.lags or tuple(sorted({1, 2, SEASONS[frequency]}))
        learner = self.algorithm.stand_in() if preview else self.algorithm.predictor()
        looked_at = (list(lags), list(self.windows), self.calendar, self.trend, self.horizon)
        if known:
            return KnownForecaster(learner, self.time, self.series, frequency, *looked_at, list(known))
        return Forecaster(learner, self.time, self.series, frequency, *looked_at)

    def frequency_of(self, rows: pd.DataFrame) -> str:
        return likely_frequency(self._one(rows)[self.time]) if self.frequency == "auto" else self.frequency

    def checked(self, table: Table) -> tuple[pd.DataFrame, str]:
        """The training rows and the label; InputError when they are no series of numbers in time."""
        label, rows = table.label, table.training
        if label is None:
            raise InputError(
                _("A forecast needs a label, and no column has that role."), fix=_("Add Set Label before it.")
            )
        table.schema.require([name for _parameter, name in self.named_columns()])
        if not table.schema[label].type.is_numeric:
            raise InputError(
                _("A forecast is of numbers, and the label {label!r} holds none.", label=label),
                fix=_("Choose another label."),
            )
        if table.schema[self.time].type is not ColumnType.DATETIME:
            raise InputError(
                _("The column {column!r} holds no times.", column=self.time),
                fix=_("Choose a column of times, or make one with Edit Metadata."),
            )
        return rows, label

    def sampled(self, rows: pd.DataFrame) -> pd.DataFrame:
        """One row of each moment: a sample has gaps that the data has not, and so may look coarser than it is."""
        moments, _gone = ordinals(rows[self.time], self.frequency_of(rows))
        keys = pd.DataFrame({"moment": moments, "series": rows[self.series].astype("str") if self.series else ""})
        return rows[~keys.duplicated().to_numpy()]

    def told(self, rows: pd.DataFrame, label: str, forecaster: Forecaster, *, preview: bool = False) -> list[str]:
        """Notes on the frequency and on gaps. InputError where most is missing, but of a sample."""
        past = histories(rows, rows[label], self.time, self.series, forecaster.frequency)
        gaps = whole = 0
        for values in past.values():
            _start, filled, known = grid(values)
            gaps += int((~known).sum())
            whole += len(filled)
        if gaps > MOST_GAPS * whole and not preview:
            raise InputError(
                _("{gaps} of {whole} moments have no row.", gaps=gaps, whole=whole),
                fix=_("Choose a coarser frequency, or sum the rows up by it."),
            )
        notes = [
            _(
                "One moment is a {frequency}; the number of series is {number}.",
                frequency=forecaster.frequency,
                number=len(past),
            )
        ]
        if gaps:
            notes.append(
                _("{gaps} of {whole} moments have no row; lags see a straight line there.", gaps=gaps, whole=whole)
            )
        beside = list(forecaster.known) if isinstance(forecaster, KnownForecaster) else []
        unknown = int(rows[beside].isna().to_numpy().any(axis=1).sum())
        if unknown:
            notes.append(
                _(
                    "{unknown} of {whole} rows miss a value that is known in advance; they are not learned from.",
                    unknown=unknown,
                    whole=len(rows),
                )
            )
        return list(notes)

    def _one(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows of the longest series."""
        if self.series is None or not len(rows):
            return rows
        counts = rows[self.series].astype(object).value_counts()
        return rows[(rows[self.series].astype(object) == counts.index[0]).to_numpy()] if len(counts) else rows
