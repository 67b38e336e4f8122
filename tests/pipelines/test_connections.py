"""Named connections: where they are read from, and that nothing of them is seen but the name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipelines import connections
from pipelines.datasets import databases
from pipelines.errors import InputError, SekkeiError
from pipelines.settings import settings

SECRET = "hunter2-secret"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "connections.toml"
    monkeypatch.setenv("SEKKEI_CONNECTIONS", str(path))
    settings.cache_clear()
    yield path
    monkeypatch.undo()
    settings.cache_clear()


def _write(path: Path, text: str, mode: int = 0o600) -> None:
    path.write_text(text, "utf-8")
    path.chmod(mode)


def test_the_file_and_the_environment_give_connections_by_name(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(
        file, f'[sales]\nurl = "postgresql://me:{SECRET}@db/sales"\n[lake]\nurl = "s3://bucket/x"\nkey = "{SECRET}"\n'
    )
    monkeypatch.setenv("SEKKEI_CONNECTION_LOCAL", "sqlite:///records.db")
    found = connections.connections()
    assert [(c.name, c.kind, c.system) for c in found] == [
        ("lake", "store", "s3"),
        ("local", "database", "sqlite"),
        ("sales", "database", "postgresql"),
    ]
    assert SECRET not in repr(found)


@pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX")
def test_a_file_that_others_may_read_is_refused(file: Path) -> None:
    _write(file, '[sales]\nurl = "sqlite://"\n', mode=0o644)
    with pytest.raises(InputError, match="chmod 600"):
        connections.connections()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f'[sales]\nurl = "x{SECRET}\n', "cannot be read"),
        ('["no such"]\nurl = "sqlite://"\n', "cannot name a connection"),
        (f'[sales]\nuri = "{SECRET}"\n', "has no address"),
        (f'[sales]\nurl = "{SECRET}"\n', "has no address"),
    ],
)
def test_a_file_at_fault_is_told_without_what_it_holds(file: Path, text: str, told: str) -> None:
    _write(file, text)
    with pytest.raises(InputError, match=told) as raised:
        connections.connections()
    assert SECRET not in str(raised.value)


def test_an_unknown_name_has_the_nearest(file: Path) -> None:
    _write(file, '[sales]\nurl = "sqlite://"\n[lake]\nurl = "s3://bucket"\n')
    with pytest.raises(InputError, match="mean 'sales'"):
        connections.connection("sale", "database")
    with pytest.raises(InputError, match="no connection 'lake' to a database"):
        connections.connection("lake", "database")


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://me:{SECRET}@127.0.0.1:1/x",
        f"nosuch://me:{SECRET}@127.0.0.1:1/x",
        f"postgresql://me:{SECRET}@host:port/x",
        f"sqlite:////nowhere/{SECRET}/x.db",
    ],
)
def test_errors_never_hold_the_secret(url: str, monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    monkeypatch.setenv("SEKKEI_CONNECTION_BAD", url)
    with pytest.raises(SekkeiError, match="bad") as raised:
        databases.read("bad", query="SELECT 1")
    assert SECRET not in str(raised.value)
    assert raised.value.__suppress_context__
