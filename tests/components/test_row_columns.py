"""How columns of data look."""

from __future__ import annotations

import pandas as pd

from components import row_columns


def test_a_column_is_as_wide_as_its_longest_number() -> None:
    long, short = pd.Series([0.1, -0.0339811447]), pd.Series([0.5, 12.25])
    assert row_columns.column("age", long)["width"] > row_columns.column("age", long.round(4))["width"]
    assert row_columns.column("hours-per-week", short)["width"] is None
    assert row_columns.column("age", pd.Series([1, 2]))["width"] is None
