"""Sample datasets."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.pipelines.steps.trial import read


@pytest.fixture(scope="module")
def cars() -> pd.DataFrame:
    return read("automobile_price")


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    return read("adult_income_test").head(4000)
