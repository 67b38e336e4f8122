"""The supervisor: starts the services of a workspace, watches them, and takes them down with it."""

from __future__ import annotations

import contextlib
import http.client
import logging
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from pipelines.addresses import NAMES, ServiceStatus, publish, read, web_address
from pipelines.logs import last_words, rotate
from pipelines.messages import Joined, _
from pipelines.processes import ProcessId, free_port
from pipelines.settings import settings
from pipelines.workspace import Home

TICK_SECONDS = 0.2
HEALTH_SECONDS = 5.0
MISSES = 3
START_SECONDS = 120.0
STOP_SECONDS = 8.0
QUIET_SECONDS = 60.0
BACKOFF = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)

_logger = logging.getLogger(__name__)


def environment(home: Home) -> dict[str, str]:
    """The environment of a service: this one's, with the workspace and the engine findable from any folder."""
    source = str(Path(__file__).parents[2])
    path = os.pathsep.join(p for p in (source, os.environ.get("PYTHONPATH", "")) if p)
    return os.environ | {"SEKKEI_HOME": str(home.root), "PYTHONPATH": path, "MLFLOW_DISABLE_TELEMETRY": "true"}


@dataclass
class _Service:
    name: str
    host: str | None
    preferred: int = 0
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    identity: ProcessId | None = None
    state: str = "stopped"
    reason: str = ""
    restarts: int = 0
    failures: int = 0
    misses: int = 0
    began: float = 0.0
    checked: float = 0.0
    due: float = 0.0

    @property
    def url(self) -> str | None:
        if self.host is None or not self.port:
            return None
        return web_address(self.host, self.port)


class Supervisor:
    """One for each workspace. ``parent``: the process with which everything ends."""

    def __init__(self, home: Home, parent: ProcessId | None = None) -> None:
        self.home = home
        self.parent = parent
        self.me = ProcessId.mine()
        self._stop = threading.Event()
        self._services: list[_Service] = []

    def run(self, on_ready: Callable[[], None] = lambda: None) -> None:
        """Keep the services up until told to stop. Call it from the main thread, with the workspace's lock held.

        ``on_ready`` is called once, when all of them answer.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        self._end_strays()
        self._services = self._wanted()
        mine = ServiceStatus("supervisor", "running", None, self.me.pid, self.me.started)
        publish(self.home, {"supervisor": mine})
        waiting = True
        try:
            while not self._stop.wait(TICK_SECONDS):
                if self.parent is not None and not self.parent.is_alive:
                    break
                for service in self._services:
                    self._tend(service)
                if waiting and all(s.state == "running" for s in self._services):
                    waiting = False
                    on_ready()
        finally:
            self._take_down()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stop.set()

    def _wanted(self) -> list[_Service]:
        chosen = settings()
        every = [
            _Service("worker", None),
            _Service("mlflow", "127.0.0.1", chosen.mlflow_port),
            _Service("api", chosen.host, chosen.api_port),
        ]
        alone = {name for name, s in read(self.home).items() if s.supervisor is None and s.is_alive}
        if chosen.tracking_uri:
            alone.add("mlflow")
        return [s for s in every if s.name not in alone]

    def _end_strays(self) -> None:
        """End what an earlier supervisor left behind, where the kernel did not."""
        strays = [s for name, s in read(self.home).items() if name in NAMES and s.supervisor is not None]
        processes = [s.process for s in strays if s.process is not None]
        for process in processes:
            process.send(signal.SIGTERM)
        until = time.monotonic() + STOP_SECONDS
        while any(p.is_alive for p in processes) and time.monotonic() < until:
            time.sleep(0.05)
        for process in processes:
            process.send(signal.SIGKILL)

    def _tend(self, service: _Service) -> None:
        now = time.monotonic()
        if service.process is None:
            if now >= service.due:
                self._start(service)
            return
        code = service.process.poll()
        if code is not None:
            self._failed(service, _("It ended with code {code}.", code=code))
        elif service.state != "running":
            if self._answers(service):
                self._set(service, "running", "")
            elif now - service.began > START_SECONDS:
                self._failed(service, _("It did not answer within {seconds:g} seconds.", seconds=START_SECONDS))
        elif now - service.checked > HEALTH_SECONDS:
            service.checked = now
            service.misses = 0 if self._answers(service) else service.misses + 1
            if service.misses >= MISSES:
                self._failed(service, _("It stopped answering."))
            elif now - service.began > QUIET_SECONDS:
                service.failures = 0

    def _start(self, service: _Service) -> None:
        command = [sys.executable, "-m", "pipelines.services", "service", service.name]
        command += [f"--home={self.home.root}", f"--parent={self.me.pid}"]
        if service.host is not None:
            service.port = free_port(service.host, service.port or service.preferred)
            command.append(f"--port={service.port}")
        path = self.home.logs / f"{service.name}.log"
        rotate(path)
        with path.open("ab") as log:
            service.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment(self.home),
                start_new_session=True,
            )
        service.identity = ProcessId.of(service.process.pid)
        service.began, service.misses = time.monotonic(), 0
        self._set(service, "restarting" if service.restarts else "starting", service.reason)

    def _answers(self, service: _Service) -> bool:
        if service.url is None:
            return self._worker_answers(service)
        return answers(f"{service.url}/health")

    def _worker_answers(self, service: _Service) -> bool:
        assert service.process is not None
        beat = self.home.locks / "worker.json"
        with contextlib.suppress(OSError):
            return f'"pid": {service.process.pid},' in beat.read_text()
        return False

    def _failed(self, service: _Service, what: str) -> None:
        assert service.process is not None
        if service.process.poll() is None:
            service.process.kill()
        service.process.wait()
        words = last_words(self.home.logs / f"{service.name}.log")
        reason = Joined([what, words])
        _logger.warning("The %s service is restarted: %s", service.name, reason)
        service.due = time.monotonic() + BACKOFF[min(service.failures, len(BACKOFF) - 1)]
        service.failures += 1
        service.restarts += 1
        service.process = service.identity = None
        self._set(service, "restarting", reason)

    def _set(self, service: _Service, state: str, reason: str) -> None:
        service.state, service.reason = state, reason
        publish(self.home, {service.name: self._status(service)})

    def _status(self, service: _Service) -> ServiceStatus:
        process = service.identity or ProcessId(0, 0.0)
        return ServiceStatus(
            service.name,
            service.state,
            service.url,
            process.pid or None,
            process.started or None,
            service.restarts,
            service.reason,
            self.me.pid,
        )

    def _take_down(self) -> None:
        living = [s for s in self._services if s.process is not None]
        for service in living:
            assert service.process is not None
            service.process.terminate()
        until = time.monotonic() + STOP_SECONDS
        for service in living:
            assert service.process is not None
            try:
                service.process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                service.process.kill()
                service.process.wait()
        publish(self.home, {"supervisor": None} | dict.fromkeys((s.name for s in self._services), None))


def answers(url: str) -> bool:
    """Whether ``url``, on this machine, answers with success within two seconds."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with contextlib.suppress(OSError, http.client.HTTPException), opener.open(url, timeout=2.0) as answer:
        return bool(answer.status == 200)
    return False
