"""The keeper: brings the model servers to what the records ask for, and keeps them there. Lives in the gateway."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import sqlalchemy as sa

from pipelines.records import Database, DeploymentRow, DesiredState, EndpointState, utc_now
from pipelines.serving import rollout
from pipelines.serving.access_log import AccessLogs
from pipelines.serving.limits import RateLimits
from pipelines.serving.monitoring.samples import Sampler
from pipelines.serving.pool import Pool
from pipelines.serving.routes import DeploymentRoute, Route, RouteReader
from pipelines.settings import settings
from pipelines.workspace import Home

TICK_SECONDS = 0.2
COUNTED_SECONDS = 2.0

_logger = logging.getLogger(__name__)


@dataclass
class Keeper:
    """Endpoints as last read, ``pools`` of model servers by their deployment's id, and what goes with asking them."""

    home: Home
    database: Database
    client: aiohttp.ClientSession
    routes: dict[str, Route] = field(default_factory=dict)
    pools: dict[str, Pool] = field(default_factory=dict)
    limits: RateLimits = field(default_factory=RateLimits)
    waiting: int = 0
    _written: dict[str, dict[str, Any]] = field(default_factory=dict)
    _counted_at: float = 0.0
    _read_at: float = 0.0
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _leaving: dict[asyncio.Task[None], Pool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.reader = RouteReader(self.database)
        self.access = AccessLogs(self.home)
        self.samples = Sampler(self.home)

    async def run(self) -> None:
        """Keep on until cancelled; then every model server is ended."""
        cleared = False
        try:
            while True:
                try:
                    if not cleared:
                        await self._end_strays()
                        cleared = True
                    await self._round()
                except Exception:  # whatever it was, endpoints must not be without a keeper
                    _logger.exception("The model servers could not be looked after; trying again.")
                await asyncio.sleep(TICK_SECONDS)
        finally:
            await asyncio.shield(self._end())

    async def _end_strays(self) -> None:
        """End those that an earlier gateway left behind, where the kernel did not."""
        for stray in await asyncio.to_thread(self.reader.strays):
            stray.send(signal.SIGKILL)

    async def refresh(self) -> None:
        """Read the records as they are at this call or later, and start or end servers accordingly.

        Calls that come in while another reads share the next reading.
        """
        asked = time.monotonic()
        async with self._lock:
            if self._read_at > asked:
                return
            began = time.monotonic()
            self.routes = await asyncio.to_thread(self.reader.read)
            self._read_at = began
            wanted = {d.id: d for r in self.routes.values() if r.running for d in r.deployments}
            for deployment_id in [i for i in self.pools if i not in wanted]:
                self._retire(deployment_id)
            for deployment_id, route in wanted.items():
                self._follow(deployment_id, route)

    def pool(self, deployment: DeploymentRoute) -> Pool | None:
        return self.pools.get(deployment.id)

    async def _round(self) -> None:
        await self.refresh()
        for pool in self.pools.values():
            pool.tend()
        await self._roll_out()
        await self._report()

    def _follow(self, deployment_id: str, route: DeploymentRoute) -> None:
        pool = self.pools.get(deployment_id)
        if pool is None:
            self.pools[deployment_id] = Pool(self.home, self.client, route)
            return
        pool.route = route
        written = self._written.get(deployment_id, {}).get("state")
        if route.state is EndpointState.STARTING and written not in (None, EndpointState.STARTING.value):
            # Somebody asks to start it.
            pool.try_again()
            self._written.pop(deployment_id)

    def _retire(self, deployment_id: str) -> None:
        pool = self.pools.pop(deployment_id)
        self._written.pop(deployment_id, None)
        task = asyncio.create_task(pool.retire(settings().endpoint_timeout))
        self._leaving[task] = pool
        task.add_done_callback(self._leaving.pop)

    async def _roll_out(self) -> None:
        """Switch to the deployments that are proven; give up those that failed."""
        changed = False
        for deployment_id, pool in list(self.pools.items()):
            if pool.route.replaces is None:
                continue
            if pool.state is EndpointState.HEALTHY:
                changed |= await asyncio.to_thread(rollout.take_over, self.database, deployment_id)
            elif pool.state is EndpointState.FAILED:
                await asyncio.to_thread(rollout.give_up, self.database, deployment_id, pool.reason)
                changed = True
        if changed:
            await self.refresh()

    async def _report(self) -> None:
        """Write how the pools are where that has changed; what shadows counted only now and then."""
        counts = time.monotonic() - self._counted_at > COUNTED_SECONDS
        self._counted_at = time.monotonic() if counts else self._counted_at
        for deployment_id, pool in list(self.pools.items()):
            values = pool.to_values()
            if pool.proven and not pool.route.proven and pool.route.replaces is None:
                values["proven_at"] = utc_now()
            if pool.route.shadow and counts:
                values["compared"] = pool.comparison.to_dict()
            before = self._written.get(deployment_id, {})
            if any(before.get(name) != value for name, value in values.items() if name != "proven_at"):
                self._written[deployment_id] = before | values
                await asyncio.to_thread(self._write, deployment_id, values)

    def _write(self, deployment_id: str, values: dict[str, Any]) -> None:
        wanted = sa.update(DeploymentRow).where(
            DeploymentRow.id == deployment_id, DeploymentRow.desired == DesiredState.RUNNING.value
        )
        with self.database.session() as session:
            session.execute(wanted.values(**values))

    async def _end(self) -> None:
        for task in self._leaving:
            task.cancel()
        pools = [*self.pools.values(), *self._leaving.values()]
        await asyncio.gather(*(p.end() for p in pools))
        self.access.close()
        await asyncio.to_thread(self.samples.close)
