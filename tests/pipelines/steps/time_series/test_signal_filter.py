"""Filters against scipy.signal, on real measurements and on waves whose answer is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from scipy import signal

from pipelines.errors import InputError
from pipelines.schema import Role
from pipelines.steps.time_series.signal_filter import SignalFilter
from pipelines.table import TRAIN, Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.many_rows import table
from tests.pipelines.steps.samples import sample
from tests.pipelines.steps.trial import combined

CASES = [
    Case({"columns": ["x", "Int64"], "order": 2}),
    Case({"columns": ["float number"], "method": "fir", "order": 4, "by": ["category"], "both_ways": True}),
    Case({"columns": ["y"], "method": "own", "numerator": [0.3], "denominator": [1, -0.7], "output": "replace"}),
]


def by_hand(frame: pd.DataFrame) -> pd.DataFrame:
    values = frame["temperature"].to_numpy()
    sections = signal.butter(4, 0.1, output="sos")
    found = signal.sosfilt(sections, values, zi=signal.sosfilt_zi(sections) * values[0])[0]
    return frame.assign(temperature_filtered=found)


BARE = [Bare({"columns": ["temperature"], "high": 0.1}, by_hand, ("hours",))]

DESIGNS: list[tuple[dict[str, Any], Any]] = [
    ({"method": "butterworth"}, signal.butter(4, 0.2, output="sos")),
    ({"method": "butterworth", "band": "highpass"}, signal.butter(4, 0.05, "highpass", output="sos")),
    ({"method": "butterworth", "band": "bandpass"}, signal.butter(4, [0.05, 0.2], "bandpass", output="sos")),
    ({"method": "chebyshev1", "ripple": 2}, signal.cheby1(4, 2, 0.2, output="sos")),
    ({"method": "chebyshev2", "band": "bandstop"}, signal.cheby2(4, 40, [0.05, 0.2], "bandstop", output="sos")),
    ({"method": "elliptic", "order": 3}, signal.ellip(3, 1, 40, 0.2, output="sos")),
    ({"method": "bessel"}, signal.bessel(4, 0.2, output="sos")),
]


def filtered(values: np.ndarray, **params: Any) -> np.ndarray:
    return combined("signal_filter", pd.DataFrame({"v": values}), **params).frame["v_filtered"].to_numpy()


@pytest.mark.parametrize("both_ways", [False, True])
@pytest.mark.parametrize(("params", "sections"), DESIGNS)
def test_sections_are_those_of_scipy(params: dict[str, Any], sections: np.ndarray, both_ways: bool) -> None:
    values = table("hours", 500)["temperature"].to_numpy()
    if both_ways:
        expected = signal.sosfiltfilt(sections, values, padlen=3 * (2 * len(sections) + 1))
    else:
        expected = signal.sosfilt(sections, values, zi=signal.sosfilt_zi(sections) * values[0])[0]
    np.testing.assert_allclose(filtered(values, both_ways=both_ways, **params), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("window", ["hamming", "blackman", "boxcar"])
def test_a_weighted_mean_of_rows_is_that_of_scipy(window: str) -> None:
    values = table("hours", 500)["temperature"].to_numpy()
    weights = signal.firwin(21, 0.2, window=window)
    found = filtered(values, method="fir", order=20, window=window)
    np.testing.assert_allclose(found[20:], np.convolve(values, weights, "valid"))
    np.testing.assert_allclose(filtered(np.full(50, 7.0), method="fir", order=20, window=window), 7.0)


def test_a_slow_wave_stays_and_a_fast_one_goes() -> None:
    rows = np.arange(400)
    slow, fast = np.sin(2 * np.pi * rows / 100), np.sin(2 * np.pi * rows / 4)
    found = filtered(slow + fast, high=0.1, both_ways=True)
    assert np.abs(found - slow)[50:-50].max() < 0.02
    found = filtered(slow + fast, band="highpass", low=0.2, both_ways=True)
    assert np.abs(found - fast)[50:-50].max() < 0.02


def test_own_coefficients_are_a_recursion() -> None:
    values = table("hours", 200)["temperature"].to_numpy()
    found = filtered(values, method="own", numerator=[0.3], denominator=[1, -0.7])
    expected = [values[0]]
    for value in values[1:]:
        expected.append(0.3 * value + 0.7 * expected[-1])
    np.testing.assert_allclose(found, expected)


def test_groups_in_their_order_and_gaps() -> None:
    one, two = table("hours", 60)["temperature"].to_numpy(), np.linspace(0, 5, 60)
    frame = pd.DataFrame({"t": [*range(60), *range(60)], "g": ["a"] * 60 + ["b"] * 60, "v": [*one, *two]})
    frame.loc[[10, 75], "v"] = np.nan
    mixed = Table(frame.sample(frac=1, random_state=0), {"t": Role.ID})
    found = combined("signal_filter", mixed, columns=["v"], by=["g"], order_by="t", output="replace")
    assert found.roles == {"t": Role.ID}
    back = found.frame.sort_index()
    assert back["v"].isna().to_numpy().nonzero()[0].tolist() == [10, 75]
    bridged = frame["v"].interpolate().to_numpy()
    for rows in (slice(0, 60), slice(60, 120)):
        expected = filtered(bridged[rows])
        known = frame["v"].notna().to_numpy()[rows]
        np.testing.assert_allclose(back["v"].to_numpy()[rows][known], expected[known])


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"band": "bandpass", "low": 0.5, "high": 0.2}, "not below the upper limit"),
        ({"method": "own", "denominator": [0, 1]}, "is not 0"),
        ({"method": "own", "denominator": [1, -1.01]}, "grows without end"),
        ({"order": 50}, "for fir alone"),
        ({"method": "elliptic", "ripple": 50}, "more than the ripple"),
    ],
)
def test_filters_that_cannot_be(params: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        SignalFilter.model_validate(params)


def test_rows_that_cannot_be_filtered() -> None:
    cars = sample("automobile_price")
    with pytest.raises(InputError, match="A filter takes numbers, but column 'make' holds text"):
        combined("signal_filter", cars, columns=["make"])
    with pytest.raises(InputError, match="infinite"):
        combined("signal_filter", pd.DataFrame({"v": [1.0, np.inf]}))
    with pytest.raises(InputError, match="Signal Filter looks at several rows"):
        combined("signal_filter", Table(cars, {}, pd.Series(TRAIN, cars.index)), columns=["price"])
