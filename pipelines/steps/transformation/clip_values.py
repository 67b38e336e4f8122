"""Clip Values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from pipelines.chain.transformer import Columnwise, Transformer, array_of, numbers
from pipelines.columns import NUMERIC
from pipelines.messages import _
from pipelines.parameters import ColumnRule, Form
from pipelines.schema import TableSchema
from pipelines.steps.base import Behaviour, Example, Step
from pipelines.steps.checks import require_numeric
from pipelines.steps.names import free

FEW = 10_000  # rows of which all columns' percentiles are taken at once


class Clip(Columnwise):
    """Numbers beyond two thresholds replaced; both are given, or percentiles of the training rows."""

    def __init__(
        self,
        columns: list[str],
        limits: tuple[float | None, float | None],
        percentiles: bool,
        replace_with: str = "threshold",
        append: bool = False,
        add_indicator: bool = False,
        replace_low_with: str | None = None,
    ) -> None:
        self.columns = columns
        self.limits = limits
        self.percentiles = percentiles
        self.replace_with = replace_with
        self.append = append
        self.add_indicator = add_indicator
        self.replace_low_with = replace_low_with

    def learn(self, frame: pd.DataFrame, y: pd.Series | None) -> None:
        found = {c: np.asarray(numbers(array_of(frame[c])), dtype=np.float64) for c in self.columns}
        found = {c: v if (finite := np.isfinite(v)).all() else v[finite] for c, v in found.items()}
        thresholds = self._thresholds(found)
        self.limits_: dict[str, list[float]] = {c: self._limits(v, *thresholds[c]) for c, v in found.items()}
        taken = {str(c) for c in frame.columns}
        self.results_ = {c: free(f"{c}_clipped", taken) if self.append else c for c in self.columns}
        self.indicators_ = {c: free(f"{c}_is_clipped", taken) for c in self.columns} if self.add_indicator else {}

    def make(self, columns: Mapping[str, Any], rows: int) -> dict[str, Any]:
        made = {}
        for name, (low, high, below, above) in self.limits_.items():
            values = np.asarray(numbers(columns[name]))
            whole = values.dtype.kind in "iu" and all(v.is_integer() for v in (below, above) if not np.isinf(v))
            if name in self.indicators_:
                made[self.indicators_[name]] = (values < low) | (values > high)
            if (below, above) == (low, high):
                found = values.clip(low, high)
            else:
                found = np.where(values < low, below, np.where(values > high, above, values))
            made[self.results_[name]] = found.astype(np.int64 if whole else np.float64, copy=False)
        return made

    def requires(self, outputs: set[str]) -> set[str]:
        source = {made: name for names in (self.results_, self.indicators_) for name, made in names.items()}
        return {source.get(o, o) for o in outputs}

    def _limits(self, found: np.ndarray, low: float, high: float) -> list[float]:
        """The thresholds, and what stands for a value below and above them."""
        below = self.replace_with if self.replace_low_with is None else self.replace_low_with
        return [low, high, _instead(below, low, found), _instead(self.replace_with, high, found)]

    def _thresholds(self, found: Mapping[str, np.ndarray]) -> dict[str, tuple[float, float]]:
        """The lower and the upper one of each column; what is not given lies beyond all numbers."""
        given = [limit for limit in self.limits if limit is not None]
        at = self._percentiles(found, given) if self.percentiles else {c: [float(g) for g in given] for c in found}
        low, high = self.limits
        return {
            c: (-np.inf if low is None or not of else of[0], np.inf if high is None or not of else of[-1])
            for c, of in at.items()
        }

    @staticmethod
    def _percentiles(found: Mapping[str, np.ndarray], given: list[float]) -> dict[str, list[float]]:
        """The percentiles of each column; none of a column without any number."""
        lengths = {len(v) for v in found.values()}
        if len(lengths) == 1 and 0 < max(lengths) <= FEW:  # a call takes longer than its work
            each = np.percentile(np.column_stack(list(found.values())), given, axis=0)
            return dict(zip(found, each.T.tolist(), strict=True))
        return {c: np.percentile(v, given).tolist() if len(v) else [] for c, v in found.items()}


def _instead(replace_with: str, threshold: float, found: np.ndarray) -> float:
    """What stands for a value beyond ``threshold``, where ``found`` are the training rows' numbers."""
    if replace_with == "threshold":
        return threshold
    if replace_with == "missing" or not len(found):
        return np.nan
    return float(np.mean(found) if replace_with == "mean" else np.median(found))


class ClipValues(Step):
    """Replace numbers that are too high or too low.

    Like Series.clip with thresholds of your own or numpy.percentile. Percentiles, mean and median are learned from the
    training rows, mean and median before anything is clipped. A missing value stays missing. Azure clips the peaks at
    a constant of 1 unless told otherwise; here both ends are clipped at their percentiles.
    """

    type: ClassVar[str] = "clip_values"
    title: ClassVar[str] = "Clip Values"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.FITTED
    synonyms: ClassVar[tuple[str, ...]] = ("winsorize", "outliers", "cap", "limit", "threshold", "truncate")
    known_as: ClassVar[tuple[str, ...]] = ("Clip Values",)
    equivalent: ClassVar[str] = (
        'low, high = numpy.nanpercentile(table["price"], [1, 99])\ntable["price"] = table["price"].clip(low, high)'
    )
    example: ClassVar[Example | None] = Example(
        params={"threshold": "constant", "lower": 0, "upper": 120, "add_indicator": True},
        table="name,age\nAda,36\nBob,-1\nCem,54\nDee,999\n",
    )

    clip: Literal["both", "peaks", "subpeaks"] = Field(
        "both", title="Clip", description="peaks: what is too high. subpeaks: what is too low. both: either."
    )
    threshold: Literal["percentile", "constant"] = Field(
        "percentile", title="Threshold", description="What counts as too high or too low."
    )
    lower_percentile: Annotated[float, Form(when={"threshold": ("percentile",), "clip": ("both", "subpeaks")})] = Field(
        1.0, ge=0, le=100, title="Lower percentile", description="What lies below it is too low."
    )
    upper_percentile: Annotated[float, Form(when={"threshold": ("percentile",), "clip": ("both", "peaks")})] = Field(
        99.0, ge=0, le=100, title="Upper percentile", description="What lies above it is too high."
    )
    lower: Annotated[float, Form(when={"threshold": ("constant",), "clip": ("both", "subpeaks")})] = Field(
        -1.0, allow_inf_nan=False, title="Lower threshold", description="What lies below it is too low."
    )
    upper: Annotated[float, Form(when={"threshold": ("constant",), "clip": ("both", "peaks")})] = Field(
        1.0, allow_inf_nan=False, title="Upper threshold", description="What lies above it is too high."
    )
    replace_with: Literal["threshold", "mean", "median", "missing"] = Field(
        "threshold", title="Replace with", description="What stands in the place of a value that is clipped."
    )
    replace_low_with: Annotated[
        Literal["threshold", "mean", "median", "missing"] | None, Form(when={"clip": ("both",)})
    ] = Field(None, title="Replace what is too low with", description="Empty: with the same as what is too high.")
    output: Literal["replace", "append"] = Field(
        "replace", title="Result", description="append: in a new column, name_clipped, beside the old one."
    )
    add_indicator: bool = Field(
        False, title="Indicator columns", description="A column, name_is_clipped, that tells which values were clipped."
    )
    columns: ColumnRule = Field(NUMERIC, title="Columns", description="The columns to clip.")

    @model_validator(mode="after")
    def _the_lower_is_lower(self) -> Self:
        low, high = self._limits()
        if low is not None and high is not None and low > high:
            raise ValueError(_("the lower threshold lies above the upper one"))
        return self

    def build(self, schema: TableSchema) -> Transformer:
        columns = list(dict.fromkeys(self.columns.select(schema)))
        require_numeric(schema, columns, "Clipping")
        return Clip(
            columns,
            self._limits(),
            self.threshold == "percentile",
            self.replace_with,
            self.output == "append",
            self.add_indicator,
            self.replace_low_with if self.clip == "both" else None,
        )

    def _limits(self) -> tuple[float | None, float | None]:
        percentile = self.threshold == "percentile"
        low = self.lower_percentile if percentile else self.lower
        high = self.upper_percentile if percentile else self.upper
        return (None if self.clip == "peaks" else low), (None if self.clip == "subpeaks" else high)
