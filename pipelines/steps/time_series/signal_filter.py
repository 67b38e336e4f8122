"""Signal Filter."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator
from scipy import signal

from pipelines.columns import NUMERIC, Columns
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import ColumnName, ColumnRule, Form
from pipelines.steps.base import Behaviour, Context, Example, Inputs, Output, Step
from pipelines.steps.checks import require_numeric, require_whole
from pipelines.steps.names import free
from pipelines.steps.transformation.ordering import Ordered

Method = Literal["butterworth", "chebyshev1", "chebyshev2", "elliptic", "bessel", "fir", "own"]
Band = Literal["lowpass", "highpass", "bandpass", "bandstop"]
Window = Literal["hamming", "hann", "blackman", "bartlett", "boxcar", "kaiser"]
DESIGNED = ("butterworth", "chebyshev1", "chebyshev2", "elliptic", "bessel", "fir")
RIPPLED = ("chebyshev1", "elliptic")
ATTENUATED = ("chebyshev2", "elliptic")
KAISER_BETA = 8.6  # side lobes like those of a Blackman window


class SignalFilter(Step):
    """Take slow or fast waves out of numbers in an order: noise, a drift, a hum.

    Designs of scipy.signal (butter, cheby1, cheby2, ellip, bessel, firwin), applied by sosfilt and lfilter from the
    state of a signal that always had its first value; both ways by sosfiltfilt and filtfilt. Gaps are bridged on a
    straight line and are gaps again in the result. It looks at several rows, so it stands before Split Data, and a
    published model takes its columns as inputs. For means and medians of windows use Window Features.
    """

    type: ClassVar[str] = "signal_filter"
    title: ClassVar[str] = "Signal Filter"
    category: ClassVar[str] = "Time series"
    behaviour: ClassVar[Behaviour] = Behaviour.COMBINE
    synonyms: ClassVar[tuple[str, ...]] = (
        *("low-pass", "high-pass", "band-pass", "Butterworth", "Chebyshev", "FIR", "IIR", "smooth", "denoise"),
    )
    known_as: ClassVar[tuple[str, ...]] = ("Apply Filter", "FIR Filter", "IIR Filter", "User Defined Filter")
    equivalent: ClassVar[str] = (
        'sections = scipy.signal.butter(4, 0.1, "lowpass", output="sos")\n'
        'table["load_filtered"] = scipy.signal.sosfiltfilt(sections, table["load"])'
    )
    example: ClassVar[Example | None] = Example(
        params={"columns": ["load"], "order": 1, "high": 0.4, "order_by": "hour"},
        table="hour,load\n1,10\n2,14\n3,9\n4,15\n5,10\n6,16\n",
    )

    columns: ColumnRule = Field(NUMERIC, title="Columns", description="The numbers to filter.")
    method: Method = Field(
        "butterworth",
        title="Filter",
        description="butterworth: even in its band. chebyshev1, chebyshev2, elliptic: steeper, with ripples. bessel: "
        "keeps shapes. fir: a weighted mean of rows. own: your coefficients.",
    )
    band: Annotated[Band, Form(when={"method": DESIGNED})] = Field(
        "lowpass",
        title="Keep",
        description="lowpass: slow waves. highpass: fast ones. bandpass: those between. bandstop: the others.",
    )
    low: Annotated[float, Form(when={"method": DESIGNED, "band": ("highpass", "bandpass", "bandstop")})] = Field(
        0.05, gt=0, lt=1, title="Lower limit", description="2 divided by the rows of the slowest wave in the band."
    )
    high: Annotated[float, Form(when={"method": DESIGNED, "band": ("lowpass", "bandpass", "bandstop")})] = Field(
        0.2, gt=0, lt=1, title="Upper limit", description="2 divided by the rows of the fastest wave in the band."
    )
    order: Annotated[int, Form(when={"method": DESIGNED})] = Field(
        4,
        ge=1,
        le=1000,
        title="Order",
        description="The higher, the steeper; of fir, rows looked back at. Else up to 20.",
    )
    ripple: Annotated[float, Form(when={"method": RIPPLED})] = Field(
        1.0, gt=0, le=60, title="Ripple", description="Decibels lost at most inside the band."
    )
    attenuation: Annotated[float, Form(when={"method": ATTENUATED})] = Field(
        40.0, gt=0, le=200, title="Attenuation", description="Decibels lost at least outside the band."
    )
    window: Annotated[Window, Form(when={"method": ("fir",)})] = Field(
        "hamming", title="Window", description="How the weights fade towards both ends."
    )
    numerator: Annotated[tuple[float, ...], Form(when={"method": ("own",)})] = Field(
        (0.5, 0.5), min_length=1, title="Numerator", description="Weights of the row itself and of those before it."
    )
    denominator: Annotated[tuple[float, ...], Form(when={"method": ("own",)})] = Field(
        (1.0,), min_length=1, title="Denominator", description="Weights of earlier results; the first divides all."
    )
    both_ways: bool = Field(
        False, title="Both ways", description="On: forwards and backwards, without delay, but rows look at later ones."
    )
    output: Literal["append", "replace"] = Field(
        "append", title="Result", description="append: in columns of its own. replace: in the place of the column."
    )
    by: ColumnRule = Field(Columns(names=()), title="By group", description="Each group is a signal of its own.")
    order_by: ColumnName = Field("", title="Order by", description="What orders the rows. Empty: as they stand.")

    @model_validator(mode="after")
    def _can_be_designed(self) -> Self:
        if self.method == "own":
            if self.denominator[0] == 0:
                raise ValueError(_("the first coefficient of the denominator is not 0"))
            if any(abs(np.roots(self.denominator)) >= 1):
                raise ValueError(_("with this denominator the filter grows without end"))
            return self
        if self.band in ("bandpass", "bandstop") and self.low >= self.high:
            raise ValueError(
                _("the lower limit {low:g} is not below the upper limit {high:g}", low=self.low, high=self.high)
            )
        if self.method != "fir" and self.order > 20:
            raise ValueError(_("an order above 20 is for fir alone"))
        if self.method == "elliptic" and self.attenuation <= self.ripple:
            raise ValueError(_("the attenuation is more than the ripple"))
        return self

    def run(self, inputs: Inputs, context: Context) -> Output:
        table = inputs.table
        require_whole(table, self.title)
        names = list(dict.fromkeys(self.columns.select(table.schema)))
        require_numeric(table.schema, names, "A filter")
        if self.order_by:
            table.schema.require([self.order_by])
        order = Ordered.of(table.frame, self.by.select(table.schema), self.order_by)
        taken, made = set(table.frame.columns), {}
        for name in names:
            values = order.along(table.frame[name]).astype("float64")
            if np.isinf(values).any():
                raise InputError(
                    _("Column {column!r} holds an infinite number.", column=name),
                    fix=_("Take such rows out with Filter Rows before."),
                )
            found = pd.concat([self._filtered(v) for v in order.pieces(values)]).sort_index()
            column = name if self.output == "replace" else free(f"{name}_filtered", taken)
            made[column] = order.back(found, table.frame.index)
        return Output(table=table.with_frame(table.frame.assign(**made)))

    def _filtered(self, values: pd.Series) -> pd.Series:
        gaps = values.isna()
        if gaps.all():
            return values
        if not gaps.any():
            return pd.Series(self._through(values.to_numpy()), values.index)
        bridged = values.interpolate(limit_direction="both")
        return pd.Series(self._through(bridged.to_numpy()), values.index).mask(gaps)

    def _through(self, given: np.ndarray) -> np.ndarray:
        if self.method in ("fir", "own"):
            b, a = self.coefficients()
            if self.both_ways:
                return np.asarray(signal.filtfilt(b, a, given, padlen=_padding(3 * max(len(a), len(b)), given)))
            return np.asarray(signal.lfilter(b, a, given, zi=signal.lfilter_zi(b, a) * given[0])[0])
        sections = self.sections()
        if self.both_ways:
            length = 3 * (2 * len(sections) + 1)
            return np.asarray(signal.sosfiltfilt(sections, given, padlen=_padding(length, given)))
        return np.asarray(signal.sosfilt(sections, given, zi=signal.sosfilt_zi(sections) * given[0])[0])

    def coefficients(self) -> tuple[np.ndarray, np.ndarray]:
        """Numerator and denominator of fir and own."""
        if self.method == "own":
            return np.array(self.numerator), np.array(self.denominator)
        taps = self.order + 1 + (self.order % 2 if self.band in ("highpass", "bandstop") else 0)  # these need it odd
        window: Any = ("kaiser", KAISER_BETA) if self.window == "kaiser" else self.window
        return signal.firwin(taps, self._limits(), window=window, pass_zero=self.band), np.ones(1)

    def sections(self) -> np.ndarray:
        """The second-order sections of all others."""
        limits: Any = self._limits()
        match self.method:
            case "chebyshev1":
                found = signal.cheby1(self.order, self.ripple, limits, self.band, output="sos")
            case "chebyshev2":
                found = signal.cheby2(self.order, self.attenuation, limits, self.band, output="sos")
            case "elliptic":
                found = signal.ellip(self.order, self.ripple, self.attenuation, limits, self.band, output="sos")
            case "bessel":
                found = signal.bessel(self.order, limits, self.band, output="sos")
            case _:
                found = signal.butter(self.order, limits, self.band, output="sos")
        return np.asarray(found)

    def _limits(self) -> float | list[float]:
        return {"lowpass": self.high, "highpass": self.low}.get(self.band, [self.low, self.high])


def _padding(length: int, given: np.ndarray) -> int:
    """How far the signal is continued at both ends; never further than it is long."""
    return min(length, len(given) - 1)
