"""The sample datasets at any size: the tables that steps are measured on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from tests.pipelines.steps.samples import sample

NUMBERS = ["age", "fnlwgt", "education-num", "capital-gain", "capital-loss", "hours-per-week"]
WORDS = ["workclass", "education", "marital-status", "occupation", "relationship", "race", "sex", "native-country"]
"""The features of the adult census; workclass, occupation and native-country have gaps."""


def adult(rows: int) -> pd.DataFrame:
    """The adult census, again and again."""
    return _repeated(sample("adult_income_train"), rows)


def flights(rows: int) -> pd.DataFrame:
    """Flights with the hour they left in as a time, and their route as text."""
    found = sample("flight_delays")
    days = pd.to_datetime(found[["year", "month", "day"]]) + pd.to_timedelta(found["hour"], unit="h")
    return _repeated(
        found.assign(time=days.astype("datetime64[us]"), route=found["origin"] + "," + found["dest"]), rows
    )


def weather(rows: int) -> pd.DataFrame:
    """The weather of each airport and hour, once."""
    return sample("airport_weather").drop_duplicates(["origin", "month", "day", "hour"], ignore_index=True)


def messages(rows: int) -> pd.DataFrame:
    """Messages, each made of two real ones at random, so that hardly any are alike."""
    texts = sample("support_messages")
    first, second = np.random.default_rng(0).integers(0, len(texts), (2, rows))
    message = texts["message"].iloc[first].reset_index(drop=True) + " " + texts["message"].iloc[second].to_numpy()
    return pd.DataFrame({"message": message, "category": texts["category"].to_numpy()[first]})


def hours(rows: int) -> pd.DataFrame:
    """An hour a row, with a temperature that goes up and down as one airport's did."""
    measured = sample("airport_weather").query("origin == 'JFK'")["temp"].interpolate().to_numpy()
    time = pd.date_range("1970-01-01", periods=rows, freq="h", unit="us")
    return pd.DataFrame({"time": time, "temperature": np.resize(measured, rows)})


def jobs(rows: int) -> pd.DataFrame:
    """The census's occupations, written a little otherwise, each once."""
    names = sample("adult_income_train")["occupation"].dropna().unique()
    return pd.DataFrame({"job": [n.replace("-", " ") + "s" for n in names], "number": range(len(names))})


TABLES: dict[str, Callable[[int], pd.DataFrame]] = {
    t.__name__: t for t in (adult, flights, weather, messages, hours, jobs)
}


def table(name: str, rows: int) -> pd.DataFrame:
    """One of these tables with so many rows, where it may have any number."""
    return TABLES[name](rows)


def _repeated(frame: pd.DataFrame, rows: int) -> pd.DataFrame:
    return pd.concat([frame] * (rows // len(frame) + 1), ignore_index=True).iloc[:rows]
