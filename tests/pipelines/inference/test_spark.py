"""What answers travel as to and from Spark."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipelines.inference.spark import _numbers


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([1.5, None], "float64"),
        ([None, 2], "float64"),
        ([None, None], object),
        (["a", None], object),
        ([True, None], object),
    ],
)
def test_numbers_with_gaps_travel_as_numbers(values: list[object], dtype: object) -> None:
    found = _numbers(pd.Series(values, dtype=object))
    assert found.dtype == np.dtype(dtype)  # type: ignore[call-overload]
    assert found.isna().tolist() == [v is None for v in values]
