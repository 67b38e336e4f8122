"""A studio as its users have it: a workspace, its services in processes of their own, the command line, the SDK."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.addresses import ServiceStatus, status
from pipelines.processes import free_port
from pipelines.sdk import Workspace
from pipelines.workspace import Home
from tests.command_line import CommandLine

ROOT = Path(__file__).parents[2]
PATIENCE = 180.0
NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def until(condition: Callable[[], Any], what: str = "", seconds: float = PATIENCE) -> Any:
    """What ``condition`` gives as soon as it gives something."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, f"it did not happen: {what}"
        time.sleep(0.05)
    return found


@dataclass
class Studio:
    """One workspace with its services."""

    root: Path
    command_line: CommandLine | None = None
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        ports = {f"SEKKEI_{n}_PORT": str(free_port("127.0.0.1")) for n in ("MLFLOW", "API")}
        self.environment = os.environ | {"PYTHONPATH": str(ROOT), "SEKKEI_HOME": str(self.root)} | ports
        self.environment["PYTHONWARNINGS"] = "ignore"

    @property
    def home(self) -> Home:
        return Home(self.root)

    @property
    def workspace(self) -> Workspace:
        """The SDK, opened anew: nothing is remembered."""
        return Workspace.open(self.root)

    def up(self) -> None:
        """Start the services and wait for them."""
        with (self.root.parent / "up.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pipelines", "up"],
                cwd=self.root.parent,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.wait_up()

    def wait_up(self) -> dict[str, ServiceStatus]:
        names = ("worker", "mlflow", "api")
        return until(lambda: all((now := status(self.home))[n].state == "running" for n in names) and now, "services")

    def service(self, name: str) -> ServiceStatus:
        return until(lambda: (now := status(self.home)[name]).state == "running" and now, name)

    def down(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)

    def cli(self, *arguments: str | Path, code: int = 0) -> dict[str, Any]:
        """A command with ``--json``: its object, when it ended with ``code`` and without a trace."""
        assert self.command_line is not None
        ended, said = self.command_line.call(*arguments, environment=self.environment)
        assert ended == code, said
        return dict(said)


def call(url: str, body: bytes, key: str = "", kind: str = "application/json") -> tuple[int, dict[str, Any], Any]:
    """Status, answer and headers of a POST."""
    headers = {"Content-Type": kind} | ({"Authorization": f"Bearer {key}"} if key else {})
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")
    try:
        with NO_PROXY.open(request, timeout=60) as answer:
            return answer.status, json.loads(answer.read()), answer.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read()), error.headers


def new_studio(root: Path, command_line: CommandLine) -> Studio:
    """A workspace without samples."""
    root.mkdir(parents=True)
    (root / ".furnished").touch()
    return Studio(root, command_line)
