from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.datasets.sampling import sample_rows
from pipelines.datasets.sources import FrameSource


def rare_frame(rows: int = 50_000) -> pd.DataFrame:
    words = np.array(["common"] * rows, dtype=object)
    words[[7, rows - 3]] = "rare"
    words[11] = "single"
    gap = np.arange(rows, dtype=float)
    gap[rows // 2] = np.nan
    almost_empty = np.full(rows, np.nan)
    almost_empty[123] = 1.0
    flag = np.zeros(rows, dtype=bool)
    flag[[5, 6, 9]] = True
    return pd.DataFrame(
        {
            "place": np.arange(rows),
            "word": pd.Series(words, dtype="str"),
            "category": pd.Categorical(words),
            "gap": gap,
            "almost_empty": almost_empty,
            "flag": flag,
            "grade": np.where(np.arange(rows) % 25_000 == 1, 9, 5),
            "name": pd.Series([f"n{i}" for i in range(rows)], dtype="str"),
        }
    )


def test_the_sample_shows_every_category_twice_and_every_gap():
    frame = rare_frame()
    sample = sample_rows(FrameSource(frame), 100)
    assert len(sample) == 100
    for column in ("word", "category"):
        counts = sample[column].value_counts()
        assert (counts["rare"], counts["single"]) == (2, 1)
        assert counts["common"] >= 2
    assert sample["gap"].isna().any()
    assert sample["almost_empty"].notna().any()
    assert sample["flag"].sum() >= 2
    assert (sample["grade"] == 9).sum() == 2
    assert sample.dtypes.equals(frame.dtypes)


def test_the_sample_keeps_the_order_and_is_the_same_every_time():
    frame = rare_frame()
    sample = sample_rows(FrameSource(frame), 100)
    assert sample["place"].is_monotonic_increasing
    assert sample["place"].is_unique
    assert sample.index.equals(pd.RangeIndex(100))
    assert sample_rows(FrameSource(frame), 100).equals(sample)


def test_a_small_table_is_its_own_sample():
    frame = pd.DataFrame({"a": [3, 1, 2]}, index=[9, 8, 7])
    assert sample_rows(FrameSource(frame), 3)["a"].tolist() == [3, 1, 2]


def test_the_guarantees_hold_where_they_take_more_rows_than_asked_for():
    frame = pd.DataFrame({f"c{i}": pd.Series(["x"] * 2000, dtype="str") for i in range(30)})
    for i in range(30):
        frame.loc[[2 * i, 2 * i + 1000], f"c{i}"] = "y"
    sample = sample_rows(FrameSource(frame), 10)
    assert all((sample[column] == "y").sum() == 2 for column in sample.columns)
