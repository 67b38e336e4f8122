"""What a step changed is told by name; a column's name is written as the language has it."""

from __future__ import annotations

import pandas as pd
import pytest

from components.column_chips import written
from components.step_changes import Changes, between, in_words
from pipelines.table import Table


def table(**columns: list[object]) -> Table:
    return Table(pd.DataFrame(columns))


def test_columns_and_rows_that_changed() -> None:
    found = between(table(a=[1, 2, 3], b=["x", "y", "z"]), table(a=["1", "2"], c=[0.5, 0.1]))
    assert (found.added, found.dropped, found.rows) == (("c",), ("b",), -1)
    assert [n for n, _, _ in found.retyped] == ["a"]
    words = in_words(found)
    assert "c added" in words
    assert "b dropped" in words
    assert "1 row dropped" in words


def test_nothing_changed_says_nothing() -> None:
    same = table(a=[1, 2])
    assert in_words(between(same, same)) == ""
    assert Changes((), (), (), 0).marks == {}


@pytest.mark.parametrize(
    ("column", "language", "text"),
    [
        ("age", "expression", "age"),
        ("wheel-base", "expression", '"wheel-base"'),
        ("wheel-base", "sql", '"wheel-base"'),
        ("age", "python", 'table["age"]'),
    ],
)
def test_a_columns_name_in_each_language(column: str, language: str, text: str) -> None:
    assert written(column, language) == text
