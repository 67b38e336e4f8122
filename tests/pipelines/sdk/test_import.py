"""Importing from elsewhere through the SDK, and what is left of uploads."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pandas as pd
import pytest

from pipelines import Workspace
from pipelines.datasets import databases
from pipelines.errors import ForbiddenError
from pipelines.sdk.scoring import DAY, sweep_uploads


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.open(tmp_path / "workspace")


def test_a_table_becomes_a_dataset_and_changed_rows_a_version(workspace, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("SEKKEI_CONNECTION_SALES", f"sqlite:///{tmp_path}/sales.db")
    databases.write("sales", "t", pd.DataFrame({"a": [1, 2, 3], "b": ["x", None, "z"]}))
    assert workspace.import_database("t", "sales", table="t")["rows"] == 3
    assert workspace.import_database("t", "sales", table="t")["version"] == 1
    databases.write("sales", "t", pd.DataFrame({"a": [4], "b": ["y"]}), "append")
    assert workspace.import_database("t", "sales", query="SELECT * FROM t WHERE a > 1")["version"] == 2
    assert workspace.datasets.get("t").source == "sales: SELECT * FROM t WHERE a > 1"
    assert workspace.connections() == [{"name": "sales", "kind": "database", "system": "sqlite"}]


def test_a_folder_becomes_a_dataset(workspace, tmp_path: Path) -> None:
    for i in range(3):
        (tmp_path / "parts").mkdir(exist_ok=True)
        (tmp_path / "parts" / f"{i}.csv").write_text(f"a,b\n{i},x\n")
    assert workspace.import_file("parts", tmp_path / "parts")["rows"] == 3


def test_an_address_is_refused_unless_allowed(workspace) -> None:
    with pytest.raises(ForbiddenError):
        workspace.import_address("x", "http://127.0.0.1/x.csv")


def test_old_uploads_go_but_not_what_a_job_waits_for(workspace, tmp_path: Path) -> None:
    home = workspace.home
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept.txt").write_text("x")
    for name in ("old", "new", "waited"):
        (home.uploads / name).mkdir()
        (home.uploads / name / "rows.csv").write_text("a\n1\n")
    (home.uploads / "link").symlink_to(outside)
    (home.uploads / "left").write_text("x")
    before = time.time() - 8 * DAY
    for name in ("old", "waited", "left"):
        os.utime(home.uploads / name, (before, before))
    os.utime(home.uploads / "link", (before, before), follow_symlinks=False)
    workspace.batch.submit("models:/m/1", str(home.uploads / "waited" / "rows.csv"))
    job = workspace.batch.submit("models:/m/1", str(home.uploads / "new" / "rows.csv"))
    assert job.title == "rows.csv with m/1"
    assert sorted(p.name for p in home.uploads.iterdir()) == ["new", "waited"]
    assert (outside / "kept.txt").exists()
    sweep_uploads(home, ())
    assert sorted(p.name for p in home.uploads.iterdir()) == ["new"]
