"""Where a Spark cluster is asked: what its address tells, and what is said where it cannot be asked."""

from __future__ import annotations

import sys

import pytest

from pipelines.errors import UnavailableError
from pipelines.inference.spark_session import gets_files, installed, is_connect, is_on_this_machine, session


@pytest.mark.parametrize(
    ("master", "here", "connect", "files"),
    [
        ("local[*]", True, False, True),
        ("local-cluster[2,1,1024]", True, False, True),
        ("spark://127.0.0.1:7077", True, False, True),
        ("spark://one:7077,two:7077", False, False, True),
        ("sc://localhost:15002", True, True, True),
        ("sc://127.0.0.1:15002/;user_id=me", True, True, True),
        ("sc://cluster.example:15002", False, True, False),
    ],
)
def test_an_address_tells_how_a_model_gets_there(master: str, here: bool, connect: bool, files: bool) -> None:
    assert (is_on_this_machine(master), is_connect(master), gets_files(master)) == (here, connect, files)


def test_spark_connect_needs_grpc_and_no_java(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    assert installed("sc://localhost:15002")
    assert not installed("local[*]")


def test_without_grpc_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.inference.spark_session._check_reachable", lambda master: None)
    monkeypatch.setitem(sys.modules, "grpc", None)
    with (
        pytest.raises(UnavailableError, match="Spark Connect is not installed") as caught,
        session("sc://localhost:15002"),
    ):
        pass
    assert "pyspark[connect]" in caught.value.fix
