"""Files to be scored are read as the file that training read was."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from pipelines.chain.contract import Contract, ContractColumn
from pipelines.datasets import read
from pipelines.inference.reading import pieces
from pipelines.schema import ColumnType


@pytest.mark.parametrize(
    "text",
    [
        'fee,plan\n"$1,234.50",a\n$7,b\nn/a,a\n',
        'fee,plan\n"1,234.50",a\n"12,000",b\n7,a\n',
        "fee;plan\n1.234,50 €;a\n7,25 €;b\n",
    ],
)
def test_amounts_and_thousands_are_the_numbers_that_training_saw(tmp_path: Path, text: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(text)
    columns = (ContractColumn(name="fee", type=ColumnType.FLOAT), ContractColumn(name="plan", type=ColumnType.TEXT))
    (piece,) = pieces(path, Contract(columns=columns), 100)
    pd.testing.assert_series_equal(piece.rows["fee"], read(path)["fee"].astype("float64"))
    assert piece.rows["plan"].tolist() == read(path)["plan"].tolist()
