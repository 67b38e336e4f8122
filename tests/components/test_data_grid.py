"""The grid over comma-separated text: what is typed becomes the document's text, and only that."""

from __future__ import annotations

import pytest

from components.data_grid import edited, parsed, with_columns, written
from pipelines.steps.data_input.enter_data import EnterData

TEXT = 'town,people\nOslo,709000\n"a, b",\n'


def test_the_text_comes_back_as_it_was() -> None:
    table = parsed(TEXT)
    assert table is not None
    assert written(table) == TEXT
    assert EnterData(data=written(table))._frame().shape == (2, 2)


def test_cells_are_changed_rows_added_and_dropped() -> None:
    table = parsed(TEXT)
    assert table is not None
    edits = {"edited_rows": {0: {"people": "710000"}}, "added_rows": [{"town": "Bonn"}, {}], "deleted_rows": [1]}
    assert written(edited(table, edits)) == "town,people\nOslo,710000\nBonn,\n"


def test_columns_are_renamed_added_and_dropped() -> None:
    table = parsed(TEXT)
    assert table is not None
    edits = {"edited_rows": {0: {"name": "place"}}, "added_rows": [{"name": "code"}], "deleted_rows": [1]}
    assert written(with_columns(table, edits)) == 'place,code\nOslo,\n"a, b",\n'
    assert list(with_columns(table, {"deleted_rows": [0, 1]}).columns) == ["town", "people"]


@pytest.mark.parametrize(
    "text", ["a,b\n1,2,3\n", "a,a\n1,2\n", "a\tb\n1\t2\n", "@relation x\n@data\n", "1 1:0.5\n", 'a,"b\n1,2\n']
)
def test_what_is_no_plain_table_stays_text(text: str) -> None:
    assert parsed(text) is None


def test_nothing_yet_is_an_empty_grid() -> None:
    table = parsed("")
    assert table is not None
    assert table.empty
    assert written(edited(table, {"added_rows": [{"a": "1"}]})) == "a,b\n1,\n"
