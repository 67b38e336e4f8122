"""How far the numbers of a series stand from what is usual around them, or change from one window to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from scipy import signal

DEVIATIONS = 1.4826  # the standard deviation of a normal distribution, in median absolute deviations
MEAN_DEVIATIONS = 1.2533  # the same, in mean absolute deviations
OF_MEAN_DEVIATION = np.pi / 2 - 1  # rows times the variance of the logarithm of a mean absolute deviation


def pattern(values: pd.Series, season: int) -> pd.Series:
    """What each row's place in the season adds: the median distance from the middle of the season around."""
    middle = values.rolling(season, center=True, min_periods=max(1, season // 2)).median()
    places = np.arange(len(values)) % season
    return (values - middle).groupby(places).transform("median")


def spikes(values: pd.Series, window: int, past_only: bool) -> tuple[pd.Series, pd.Series]:
    """The median of the rows around each row, and its distance from it in standard deviations (Hampel 1974).

    Missing where fewer than half of the window's rows are known. ``past_only``: of the rows before it.
    """

    def median(of: pd.Series) -> pd.Series:
        if past_only:
            return of.shift(1).rolling(window, min_periods=window // 2).median()
        return _around(of, window)

    usual = median(values)
    away = values - usual
    local = DEVIATIONS * median(away.abs())
    if (local == 0).any():
        local = local.where(local != 0, _overall(away, past_only))
    return usual, _quotient(away, local)


def level(values: pd.Series, window: int) -> pd.Series:
    """The mean from each row on less the mean before it, in standard errors by median absolute deviations."""
    away = values - _around(values, window)
    before, after = _both_sides(values.rolling(window, min_periods=window // 2).mean(), window)
    scales = _both_sides(DEVIATIONS * away.abs().rolling(window, min_periods=window // 2).median(), window)
    scale = ((scales[0] ** 2 + scales[1] ** 2) / 2) ** 0.5
    scale = scale.where(scale != 0, _overall(away))
    return _quotient(after - before, scale * np.sqrt(2 / window))


def trend(values: pd.Series, window: int) -> pd.Series:
    """The least-squares slope from each row on less the slope before it, in standard errors."""
    place = np.arange(window) - (window - 1) / 2
    given = values.interpolate(limit_direction="both").to_numpy()
    if len(given) < window or np.isnan(given).any():
        return pd.Series(np.nan, values.index)
    squares = float(place @ place)
    slopes = signal.convolve(given, place[::-1], "valid") / squares
    slope = pd.Series(np.concatenate([np.full(window - 1, np.nan), slopes]), values.index)
    rest = pd.Series(given, values.index).rolling(window).var(ddof=0) * window - slope**2 * squares
    variance = rest.clip(lower=0) / ((window - 2) * squares)
    before, after = _both_sides(slope, window)
    return _quotient(after - before, sum(_both_sides(variance, window)) ** 0.5)


def spread(values: pd.Series, window: int) -> pd.Series:
    """The logarithm of the mean absolute deviation from each row on to that before it, in standard errors."""
    away = (values - _around(values, window)).abs().rolling(window, min_periods=window // 2).mean()
    before, after = _both_sides(away, window)
    known = (before > 0) & (after > 0)
    return np.log(after / before.where(known)) / np.sqrt(2 * OF_MEAN_DEVIATION / window)


COMPARED: Mapping[str, Callable[[pd.Series, int], pd.Series]] = {"level": level, "trend": trend, "spread": spread}


def strongest(score: pd.Series, threshold: float) -> np.ndarray:
    """Of each run of rows that reach the threshold on one side of 0, the one furthest out."""
    values = score.fillna(0.0).to_numpy()
    side = np.where(np.abs(values) >= threshold, np.sign(values), 0)
    runs = np.cumsum(np.diff(side, prepend=0) != 0)
    found = np.zeros(len(values), dtype=bool)
    out = pd.Series(np.abs(values))[side != 0]
    found[out.groupby(runs[side != 0]).idxmax().to_numpy(dtype=np.intp)] = True
    return found


def _both_sides(ending: pd.Series, window: int) -> tuple[pd.Series, pd.Series]:
    """Of a measure of the window that ends at each row: that of the rows before it, and of those from it on."""
    return ending.shift(1), ending.shift(1 - window)


def _around(values: pd.Series, window: int) -> pd.Series:
    """The median of the window with each row in its middle."""
    return values.rolling(window, center=True, min_periods=window // 2).median()


def _overall(away: pd.Series, past_only: bool = False) -> pd.Series:
    """The deviation over the whole series, or before each row, for windows where most values are the same."""
    known = away.abs()
    if past_only:
        past = known.shift(1).expanding()
        median, mean = past.median(), past.mean()
    else:
        median, mean = (pd.Series(v, known.index) for v in (known.median(), known.mean()))
    return (DEVIATIONS * median).where(median > 0, MEAN_DEVIATIONS * mean)


def _quotient(away: pd.Series, scale: pd.Series) -> pd.Series:
    """``away`` by ``scale``; 0 where nothing deviates at all."""
    return (away / scale.where(scale > 0)).where(scale > 0, away.where(away == 0))
