"""The model servers of one deployment: as many as wanted, restarted with back-off, replaced when they grow."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import aiohttp

from pipelines.messages import Joined, _
from pipelines.records import EndpointState
from pipelines.serving.routes import DeploymentRoute
from pipelines.serving.servers import ModelServer
from pipelines.serving.shadow import Comparison
from pipelines.settings import settings
from pipelines.workspace import Home

PING_SECONDS = 5.0
START_SECONDS = 180.0
QUIET_SECONDS = 60.0
MISSES = 3
TRIALS = 3
QUICK_FAILURES = 5
BACKOFF = (0.0, 1.0, 2.0, 5.0)
DEGRADED_SECONDS = 30.0

_logger = logging.getLogger(__name__)


@dataclass
class Pool:
    """One deployment's processes. ``leases`` counts the requests that have chosen it and are not yet answered."""

    home: Home
    client: aiohttp.ClientSession
    route: DeploymentRoute
    servers: list[ModelServer] = field(default_factory=list)
    leases: int = 0
    retired: bool = False
    restarts: int = 0
    proven: bool = False
    comparison: Comparison = field(default_factory=Comparison)
    _up: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    _leaving: dict[asyncio.Task[None], ModelServer] = field(default_factory=dict)
    _turn: int = 0

    def __post_init__(self) -> None:
        self.restarts = self.route.restarts
        self.proven = self.route.proven and self.route.replaces is None
        self.comparison = Comparison(**(self.route.compared or {}))

    @property
    def is_serving(self) -> bool:
        return any(s.is_serving for s in self.servers)

    @property
    def is_returning(self) -> bool:
        """Whether it served until a moment ago and is expected back soon."""
        return self.proven and not self.retired and (not self.servers or any(s.failures <= 1 for s in self.servers))

    @property
    def state(self) -> EndpointState:
        """The whole's: healthy when all that are wanted are, degraded when some are."""
        states = [s.state for s in self.servers if not s.surplus] or [EndpointState.STARTING]
        serving = [s for s in self.servers if s.is_serving]
        if not serving:
            order = (EndpointState.FAILED, EndpointState.DEGRADED, EndpointState.RESTARTING)
            gone = EndpointState.RESTARTING if self.proven else EndpointState.STARTING
            return next((s for s in order if s in states), gone)
        if len(serving) >= self.route.processes and all(s.state is EndpointState.HEALTHY for s in serving):
            return EndpointState.HEALTHY
        mended = (EndpointState.RESTARTING, EndpointState.DEGRADED, EndpointState.FAILED)
        if any(s in mended for s in states):
            return EndpointState.DEGRADED
        if EndpointState.STARTING in states:
            return EndpointState.STARTING
        if all(s.state is EndpointState.UNHEALTHY for s in serving):
            return EndpointState.UNHEALTHY
        return EndpointState.DEGRADED

    @property
    def reason(self) -> str:
        """Why it is not healthy: what the first server that is not has to say."""
        return next((s.reason for s in self.servers if s.reason), "")

    def pick(self, but: ModelServer | None = None) -> ModelServer | None:
        """The serving process with the fewest requests in flight, in turn among equals; another than ``but``."""
        serving = [s for s in self.servers if s.is_serving and s is not but]
        if not serving:
            return None
        self._turn += 1
        start = self._turn % len(serving)
        return min(serving[start:] + serving[:start], key=lambda s: s.in_flight)

    async def wait_up(self, seconds: float) -> None:
        """Return when a process may serve again, the deployment is retired, or ``seconds`` have passed."""
        if not self.is_serving and not self.retired:
            self._up.clear()
        try:
            await asyncio.wait_for(self._up.wait(), max(0.0, seconds))
        except TimeoutError:
            return

    def tend(self) -> None:
        """One round of looking after the processes. Waits for none of them: each has a task of its own."""
        self._count()
        for server in self.servers:
            if id(server) not in self._tasks:
                task = asyncio.create_task(self._tend(server))
                self._tasks[id(server)] = task
                task.add_done_callback(partial(self._tended, id(server)))
        self._release()
        if self.is_serving or self.state in (EndpointState.FAILED, EndpointState.DEGRADED):
            self._up.set()

    def _tended(self, number: int, done: asyncio.Task[None]) -> None:
        self._tasks.pop(number, None)
        error = None if done.cancelled() else done.exception()
        if error is not None:
            _logger.error("A model server of %s could not be looked after: %s", self.route.endpoint, error)

    async def retire(self, seconds: float) -> None:
        """Let the requests that chose it end, at most ``seconds`` long, then end its processes."""
        self.retired = True
        self._up.set()
        until = time.monotonic() + seconds
        while self.leases and time.monotonic() < until:
            await asyncio.sleep(0.02)
        await self.end()

    async def end(self) -> None:
        """End every process at once."""
        for task in (*self._tasks.values(), *self._leaving):
            task.cancel()
        servers, self.servers = [*self.servers, *self._leaving.values()], []
        await asyncio.gather(*(s.end() for s in servers))

    def try_again(self) -> None:
        """Give servers that were given up, or wait long, a new chance now."""
        for server in self.servers:
            if server.process is None:
                server.failures, server.due = 0, 0.0
                if server.state is EndpointState.FAILED:
                    server.state, server.restarts = EndpointState.STARTING, 0

    def to_values(self) -> dict[str, Any]:
        """As the records keep it."""
        return {
            "state": self.state.value,
            "reason": self.reason,
            "restarts": self.restarts,
            "servers": [s.to_dict() for s in self.servers],
        }

    def _count(self) -> None:
        """As many servers as are wanted; those too many go once the others serve."""
        wanted, regular = self.route.processes, [s for s in self.servers if not s.surplus]
        for server in regular[wanted:]:
            server.surplus = True
        for _missing in range(wanted - len(regular)):
            self.servers.append(ModelServer(self.home, self.route.endpoint, self.route.name, self.route.model_uri))

    def _release(self) -> None:
        """Let surplus servers go when enough others are healthy, or they themselves no longer serve."""
        regular = [s for s in self.servers if not s.surplus]
        enough = all(s.state is EndpointState.HEALTHY for s in regular)
        for server in [s for s in self.servers if s.surplus and (enough or not s.is_serving)]:
            self.servers.remove(server)
            task = asyncio.create_task(_drain(server))
            self._leaving[task] = server
            task.add_done_callback(self._leaving.pop)

    async def _tend(self, server: ModelServer) -> None:
        now = time.monotonic()
        if server.state is EndpointState.FAILED:
            return
        if server.process is None:
            if now >= server.due:
                server.start()
                server.state = EndpointState.RESTARTING if server.restarts else EndpointState.STARTING
            return
        ended = server.ending()
        if ended:
            await self._failed(server, ended)
        elif not server.is_serving:
            await self._try_ready(server, now)
        elif server.is_stuck:
            await self._failed(server, _("Its predictions no longer end."))
        elif server.doubted or now - max(server.checked, server.answered) > PING_SECONDS:
            await self._check(server)
        elif now - server.checked > PING_SECONDS:
            self._look(server)

    async def _try_ready(self, server: ModelServer, now: float) -> None:
        if await server.ping(self.client):
            wrong = await server.prove(self.client, self.route.example)
            if wrong:
                await self._refused(server, wrong)
                return
            server.answered = time.monotonic()
            server.state, server.reason, self.proven = EndpointState.HEALTHY, "", True
            server.weigh()
            self._up.set()
        elif now - server.began > START_SECONDS:
            await self._failed(server, _("It did not answer within {seconds:g} seconds.", seconds=START_SECONDS))

    async def _refused(self, server: ModelServer, wrong: str) -> None:
        """It runs, and does not answer its example: a model never proven would not do so the next time either."""
        if self.proven:
            await self._failed(server, wrong)
            return
        server.state, server.reason = EndpointState.FAILED, wrong
        _logger.warning("The model server of %s (%s): %s", server.endpoint, server.deployment, wrong)
        await server.end()

    async def _check(self, server: ModelServer) -> None:
        server.checked, server.doubted = time.monotonic(), False
        if await server.ping(self.client):
            server.misses = 0
            server.state, server.reason = EndpointState.HEALTHY, ""
            self._look(server)
            return
        server.misses += 1
        if server.misses >= MISSES:
            await self._failed(server, _("It stopped answering."))
        elif server.process is not None:
            server.doubted = True
            server.state, server.reason = EndpointState.UNHEALTHY, _("It does not answer.")

    def _look(self, server: ModelServer) -> None:
        """Forgive its failures once it has served for a while, and replace it when it has grown."""
        server.checked = time.monotonic()
        if server.checked - server.began > QUIET_SECONDS:
            server.failures = 0
        server.weigh()
        if server.has_grown and not server.surplus:
            _logger.warning("A model server of %s takes %d MiB and is replaced.", server.endpoint, server.memory >> 20)
            server.surplus = True
            self.restarts += 1

    async def _failed(self, server: ModelServer, what: str) -> None:
        # The state first: whoever asks meanwhile must not be told that it is well.
        server.state = EndpointState.RESTARTING
        await server.end()
        reason = Joined([what, server.last_words()])
        server.failures += 1
        _logger.warning("The model server of %s (%s): %s", server.endpoint, server.deployment, reason)
        if not self.proven and server.failures >= TRIALS:
            server.state = EndpointState.FAILED
            server.reason = Joined([_("It failed {count} times in a row.", count=TRIALS), reason])
            return
        server.restarts += 1
        self.restarts += 1
        if server.failures >= QUICK_FAILURES:
            server.state = EndpointState.DEGRADED
            server.reason = Joined([_("It failed {count} times in a row.", count=server.failures), reason])
            server.due = time.monotonic() + DEGRADED_SECONDS
            return
        server.reason = reason
        server.due = time.monotonic() + BACKOFF[min(server.failures - 1, len(BACKOFF) - 1)]


async def _drain(server: ModelServer) -> None:
    """End a process when its requests have."""
    until = time.monotonic() + settings().endpoint_timeout
    while server.in_flight and time.monotonic() < until:
        await asyncio.sleep(0.02)
    await server.end()
