"""Model servers: one process for each endpoint that shall run, started, watched, restarted and ended here."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import sqlalchemy as sa

from pipelines.chain.contract import Contract
from pipelines.logs import last_words, rotate
from pipelines.messages import Joined, _
from pipelines.processes import ProcessId, free_port
from pipelines.records import Database, DesiredState, EndpointRow, EndpointState
from pipelines.serving.keys import KeyHash
from pipelines.settings import settings
from pipelines.workspace import Home

LOOPBACK = "127.0.0.1"
TICK_SECONDS = 0.2
PING_SECONDS = 5.0
START_SECONDS = 180.0
STOP_SECONDS = 3.0
QUIET_SECONDS = 60.0
MISSES = 3
QUICK_FAILURES = 5
BACKOFF = (0.2, 1.0, 2.0, 5.0)
STUCK = (os.cpu_count() or 1) + 4  # the threads a model server predicts in
_PING_TIMEOUT = aiohttp.ClientTimeout(total=5.0)
_SCRIPT = Path(__file__).with_name("model_server.py")

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Route:
    """What the gateway needs of an endpoint to answer a request."""

    id: str
    name: str
    model_uri: str
    key: KeyHash
    desired: DesiredState
    state: EndpointState
    reason: str
    contract: Contract | None
    stray: ProcessId | None


@dataclass
class ModelServer:
    """One endpoint's process and how it has been doing."""

    route: Route
    process: subprocess.Popen[bytes] | None = None
    port: int = 0
    state: EndpointState = EndpointState.STARTING
    reason: str = ""
    restarts: int = 0
    failures: int = 0
    misses: int = 0
    timeouts: int = 0
    began: float = 0.0
    checked: float = 0.0
    answered: float = 0.0
    due: float = 0.0
    log_from: int = 0
    doubted: bool = False

    @property
    def is_serving(self) -> bool:
        return self.process is not None and self.state in (EndpointState.HEALTHY, EndpointState.UNHEALTHY)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"


@dataclass
class Keeper:
    """Brings the model servers to what the endpoint records ask for, and keeps them there. Lives in the gateway."""

    home: Home
    database: Database
    client: aiohttp.ClientSession
    routes: dict[str, Route] = field(default_factory=dict)
    servers: dict[str, ModelServer] = field(default_factory=dict)
    _read_at: float = 0.0
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(self) -> None:
        """Keep on until cancelled; then every model server is ended."""
        try:
            await self._end_strays()
            while True:
                try:
                    await self.refresh()
                    await asyncio.gather(*(self._tend(s) for s in list(self.servers.values())))
                except (sa.exc.SQLAlchemyError, OSError):
                    _logger.exception("The model servers could not be looked after; trying again.")
                await asyncio.sleep(TICK_SECONDS)
        finally:
            await asyncio.shield(asyncio.gather(*(self._end(s) for s in self.servers.values())))

    async def refresh(self) -> None:
        """Read the records as they are at this call or later, and start or end servers accordingly.

        Calls that come in while another reads share the next reading.
        """
        asked = time.monotonic()
        async with self._lock:
            if self._read_at > asked:
                return
            began = time.monotonic()
            self.routes = {r.name: r for r in await asyncio.to_thread(self._read)}
            self._read_at = began
            wanted = {r.id: r for r in self.routes.values() if r.desired is DesiredState.RUNNING}
            for endpoint_id in [i for i in self.servers if i not in wanted]:
                await self._end(self.servers.pop(endpoint_id))
            for endpoint_id, route in wanted.items():
                server = self.servers.setdefault(endpoint_id, ModelServer(route))
                server.route = route
                if route.state is EndpointState.STARTING:
                    await self._asked_to_start(server)

    async def _asked_to_start(self, server: ModelServer) -> None:
        """A failed server gets a new chance; of one that serves, the record is told."""
        if server.state is EndpointState.FAILED:
            self.servers[server.route.id] = ModelServer(server.route)
        elif server.is_serving:
            await self._set(server, server.state, server.reason, force=True)

    def server(self, route: Route) -> ModelServer | None:
        return self.servers.get(route.id)

    def _read(self) -> list[Route]:
        with self.database.session(read_only=True) as session:
            return [_route(row) for row in session.scalars(sa.select(EndpointRow))]

    async def _tend(self, server: ModelServer) -> None:
        now = time.monotonic()
        if server.state is EndpointState.FAILED or self.server(server.route) is not server:
            return
        if server.process is None:
            if now >= server.due:
                await self._start(server)
            return
        code = server.process.poll()
        if code is not None:
            await self._failed(server, _ending(code))
        elif not server.is_serving:
            if await self._ping(server):
                server.answered = now
                await self._set(server, EndpointState.HEALTHY, "")
            elif now - server.began > START_SECONDS:
                await self._failed(server, _("It did not answer within {seconds:g} seconds.", seconds=START_SECONDS))
        elif server.timeouts >= STUCK:
            await self._failed(server, _("Its predictions no longer end."))
        elif server.doubted or now - max(server.checked, server.answered) > PING_SECONDS:
            await self._check(server)

    async def _check(self, server: ModelServer) -> None:
        server.checked, server.doubted = time.monotonic(), False
        if await self._ping(server):
            server.misses = 0
            if time.monotonic() - server.began > QUIET_SECONDS:
                server.failures = 0
            await self._set(server, EndpointState.HEALTHY, "")
            return
        server.misses += 1
        if server.misses >= MISSES:
            await self._failed(server, _("It stopped answering."))
        else:
            await self._set(server, EndpointState.UNHEALTHY, _("It does not answer."))

    async def _start(self, server: ModelServer) -> None:
        server.port = free_port(LOOPBACK)
        path = self._log(server)
        rotate(path)
        with path.open("ab") as log:
            server.log_from = log.tell()
            # From the main thread: the kernel ends the server when the thread that started it ends.
            server.process = subprocess.Popen(
                [
                    sys.executable,
                    "-P",
                    str(_SCRIPT),
                    f"--model-uri={server.route.model_uri}",
                    f"--host={LOOPBACK}",
                    f"--port={server.port}",
                    f"--parent={os.getpid()}",
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.home.root,
                env=_environment(self.home),
                start_new_session=True,
            )
        server.began = server.checked = time.monotonic()
        server.misses = server.timeouts = 0
        state = EndpointState.RESTARTING if server.restarts else EndpointState.STARTING
        await self._set(server, state, server.reason, force=True)

    async def _failed(self, server: ModelServer, what: str) -> None:
        await self._end(server)
        words = last_words(self._log(server), offset=server.log_from)
        reason = Joined([what, words])
        server.failures += 1
        _logger.warning("The model server of %s: %s", server.route.name, reason)
        if server.failures >= QUICK_FAILURES:
            reason = Joined([_("It failed {count} times in a row.", count=QUICK_FAILURES), reason])
            await self._set(server, EndpointState.FAILED, reason)
            return
        server.restarts += 1
        server.due = time.monotonic() + BACKOFF[min(server.failures - 1, len(BACKOFF) - 1)]
        await self._set(server, EndpointState.RESTARTING, reason)

    async def _end(self, server: ModelServer) -> None:
        process, server.process = server.process, None
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

    async def _end_strays(self) -> None:
        """End the servers that an earlier gateway left behind, where the kernel did not."""
        for route in await asyncio.to_thread(self._read):
            if route.stray is not None:
                route.stray.send(signal.SIGKILL)

    async def _ping(self, server: ModelServer) -> bool:
        try:
            async with self.client.get(f"{server.url}/ping", timeout=_PING_TIMEOUT) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def _set(self, server: ModelServer, state: EndpointState, reason: str, *, force: bool = False) -> None:
        if not force and (server.state, server.reason) == (state, reason):
            return
        server.state, server.reason = state, reason
        identity = ProcessId.of(server.process.pid) if server.process is not None else None
        values: dict[str, Any] = {
            "state": state.value,
            "reason": reason,
            "restarts": server.restarts,
            "port": server.port if identity else None,
            "pid": identity.pid if identity else None,
            "process_started": identity.started if identity else None,
        }
        await asyncio.to_thread(self._write, server.route.id, values)

    def _write(self, endpoint_id: str, values: dict[str, Any]) -> None:
        wanted = sa.update(EndpointRow).where(
            EndpointRow.id == endpoint_id, EndpointRow.desired == DesiredState.RUNNING.value
        )
        with self.database.session() as session:
            session.execute(wanted.values(**values))

    def _log(self, server: ModelServer) -> Path:
        return self.home.logs / f"endpoint-{server.route.name}.log"


def _route(row: EndpointRow) -> Route:
    return Route(
        id=row.id,
        name=row.name,
        model_uri=row.model_uri,
        key=KeyHash(row.key_hash, row.key_salt, row.key_hint),
        desired=DesiredState(row.desired),
        state=EndpointState(row.state),
        reason=row.reason,
        contract=Contract.model_validate(row.contract) if row.contract else None,
        stray=ProcessId(row.pid, row.process_started or 0.0) if row.pid is not None else None,
    )


def _ending(code: int) -> str:
    if code < 0:
        return _("It was ended by {name}.", name=signal.Signals(-code).name)
    return _("It ended with code {code}.", code=code)


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
