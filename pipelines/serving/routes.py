"""What the gateway knows of endpoints: read from the records, and remembered between two readings."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from pipelines.chain.contract import Contract
from pipelines.processes import ProcessId
from pipelines.records import Database, DeploymentRow, DesiredState, EndpointKeyRow, EndpointRow, EndpointState
from pipelines.serving.keys import KeyHash, Keys


@dataclass(frozen=True)
class DeploymentRoute:
    """A deployment that shall run."""

    id: str
    endpoint: str
    name: str
    model_uri: str
    contract: Contract | None
    example: dict[str, Any]
    traffic: int
    shadow: bool
    processes: int
    state: EndpointState
    restarts: int
    compared: dict[str, Any] | None
    replaces: str | None
    proven: bool


@dataclass(frozen=True)
class Route:
    """What is needed of an endpoint to answer a request; ``deployments`` are those that shall run."""

    id: str
    name: str
    keys: Keys
    running: bool
    rate_limit: int | None
    body_limit: int | None
    deployments: tuple[DeploymentRoute, ...] = ()


@dataclass
class RouteReader:
    """Reads routes. A deployment's model never changes, so contract and example are read once."""

    database: Database
    _models: dict[str, tuple[Contract | None, dict[str, Any]]] = field(default_factory=dict)

    def read(self) -> dict[str, Route]:
        """Every endpoint by its name."""
        keys: dict[str, dict[str, KeyHash]] = defaultdict(dict)
        deployments: dict[str, list[Any]] = defaultdict(list)
        with self.database.session(read_only=True) as session:
            endpoints = session.execute(sa.select(*_ENDPOINT)).all()
            for key in session.execute(sa.select(*_KEY)):
                keys[key.endpoint_id][key.slot] = KeyHash(key.hash, key.salt, key.hint)
            running = DeploymentRow.desired == DesiredState.RUNNING.value
            for row in session.execute(sa.select(*_DEPLOYMENT).where(running).order_by(DeploymentRow.created_at)):
                deployments[row.endpoint_id].append(row)
        self._learn([row.id for rows in deployments.values() for row in rows])
        return {
            e.name: Route(
                e.id,
                e.name,
                Keys(keys[e.id]),
                e.desired == DesiredState.RUNNING.value,
                e.rate_limit,
                e.body_limit,
                tuple(self._deployment(e.name, row) for row in deployments[e.id]),
            )
            for e in endpoints
        }

    def strays(self) -> list[ProcessId]:
        """The model servers that the records name, whoever started them."""
        with self.database.session(read_only=True) as session:
            kept = session.scalars(sa.select(DeploymentRow.servers)).all()
        found = [s for servers in kept for s in servers if s.get("pid") is not None]
        return [ProcessId(s["pid"], s.get("started") or 0.0) for s in found]

    def _learn(self, ids: list[str]) -> None:
        self._models = {i: m for i, m in self._models.items() if i in ids}
        unknown = [i for i in ids if i not in self._models]
        if not unknown:
            return
        wanted = sa.select(DeploymentRow.id, DeploymentRow.contract, DeploymentRow.example)
        with self.database.session(read_only=True) as session:
            for row in session.execute(wanted.where(DeploymentRow.id.in_(unknown))):
                contract = Contract.model_validate(row.contract) if row.contract else None
                self._models[row.id] = (contract, row.example or {})

    def _deployment(self, endpoint: str, row: Any) -> DeploymentRoute:
        contract, example = self._models.get(row.id, (None, {}))
        return DeploymentRoute(
            id=row.id,
            endpoint=endpoint,
            name=row.name,
            model_uri=row.model_uri,
            contract=contract,
            example=example,
            traffic=row.traffic,
            shadow=row.shadow,
            processes=row.processes,
            state=EndpointState(row.state),
            restarts=row.restarts,
            compared=row.compared,
            replaces=row.replaces,
            proven=row.proven_at is not None,
        )


_ENDPOINT = (
    EndpointRow.id,
    EndpointRow.name,
    EndpointRow.desired,
    EndpointRow.rate_limit,
    EndpointRow.body_limit,
)
_KEY = (
    EndpointKeyRow.endpoint_id,
    EndpointKeyRow.slot,
    EndpointKeyRow.hash,
    EndpointKeyRow.salt,
    EndpointKeyRow.hint,
)
_DEPLOYMENT = (
    DeploymentRow.id,
    DeploymentRow.endpoint_id,
    DeploymentRow.name,
    DeploymentRow.model_uri,
    DeploymentRow.traffic,
    DeploymentRow.shadow,
    DeploymentRow.processes,
    DeploymentRow.state,
    DeploymentRow.restarts,
    DeploymentRow.compared,
    DeploymentRow.replaces,
    DeploymentRow.proven_at,
)
