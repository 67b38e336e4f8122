"""A model server: one process that serves one model on loopback, and how it has been doing."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import psutil

from pipelines.logs import last_words, rotate
from pipelines.messages import Joined, _
from pipelines.processes import ProcessId, free_port
from pipelines.records import EndpointState
from pipelines.serving.example import explained, is_real, request_body
from pipelines.settings import settings
from pipelines.workspace import Home

LOOPBACK = "127.0.0.1"
STOP_SECONDS = 3.0
WARM_REQUESTS = 5
STUCK = (os.cpu_count() or 1) + 4  # the threads a model server predicts in
_PING_TIMEOUT = aiohttp.ClientTimeout(total=5.0)
_SCRIPT = Path(__file__).with_name("model_server.py")
_SERVING = (EndpointState.HEALTHY, EndpointState.UNHEALTHY)


@dataclass
class ModelServer:
    """One process. ``surplus``: it goes as soon as enough others serve. Memory is in bytes."""

    home: Home
    endpoint: str
    deployment: str
    model_uri: str
    state: EndpointState = EndpointState.STARTING
    reason: str = ""
    process: subprocess.Popen[bytes] | None = None
    identity: ProcessId | None = None
    port: int = 0
    restarts: int = 0
    failures: int = 0
    misses: int = 0
    timeouts: int = 0
    in_flight: int = 0
    memory: int = 0
    memory_at_first: int = 0
    began: float = 0.0
    checked: float = 0.0
    answered: float = 0.0
    due: float = 0.0
    log_from: int = 0
    doubted: bool = False
    surplus: bool = False

    @property
    def is_serving(self) -> bool:
        """Whether it may be asked now; looks at the process itself."""
        return self.state in _SERVING and self.process is not None and self.process.poll() is None

    @property
    def is_stuck(self) -> bool:
        """Whether so many predictions did not end that none can begin."""
        return self.timeouts >= STUCK

    @property
    def has_grown(self) -> bool:
        """Whether it takes much more memory than when it began to serve."""
        growth = settings().endpoint_growth_mib * 2**20
        return self.memory_at_first > 0 and self.memory - self.memory_at_first > growth

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def log(self) -> Path:
        return log_path(self.home, self.endpoint, self.deployment)

    def start(self) -> None:
        """Start the process. Only from the main thread: the kernel ends it when the thread that started it ends."""
        self.port = free_port(LOOPBACK)
        rotate(self.log)
        with self.log.open("ab") as log:
            self.log_from = log.tell()
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-P",
                    str(_SCRIPT),
                    f"--model-uri={self.model_uri}",
                    f"--host={LOOPBACK}",
                    f"--port={self.port}",
                    f"--parent={os.getpid()}",
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.home.root,
                env=_environment(self.home),
                start_new_session=True,
            )
        self.identity = ProcessId.of(self.process.pid)
        self.began = self.checked = time.monotonic()
        self.misses = self.timeouts = self.memory = self.memory_at_first = 0
        self.doubted = False

    async def end(self) -> None:
        """Have the process end, by force after some seconds."""
        process, self.process, self.identity = self.process, None, None
        if process is None:
            return
        if process.poll() is None:
            process.terminate()
            until = time.monotonic() + STOP_SECONDS
            while process.poll() is None and time.monotonic() < until:
                await asyncio.sleep(0.02)
        if process.poll() is None:
            process.kill()
        await asyncio.to_thread(process.wait)

    def ending(self) -> str:
        """How the process ended by itself, in words; empty while it runs."""
        code = self.process.poll() if self.process is not None else None
        if code is None:
            return ""
        if code < 0:
            return _("It was ended by {name}.", name=signal.Signals(-code).name)
        return _("It ended with code {code}.", code=code)

    def last_words(self) -> str:
        return last_words(self.log, offset=self.log_from)

    async def ping(self, client: aiohttp.ClientSession) -> bool:
        """Whether it answers at all."""
        try:
            async with client.get(f"{self.url}/ping", timeout=_PING_TIMEOUT) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def prove(self, client: aiohttp.ClientSession, example: dict[str, Any]) -> str:
        """Ask it for its own example a few times, which also warms it; what is wrong in words, empty when it is well.

        A model without a real example is taken to be well.
        """
        if not is_real(example):
            return ""
        body = request_body([example])
        try:
            for _again in range(WARM_REQUESTS):
                async with client.post(
                    f"{self.url}/invocations", data=body, headers={"content-type": "application/json"}
                ) as answer:
                    wrong = explained(answer.status, await answer.read())
                if wrong:
                    return Joined([_("It does not answer its own example."), wrong])
        except TimeoutError:
            return Joined([_("It does not answer its own example."), _("The prediction took too long.")])
        except aiohttp.ClientError:
            return _("It stopped answering.")
        return ""

    def weigh(self) -> None:
        """Look how much memory the process takes."""
        if self.process is None:
            return
        try:
            self.memory = int(psutil.Process(self.process.pid).memory_info().rss)
        except psutil.Error:
            return
        self.memory_at_first = self.memory_at_first or self.memory

    def to_dict(self) -> dict[str, Any]:
        """As the records keep it."""
        known = self.identity
        return {
            "pid": known.pid if known else None,
            "started": known.started if known else None,
            "port": self.port if known else None,
            "state": self.state.value,
            "reason": self.reason,
            "restarts": self.restarts,
            "memory": self.memory or None,
        }


def log_path(home: Home, endpoint: str, deployment: str) -> Path:
    """Where a deployment's model servers write what they have to say."""
    return home.logs / f"endpoint-{endpoint}.{deployment}.log"


def _environment(home: Home) -> dict[str, str]:
    """This process's environment without the engine on the path: a model brings the engine's code it was made with."""
    engine = str(Path(__file__).parents[2])
    paths = [p for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p and p != engine]
    binaries = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    return os.environ | {
        "PATH": binaries,
        "PYTHONPATH": os.pathsep.join(paths),
        "MLFLOW_TRACKING_URI": home.tracking_uri,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_SCORING_SERVER_REQUEST_TIMEOUT": str(max(1, round(settings().endpoint_timeout))),
    }
