from __future__ import annotations

from pathlib import Path

from pipelines.document.checks import FORMAT
from pipelines.document.codec import loads
from pipelines.document.migrations import MIGRATIONS, migrate

GOLDEN = Path(__file__).parents[2] / "golden"


def test_every_older_format_has_a_migration_and_a_golden_document_that_opens():
    assert sorted(MIGRATIONS) == list(range(1, FORMAT))
    for number in range(1, FORMAT + 1):
        document = loads((GOLDEN / f"format_{number}.yaml").read_text())
        assert document.format == FORMAT
        assert document.steps


def test_formats_are_passed_one_at_a_time():
    migrations = {
        1: lambda data: {**data, "steps": [{**s, "kind": s["type"]} for s in data["steps"]]},
        2: lambda data: {**data, "title": data["name"]},
    }
    data = migrate({"format": 1, "name": "n", "steps": [{"type": "t"}]}, migrations, newest=3)
    assert data == {"format": 3, "name": "n", "title": "n", "steps": [{"type": "t", "kind": "t"}]}


def test_what_is_no_document_or_from_the_future_comes_back_as_it_is():
    for data in (None, [], {"name": "x"}, {"format": "1"}, {"format": 7}, {"format": True}):
        assert migrate(data) == data
