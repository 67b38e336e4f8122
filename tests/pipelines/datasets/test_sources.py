"""Files that are taken into the catalogue a column at a time become what they would as a frame."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from pipelines.datasets import Catalogue, sources
from pipelines.errors import InputError

ROWS = 2_500


def hostile() -> pa.Table:
    """A column of every storage type, with gaps in one batch of rows and not in another, or in one alone."""
    random = np.random.default_rng(0)
    late = np.arange(ROWS) >= ROWS - 900
    gaps = ~late & (np.arange(ROWS) % 3 == 0)
    moments = pd.Series(pd.date_range("2024-01-31 23:59", periods=ROWS, freq="h")).mask(gaps)
    frame = pd.DataFrame(
        {
            "whole": np.arange(ROWS),
            "whole with gaps": pd.array(np.where(late, 7, 8), dtype="Int64"),
            "fraction": random.normal(size=ROWS),
            "yes": late,
            "maybe": pd.array(late, dtype="boolean"),
            "text": [f"row {i % 90} 株" for i in range(ROWS)],
            "kind": pd.Categorical(np.where(late, "b", "a"), categories=["b", "a", "never"]),
            "moment": moments,
            "day": moments.dt.date,
            "no text": None,
        }
    )
    for name in ("whole with gaps", "maybe", "text", "kind"):
        frame.loc[gaps, name] = None
    frame["late"] = pd.Series(np.where(late, "x", None), dtype="str")
    table = pa.Table.from_pandas(frame, preserve_index=False)
    table = table.append_column("in Tokyo", table.column("moment").cast(pa.timestamp("us", "Asia/Tokyo")))
    return table.append_column("large", table.column("text").cast(pa.large_string()))


def test_a_file_becomes_what_its_frame_does(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "BATCH_ROWS", 800)
    path = tmp_path / "rows.parquet"
    pa.parquet.write_table(hostile(), path, row_group_size=500)
    one = catalogue.add_frame("frame", pd.read_parquet(path))
    other = catalogue.add_parquet("file", path)
    assert (other.content_hash, other.rows, other.columns) == (one.content_hash, one.rows, one.columns)
    pd.testing.assert_frame_equal(catalogue.read("file"), catalogue.read("frame"))
    pd.testing.assert_frame_equal(catalogue.sample("file"), catalogue.sample("frame"))
    assert catalogue.profile("file") == catalogue.profile("frame")
    assert catalogue.add_parquet("frame", path).version == 1


def test_a_file_without_rows_is_no_dataset(catalogue: Catalogue, tmp_path: Path) -> None:
    pd.DataFrame({"a": pd.Series(dtype="int64")}).to_parquet(tmp_path / "none.parquet")
    with pytest.raises(InputError, match="has 0 rows and 1 columns"):
        catalogue.add_parquet("none", tmp_path / "none.parquet")
