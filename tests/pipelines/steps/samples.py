"""The sample datasets as tests of steps read them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

import pipelines.samples

FOLDER = Path(pipelines.samples.__file__).parent / "datasets"


@cache
def _read(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / f"{name}.csv", na_values=["?"])


def sample(name: str) -> pd.DataFrame:
    """A sample dataset by its file's name, a copy of the caller's own."""
    return _read(name).copy()
