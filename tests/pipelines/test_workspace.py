from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import Timeout

from pipelines.errors import InputError
from pipelines.settings import settings
from pipelines.workspace import TEMPORARY, Home, write_atomic


@pytest.fixture
def fresh_settings():
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_open_makes_every_folder_and_gives_absolute_paths(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    home = Home.open(Path("studio"))
    for folder in (
        home.datasets,
        home.cache,
        home.runs,
        home.uploads,
        home.results,
        home.artifacts,
        home.locks,
        home.logs,
    ):
        assert folder.is_absolute()
        assert folder.is_dir()
    assert home.root == tmp_path.resolve() / "studio"
    assert home.mlflow_db.parent == home.services_file.parent == home.root


def test_open_without_a_path_follows_the_settings(tmp_path, monkeypatch, fresh_settings):
    monkeypatch.setenv("SEKKEI_HOME", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("SEKKEI_DATABASE_URL", "postgresql://u@h/sekkei")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:5999")
    home = Home.open()
    assert home.root == (tmp_path / "elsewhere").resolve()
    assert home.database_url == "postgresql://u@h/sekkei"
    assert home.tracking_uri == "http://127.0.0.1:5999"


def test_the_records_and_mlflow_lie_in_the_workspace_unless_told_otherwise(tmp_path, monkeypatch, fresh_settings):
    for name in ("SEKKEI_DATABASE_URL", "SEKKEI_TRACKING_URI", "MLFLOW_TRACKING_URI"):
        monkeypatch.delenv(name, raising=False)
    home = Home.open(tmp_path)
    assert home.database_url == f"sqlite:///{home.root}/sekkei.db"
    assert home.tracking_uri == f"sqlite:///{home.root}/mlflow.db"


def test_a_file_where_the_workspace_should_be_is_refused(tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(InputError, match=r"taken.*SEKKEI_HOME"):
        Home.open(tmp_path / "taken")


def test_write_atomic_replaces_the_whole_file(tmp_path):
    target = tmp_path / "deep" / "services.json"
    write_atomic(target, b"old and longer")
    assert write_atomic(target, b"new") == target
    assert target.read_bytes() == b"new"
    assert os.listdir(target.parent) == ["services.json"]


def test_write_atomic_that_fails_keeps_the_old_file_and_leaves_nothing(tmp_path):
    target = tmp_path / "table.parquet"
    target.write_bytes(b"old")

    def half(path: Path) -> None:
        assert path.suffix == ".parquet"
        path.write_bytes(b"ha")
        raise RuntimeError("disk full")

    with pytest.raises(RuntimeError, match="disk full"):
        write_atomic(target, half)
    assert target.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["table.parquet"]


def test_write_atomic_killed_in_the_middle_keeps_the_old_file(tmp_path):
    target = tmp_path / "table.parquet"
    target.write_bytes(b"old")
    script = (
        "import os, signal, sys; from pathlib import Path; from pipelines.workspace import write_atomic\n"
        "def half(path):\n    path.write_bytes(b'ha'); os.kill(os.getpid(), signal.SIGKILL)\n"
        "write_atomic(Path(sys.argv[1]), half)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(target)], cwd=Path(__file__).parents[2], check=False)
    assert done.returncode == -signal.SIGKILL
    assert target.read_bytes() == b"old"
    assert [name for name in os.listdir(tmp_path) if not name.startswith(TEMPORARY)] == ["table.parquet"]


def test_a_lock_is_held_between_processes_and_freed_when_its_holder_dies(tmp_path):
    home = Home.open(tmp_path)
    script = (
        "import sys; from pipelines.workspace import Home\n"
        "with Home.open(sys.argv[1]).lock('worker'):\n    print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with holder:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(Timeout):
            home.lock("worker", timeout=0).acquire()
        holder.kill()
    with home.lock("worker", timeout=10) as lock:
        assert lock.is_locked


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".", "a\0b", "x" * 300])
def test_a_lock_name_cannot_leave_its_folder(tmp_path, name):
    with pytest.raises(InputError):
        Home.open(tmp_path).lock(name)
