"""Import from Database, alone and in runs: what has not changed is reused, what has is noticed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from pipelines import Pipeline, Workspace
from pipelines.datasets import databases
from pipelines.errors import DiagnosticsError, InputError, ParameterError
from pipelines.steps.data_input.import_database import ImportDatabase
from tests.pipelines.steps.cases import Case
from tests.pipelines.steps.trial import CONTEXT, PREVIEW
from tests.pipelines.steps.trial import read as sample

CASES = [
    Case({"connection": "sales", "table": "cars"}, runs=False),
    Case({"connection": "sales", "source": "query", "query": "SELECT 1 AS a", "read": "once"}, runs=False),
]

BARE = "it waits for a database"


@pytest.fixture(autouse=True)
def sales(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEKKEI_CONNECTION_SALES", f"sqlite:///{tmp_path}/sales.db")
    databases.write("sales", "cars", pd.concat([sample("automobile_price")] * 10, ignore_index=True))


def rows(context=CONTEXT, **params) -> pd.DataFrame:
    table = ImportDatabase(connection="sales", **params).run(None, context).table  # type: ignore[arg-type]
    assert table is not None
    return table.frame


def test_a_table_a_query_and_a_limit() -> None:
    assert len(rows(table="cars")) == 2010
    assert rows(source="query", query="SELECT make FROM cars WHERE price > 40000")["make"].unique().tolist() == [
        "bmw",
        "mercedes-benz",
    ]
    assert len(rows(table="cars", limit=7)) == 7


def test_a_preview_reads_a_sample() -> None:
    assert len(rows(PREVIEW, table="cars")) == 1000


@pytest.mark.parametrize("params", [{"table": " "}, {"source": "query"}])
def test_what_to_read_must_be_said(params) -> None:
    with pytest.raises(ParameterError):
        rows(**params)


def test_no_connection_and_no_table_are_told_with_the_nearest() -> None:
    with pytest.raises(InputError, match="mean 'sales'"):
        ImportDatabase(connection="salez", table="cars").run(None, CONTEXT)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="mean 'cars'"):
        rows(table="car")


@pytest.mark.parametrize("read", ["every_run", "once"])
def test_changed_rows_are_noticed_and_unchanged_ones_reused(tmp_path: Path, read: str) -> None:
    workspace = Workspace.open(tmp_path / "workspace")
    document = (
        Pipeline("sales")
        .add("import_database", connection="sales", table="cars", read=read)
        .add("set_label", column="price")
        .add("remove_duplicate_rows")
    )

    def statuses() -> list[str]:
        run = workspace.run(document).to_dict()
        assert run["status"] == "done", run["error"]
        return [s["status"] for s in run["steps"]]

    assert statuses() == ["done"] * 3
    assert statuses() == ["reused"] * 3
    databases.write("sales", "cars", sample("automobile_price")[:50], "replace")
    assert statuses() == (["done"] * 3 if read == "every_run" else ["reused"] * 3)
    assert workspace.inspect(document).ok


def test_the_document_and_the_run_hold_no_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEKKEI_CONNECTION_BAD", "postgresql://me:hunter2-secret@127.0.0.1:1/x")
    workspace = Workspace.open(tmp_path / "workspace")
    document = Pipeline("sales").add("import_database", connection="bad", table="cars")
    with pytest.raises(DiagnosticsError, match="does not answer") as raised:
        workspace.run(document)
    assert "hunter2-secret" not in str(raised.value)
    workspace.pipelines.create(document.document)
    for file in (tmp_path / "workspace").rglob("*"):
        if file.is_file():
            assert b"hunter2-secret" not in file.read_bytes(), file
