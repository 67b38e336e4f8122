from __future__ import annotations

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def people() -> pd.DataFrame:
    """Rows of every column type, with gaps, where a category is spelled NA, None or is empty text."""
    rng = np.random.default_rng(0)
    n = 300
    frame = pd.DataFrame(
        {
            "age": rng.integers(17, 90, n),
            "hours": np.where(rng.random(n) < 0.1, np.nan, rng.integers(1, 99, n).astype(float)),
            "income": rng.normal(50.0, 9.0, n).round(2),
            "work": pd.Series(rng.choice(["NA", "None", "", "private"], n), dtype="str"),
            "city": pd.Series(rng.choice(["Oslo", "Rome", None], n), dtype="str"),
            "member": rng.random(n) < 0.5,
            "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 1000, n), unit="D"),
            "empty": np.full(n, np.nan),
        }
    )
    frame["label"] = pd.Series(np.where((frame["age"] > 50) ^ (frame["work"] == "NA"), "yes", "no"), dtype="str")
    return frame
