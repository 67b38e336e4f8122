"""How columns of data look."""

from __future__ import annotations

import ast
from pathlib import Path

import pandas as pd
import pytest

from components import row_columns

ROOT = Path(__file__).parents[2]
DRAWING = [
    p for room in ("components", "pages") for p in (ROOT / room).rglob("*.py") if "st.dataframe(" in p.read_text()
]


def test_a_column_is_as_wide_as_its_longest_number() -> None:
    long, short = pd.Series([0.1, -0.0339811447]), pd.Series([0.5, 12.25])
    assert row_columns.column("age", long)["width"] > row_columns.column("age", long.round(4))["width"]
    assert row_columns.column("hours-per-week", short)["width"] is None
    assert row_columns.column("age", pd.Series([1, 2]))["width"] is None


@pytest.mark.parametrize("file", DRAWING, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_missing_value_looks_the_same_in_every_table(file: Path) -> None:
    tables = [
        node
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "st.dataframe"
    ]
    said = [next((ast.unparse(k.value) for k in t.keywords if k.arg == "placeholder"), "") for t in tables]
    assert said == ["row_columns.MISSING"] * len(tables)
