"""The programs shown to those who build on an endpoint, run as they stand against a real one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from components import consume_code, consume_programs
from pipelines.sdk import Workspace
from tests.command_line import CommandLine
from tests.journeys.studio import NO_PROXY, Studio

pytestmark = pytest.mark.services

ROW = {"make": 'O\'Neil "x" $HOME 株', "symboling": 3}


@pytest.fixture(scope="module")
def endpoint(
    tmp_path_factory: pytest.TempPathFactory, command_line: CommandLine
) -> Iterator[tuple[Workspace, str, dict[str, Any], str]]:
    """An endpoint of the car price model: the workspace, its address, a row for it, and its key."""
    studio = Studio(tmp_path_factory.mktemp("consume") / "workspace", command_line)
    workspace = Workspace.open(studio.root)
    run = workspace.run(workspace.sample("automobile-price"))
    version = workspace.models.publish(str(run.run_id), "cars")
    studio.up()
    try:
        made, key = workspace.endpoints.create("cars", version.model_uri, wait=True)
        assert str(made.state) == "healthy", made.reason
        yield workspace, made.url, made.example | ROW, key
    finally:
        studio.down()


def _run(command: list[str], key: str) -> str:
    environment = os.environ | {"SEKKEI_KEY": key, "no_proxy": "*"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _expected(endpoint: tuple[Workspace, str, dict[str, Any], str]) -> list[Any]:
    workspace, _url, row, _key = endpoint
    tried = workspace.endpoints.try_rows("cars", json.dumps([row]).encode())
    assert [r.column for r in tried.remarks] == ["make"]
    return tried.answers


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_the_curl_line_gives_the_answer_of_the_page(endpoint: tuple[Workspace, str, dict[str, Any], str]) -> None:
    _workspace, url, row, key = endpoint
    printed = _run(["bash", "-c", consume_code.curl(url, row) + " --silent"], key)
    assert json.loads(printed)["predictions"] == _expected(endpoint)


def test_the_python_program_gives_the_answer_of_the_page(
    endpoint: tuple[Workspace, str, dict[str, Any], str],
) -> None:
    _workspace, url, row, key = endpoint
    assert eval(_run([sys.executable, "-c", consume_code.python(url, row)], key)) == _expected(endpoint)


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node here")
def test_the_javascript_program_gives_the_answer_of_the_page(
    endpoint: tuple[Workspace, str, dict[str, Any], str], tmp_path: Path
) -> None:
    _workspace, url, row, key = endpoint
    program = tmp_path / "ask.mjs"
    program.write_text(consume_programs.javascript(url, row))
    printed = _run([str(shutil.which("node")), str(program)], key)
    (answer,) = _expected(endpoint)
    assert all(name in printed and f"{value}" in printed for name, value in answer.items())


def test_the_openapi_document_is_where_it_is_said_to_be(
    endpoint: tuple[Workspace, str, dict[str, Any], str],
) -> None:
    workspace, url, _row, key = endpoint
    request = urllib.request.Request(consume_code.swagger(url), headers={"Authorization": f"Bearer {key}"})
    with NO_PROXY.open(request, timeout=60) as answer:
        assert json.load(answer) == workspace.endpoints.swagger("cars")
