from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.datasets import Catalogue
from pipelines.records import Database
from pipelines.workspace import Home


@pytest.fixture
def write(tmp_path):
    """Writes text (in an encoding) or bytes into a file and gives its path."""

    def _write(content: str | bytes, name: str = "table.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return _write


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.delenv("SEKKEI_DATABASE_URL", raising=False)
    return Home.open(tmp_path / "workspace")


@pytest.fixture
def catalogue(home):
    database = Database(f"sqlite:///{home.root}/sekkei.db")
    database.upgrade()
    yield Catalogue(home, database)
    database.close()
