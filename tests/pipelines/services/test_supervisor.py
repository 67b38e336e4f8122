"""The services as real processes: found, killed, restarted, and taken down."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from pipelines.addresses import ServiceStatus, publish, read, service_addresses, status
from pipelines.processes import ProcessId, free_port
from pipelines.workspace import Home

ROOT = Path(__file__).parents[3]


@pytest.fixture
def home(tmp_path):
    return Home.open(tmp_path / "workspace")


def until(condition, seconds=90):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)
    return found


def get(url):
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=10) as answer:
        return answer.status, answer.read()


@pytest.fixture
def up(home, tmp_path):
    """Starts supervisors; ends them after the test."""
    started = []

    def start(*arguments, **environment):
        ports = {"SEKKEI_MLFLOW_PORT": str(free_port("127.0.0.1")), "SEKKEI_API_PORT": str(free_port("127.0.0.1"))}
        with (tmp_path / "up.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "pipelines.services", "up", f"--home={home.root}", *arguments],
                env=os.environ | ports | {"PYTHONPATH": str(ROOT)} | environment,
                cwd=tmp_path,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        started.append(process)
        return process

    yield start
    for process in started:
        process.terminate()
        process.wait(30)
        process.stdout.close()


def running(home, *names):
    def check():
        now = status(home)
        return all(now[name].state == "running" for name in names or ("worker", "mlflow", "api")) and now

    return check


def test_nothing_is_up_in_a_new_workspace(home):
    assert {s.state for s in status(home).values()} == {"stopped"}
    assert service_addresses(home).mlflow_url is None


def test_an_address_of_a_process_that_is_gone_is_not_believed(home):
    publish(home, {"api": ServiceStatus("api", "running", "http://127.0.0.1:1", 2**22 - 1, 1.0)})
    assert status(home)["api"].state == "stopped"
    assert service_addresses(home).api_url is None
    me = ProcessId.mine()
    publish(home, {"api": ServiceStatus("api", "running", "http://127.0.0.1:1", me.pid, me.started)})
    assert service_addresses(home).api_url == "http://127.0.0.1:1"
    publish(home, {"api": ServiceStatus("api", "running", "http://127.0.0.1:1", me.pid, me.started - 3600)})
    assert service_addresses(home).api_url is None


@pytest.mark.parametrize("content", ["", "[]", "{", '{"api": 1}', '{"api": {"colour": "red"}}', "\xff"])
def test_a_broken_services_file_counts_as_none(home, content):
    home.services_file.write_text(content, encoding="latin-1")
    assert read(home) == {}
    assert status(home)["api"].state == "stopped"


def test_an_mlflow_of_the_users_own_is_shown_as_such(home, monkeypatch):
    from pipelines.settings import settings

    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://mlflow.example:5000")
    settings.cache_clear()
    try:
        assert status(home)["mlflow"].state == "external"
        assert service_addresses(home).mlflow_url == "http://mlflow.example:5000"
    finally:
        settings.cache_clear()


@pytest.mark.services
def test_services_come_up_are_restarted_when_killed_and_go_down_together(home, up):
    supervisor = up()
    before = until(running(home))
    assert get(f"{before['mlflow'].url}/version")[0] == 200
    assert json.loads(get(f"{before['api'].url}/health")[1]) == {"status": "ok"}

    second = up()
    output, _ = second.communicate(timeout=30)
    assert "up already" in output
    assert before["api"].url in output

    for name in ("worker", "mlflow", "api"):
        os.kill(before[name].pid, signal.SIGKILL)
    until(lambda: all(s.restarts == 1 for s in status(home).values()))
    after = until(running(home))
    for name in ("worker", "mlflow", "api"):
        assert after[name].pid != before[name].pid
        assert after[name].reason == ""
        assert after[name].url == before[name].url

    supervisor.terminate()
    assert supervisor.wait(30) == 0
    assert not any(s.is_alive for s in after.values())
    assert {s.state for s in status(home).values()} == {"stopped"}


@pytest.mark.services
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's signal at a parent's death")
def test_no_service_outlives_a_killed_supervisor_and_another_takes_over(home, up):
    supervisor = up()
    before = until(running(home))
    supervisor.kill()
    supervisor.wait()
    until(lambda: not any(s.is_alive for s in before.values()))
    assert {s.state for s in status(home).values()} == {"stopped"}
    up()
    assert until(running(home))["api"].pid != before["api"].pid


@pytest.mark.services
def test_a_taken_port_gets_another(home, up):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        up(SEKKEI_MLFLOW_PORT=str(port), SEKKEI_API_PORT=str(port))
        now = until(running(home))
    assert not {now["mlflow"].url, now["api"].url} & {f"http://127.0.0.1:{port}"}
    assert get(f"{now['api'].url}/health")[0] == 200
    assert get(f"{now['mlflow'].url}/health")[0] == 200


@pytest.mark.services
def test_a_studio_takes_its_services_down_when_killed_and_the_next_in_line_takes_over(home):
    """Two studios on one workspace: ``ensure_up`` in each, from a thread, as Streamlit does."""
    script = (
        "import sys, threading, time\n"
        "from pipelines.services import ensure_up\nfrom pipelines.workspace import Home\n"
        "home = Home.open(sys.argv[1])\n"
        "for _ in range(3):\n"
        "    t = threading.Thread(target=ensure_up, args=(home,)); t.start(); t.join()\n"
        "sys.stdin.read()"
    )
    ports = {"SEKKEI_MLFLOW_PORT": str(free_port("127.0.0.1")), "SEKKEI_API_PORT": str(free_port("127.0.0.1"))}
    environment = os.environ | ports | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", script, str(home.root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment) as first:
        before = until(running(home))
        with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment) as second:
            first.kill()
            first.wait()
            until(lambda: not any(s.is_alive for s in before.values()))
            after = until(running(home))
            second.kill()
        until(lambda: not any(s.is_alive for s in after.values()))
    until(lambda: "supervisor" not in read(home))


@pytest.mark.services
def test_a_service_started_alone_publishes_its_address_and_is_not_started_twice(home, up):
    port = free_port("127.0.0.1")
    command = [sys.executable, "-m", "pipelines.services", "service", "api", f"--home={home.root}", f"--port={port}"]
    with subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, stderr=subprocess.DEVNULL) as alone:
        assert until(running(home, "api"))["api"].url == f"http://127.0.0.1:{port}"
        up()
        assert until(running(home))["api"].pid == alone.pid
        alone.terminate()
