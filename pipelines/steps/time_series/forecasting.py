"""What Train Forecast and Backtest have in common: the parameters of a forecast, and the rows it learns from."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import pandas as pd
from pydantic import Field

from pipelines.algorithms.members import AnyRegressor
from pipelines.algorithms.ridge import Ridge
from pipelines.chain.forecast import SEASONS, Forecaster, Frequency, grid, histories, likely_frequency, ordinals
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import ColumnName, Form
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
        return [("time", self.time), *([("series", self.series)] if self.series else [])]

    def forecaster(self, rows: pd.DataFrame, *, preview: bool = False) -> Forecaster:
        """The unfitted forecaster for rows like these; with ``preview`` its learner costs nothing."""
        frequency = self.frequency_of(rows)
        lags = self.lags or tuple(sorted({1, 2, SEASONS[frequency]}))
        learner = self.algorithm.stand_in() if preview else self.algorithm.predictor()
        return Forecaster(
            learner,
            self.time,
            self.series,
            frequency,
            list(lags),
            list(self.windows),
            self.calendar,
            self.trend,
            self.horizon,
        )

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
        return list(notes)

    def _one(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows of the longest series."""
        if self.series is None or not len(rows):
            return rows
        counts = rows[self.series].astype(object).value_counts()
        return rows[(rows[self.series].astype(object) == counts.index[0]).to_numpy()] if len(counts) else rows
