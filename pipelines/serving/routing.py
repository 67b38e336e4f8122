"""Which deployment a request goes to, which of its model servers is asked, and what is done when that one falls."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import aiohttp

from pipelines.errors import NotFoundError
from pipelines.messages import Joined, _, declared
from pipelines.records import EndpointState
from pipelines.serving.keeper import Keeper
from pipelines.serving.pool import Pool
from pipelines.serving.protocols.base import JSON, Asked
from pipelines.serving.refused import Refused
from pipelines.serving.routes import Route
from pipelines.serving.servers import ModelServer
from pipelines.settings import settings

DEPLOYMENT = "azureml-model-deployment"
RETRY_SECONDS = "2"
STOPPED_SECONDS = "60"
MOST_WAITING = 200
MOST_MIRRORED = 16
ATTEMPTS = 5
LOSS_SECONDS = 0.05  # after a killed process's connections end, until the system says that it is gone

_chance = random.Random()  # noqa: S311 - shares of traffic, no secret
_mirrored: set[asyncio.Task[None]] = set()


@dataclass
class Lease:
    """A request's hold on the deployment it goes to: its model servers stay until the request is answered."""

    route: Route
    pool: Pool

    def move(self, pool: Pool) -> None:
        pool.leases += 1
        self.pool.leases -= 1
        self.pool = pool


@contextmanager
def leased(keeper: Keeper, route: Route, named: str) -> Iterator[Lease]:
    """A lease on the deployment that the request names, or that its share of the traffic falls to."""
    lease = Lease(route, choose(keeper, route, named))
    lease.pool.leases += 1
    try:
        yield lease
    finally:
        lease.pool.leases -= 1


def choose(keeper: Keeper, route: Route, named: str = "") -> Pool:
    """The deployment to ask: the one named, else by share of traffic among those that serve.

    Where none serves, one that is expected back soon. Refused when there is none.
    """
    if named:
        return _named(keeper, route, named)
    if not route.running:
        raise _stopped(route)
    shares = [(d.traffic, p) for d in route.deployments if d.traffic > 0 and (p := keeper.pool(d)) is not None]
    able = [(t, p) for t, p in shares if p.is_serving] or [(t, p) for t, p in shares if p.is_returning]
    if not able:
        raise unavailable(route.name, shares[0][1] if shares else None)
    if len(able) == 1:
        return able[0][1]
    return _chance.choices([p for _t, p in able], [t for t, _p in able])[0]


def _named(keeper: Keeper, route: Route, named: str) -> Pool:
    found = next((d for d in route.deployments if d.name == named), None)
    if found is None:
        raise NotFoundError("deployment", named, [d.name for d in route.deployments])
    pool = keeper.pool(found)
    if not route.running or pool is None:
        raise _stopped(route)
    return pool


async def ask(keeper: Keeper, lease: Lease, asked: Asked) -> tuple[int, bytes, str]:
    """Status, body and content type of a model server's answer; Refused when none comes.

    A request that never reached a process goes to another one, or waits a while for the process to come back. One that
    was under way on a process that ended is refused: it may be what ended it.
    """
    until = time.monotonic() + settings().endpoint_patience
    for _attempt in range(ATTEMPTS):
        server = await _available(keeper, lease, until)
        server.in_flight += 1
        try:
            return await _post(keeper.client, server, asked)
        except aiohttp.ClientConnectorError:
            server.doubted = True
            await asyncio.sleep(LOSS_SECONDS)
        except TimeoutError:
            server.timeouts += 1
            server.doubted = True
            seconds = settings().endpoint_timeout
            raise Refused(504, _("The prediction took longer than {seconds:g} seconds.", seconds=seconds)) from None
        except aiohttp.ClientError:
            server.doubted = True
            raise _gone(lease.route.name) from None
        finally:
            server.in_flight -= 1
    raise _gone(lease.route.name)


async def _available(keeper: Keeper, lease: Lease, until: float) -> ModelServer:
    """A model server that serves, waited for where one is expected back."""
    while True:
        pool = lease.pool
        server = pool.pick()
        if server is not None:
            return server
        if pool.retired:
            lease.move(choose(keeper, keeper.routes.get(lease.route.name, lease.route)))
        elif pool.is_returning and time.monotonic() < until and keeper.waiting < MOST_WAITING:
            keeper.waiting += 1
            try:
                await pool.wait_up(until - time.monotonic())
            finally:
                keeper.waiting -= 1
        else:
            raise unavailable(lease.route.name, pool)


async def _post(client: aiohttp.ClientSession, server: ModelServer, asked: Asked) -> tuple[int, bytes, str]:
    try:
        found = await _post_once(client, server, asked)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
        # The process has ended, or it has just closed a kept connection: then it may be asked once more.
        await asyncio.sleep(LOSS_SECONDS)
        if not server.is_serving:
            raise
        found = await _post_once(client, server, asked)
    if found[0] == 504:
        server.timeouts += 1
    elif found[0] == 200:
        server.timeouts, server.answered = 0, time.monotonic()
    return found


async def _post_once(client: aiohttp.ClientSession, server: ModelServer, asked: Asked) -> tuple[int, bytes, str]:
    async with client.post(
        f"{server.url}/invocations",
        data=asked.body,
        headers={"content-type": asked.content_type},
        allow_redirects=False,
    ) as answer:
        return answer.status, await answer.read(), answer.headers.get("content-type", JSON)


def mirror(keeper: Keeper, route: Route, asked: Asked, status: int, content: bytes) -> None:
    """Ask the endpoint's shadows the same, compare and count; nobody waits for it."""
    for deployment in route.deployments:
        pool = keeper.pool(deployment) if deployment.shadow else None
        if pool is None:
            continue
        if pool.leases >= MOST_MIRRORED or not pool.is_serving:
            pool.comparison.skipped += 1
            continue
        task = asyncio.create_task(_mirror(keeper, pool, asked, status, content))
        _mirrored.add(task)
        task.add_done_callback(_mirrored.discard)


async def _mirror(keeper: Keeper, pool: Pool, asked: Asked, status: int, content: bytes) -> None:
    server = pool.pick()
    if server is None:
        pool.comparison.skipped += 1
        return
    pool.leases += 1
    server.in_flight += 1
    try:
        found, body, _kind = await _post(keeper.client, server, asked)
    except (aiohttp.ClientError, TimeoutError):
        server.doubted = True
        pool.comparison.failed += 1
        return
    finally:
        server.in_flight -= 1
        pool.leases -= 1
    await asyncio.to_thread(pool.comparison.count, (status, content), (found, body))


def unavailable(name: str, pool: Pool | None) -> Refused:
    """A refusal that says how the endpoint is; never that it is well, as it was not when it was asked."""
    retry = {"retry-after": RETRY_SECONDS}
    if pool is None:
        return Refused(503, _("No deployment of the endpoint {name!r} gets traffic.", name=name), "", retry)
    state, reason = pool.state, pool.reason
    if state in (EndpointState.HEALTHY, EndpointState.UNHEALTHY):
        return _gone(name)
    words = Joined([_("The endpoint {name!r} is {state}.", name=name, state=declared(state.value)), reason])
    return Refused(503, words, _("Try again in a moment."), retry)


def _gone(name: str) -> Refused:
    words = _("The model server of {name!r} has just ended and is restarted.", name=name)
    return Refused(503, words, _("Try again in a moment."), {"retry-after": RETRY_SECONDS})


def _stopped(route: Route) -> Refused:
    words = _("The endpoint {name!r} is stopped.", name=route.name)
    return Refused(503, words, _("Start it first."), {"retry-after": STOPPED_SECONDS})
