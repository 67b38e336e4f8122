"""Endpoints watched: as they are now, when they have settled, and what was said of them."""

from __future__ import annotations

import builtins
import time
from typing import Any

import sqlalchemy as sa

from pipelines.addresses import service_addresses, web_address
from pipelines.errors import UnavailableError
from pipelines.logs import tail
from pipelines.messages import Joined, _
from pipelines.records import Database, EndpointRow, EndpointState
from pipelines.serving.access_log import Access, AccessLogs
from pipelines.serving.endpoint import NOT_UP, Endpoint, chosen_deployment, describe, row_of
from pipelines.serving.protocols.library import PROTOCOLS
from pipelines.serving.protocols.openapi import Model, endpoint_document
from pipelines.serving.servers import log_path
from pipelines.settings import settings
from pipelines.workspace import Home

_SETTLED = (EndpointState.HEALTHY, EndpointState.DEGRADED, EndpointState.FAILED, EndpointState.STOPPED)
WAIT_SECONDS = 120.0


class NotServedError(UnavailableError):
    """What was asked for is recorded, and nothing serves it as the services are not up.

    ``key`` is a new endpoint's, which is shown this once.
    """

    def __init__(self, endpoint: Endpoint, key: str = "") -> None:
        said = _("The endpoint {name!r} is recorded, but does not answer.", name=endpoint.name)
        super().__init__(
            Joined([said, endpoint.reason]),
            fix=_("Start them with 'python -m pipelines up': it is served then."),
        )
        self.endpoint, self.key = endpoint, key


class WatchedEndpoints:
    """The endpoints of one workspace, as they are."""

    def __init__(self, home: Home, database: Database) -> None:
        self.home = home
        self.database = database

    def get(self, name: str) -> Endpoint:
        """The endpoint as it is now; NotFoundError when there is none."""
        with self.database.session(read_only=True) as session:
            return self._described([row_of(session, name)])[0]

    def list(self) -> builtins.list[Endpoint]:
        """All endpoints, by name."""
        with self.database.session(read_only=True) as session:
            return self._described(builtins.list(session.scalars(sa.select(EndpointRow).order_by(EndpointRow.name))))

    def wait(self, name: str, timeout: float = WAIT_SECONDS) -> Endpoint:
        """The endpoint when it has settled and no update is under way, or when ``timeout`` seconds have passed."""
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            found = self.get(name)
            if found.state is EndpointState.STOPPED or (found.state in _SETTLED and found.updating is None):
                break
            time.sleep(0.1)
        return self.get(name)

    def swagger(self, name: str) -> dict[str, Any]:
        """The OpenAPI document of the endpoint's model, as the gateway gives it at ``/endpoints/NAME/swagger.json``."""
        found = self.get(name)
        server = found.url.removesuffix(f"/endpoints/{name}/invocations")
        return endpoint_document(name, Model(found.contract, found.example), PROTOCOLS, server)

    def requests(self, name: str, limit: int = 100) -> builtins.list[Access]:
        """The last requests to the endpoint, newest first, as its access log has them."""
        self.get(name)
        return AccessLogs(self.home).read(name, limit)

    def log(self, name: str, deployment: str = "", lines: int = 200) -> str:
        """The last lines that the deployment's model servers wrote."""
        return tail(log_path(self.home, name, chosen_deployment(self.get(name), deployment).name), lines)

    def _waited(self, name: str, timeout: float, key: str = "") -> Endpoint:
        """As ``wait``; NotServedError when there is nothing to wait for."""
        found = self.wait(name, timeout)
        if found.state is EndpointState.STOPPED and found.reason == NOT_UP:
            raise NotServedError(found, key)
        return found

    def _described(self, rows: builtins.list[EndpointRow]) -> builtins.list[Endpoint]:
        """The endpoints as they are: what a row says of a process that is gone is not repeated."""
        address = service_addresses(self.home).api_url
        base = address or web_address(settings().host, settings().api_port)
        return [describe(row, address, base) for row in rows]
