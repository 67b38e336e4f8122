"""A studio of the test's own, and a browser in front of it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from pipelines.sdk import Workspace
from pipelines.serving.endpoints import Endpoint
from tests.browser.driving import ENDPOINT, PATIENCE, Studio

ROOT = Path(__file__).parents[2]
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """``streamlit run app.py`` on a fresh workspace, with its services."""
    home = tmp_path_factory.mktemp("studio") / "workspace"
    log = home.parent / "studio.log"
    port = _free_port()
    environment = os.environ | {
        "SEKKEI_HOME": str(home),
        "SEKKEI_MLFLOW_PORT": str(_free_port()),
        "SEKKEI_API_PORT": str(_free_port()),
    }
    with log.open("wb") as output:
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{url}/_stcore/health", process, log)
        yield Studio(url, Workspace.open(home))
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()


@pytest.fixture(scope="session")
def endpoint(studio: Studio) -> Iterator[Endpoint]:
    """A healthy endpoint of a credit model."""
    workspace = studio.workspace
    run = workspace.run(workspace.sample("german-credit"))
    version = workspace.models.publish(str(run.run_id), "many-rows-model", step="logistic")
    made, _key = workspace.endpoints.create(ENDPOINT, version.model_uri, wait=True)
    assert str(made.state) == "healthy", made.reason
    yield made
    workspace.endpoints.delete(ENDPOINT)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        pytest.skip("there is no Chromium on this machine")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        yield found
        found.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh browser window, 1280 wide."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE)
    opened = context.new_page()
    yield opened
    context.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        assert process.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(url, timeout=2)
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(log.read_text())
