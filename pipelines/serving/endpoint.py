"""An endpoint and its deployments as they are: what the records say, as far as the processes still bear it out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from pipelines.addresses import web_address
from pipelines.chain.contract import Contract
from pipelines.errors import NotFoundError
from pipelines.messages import _
from pipelines.processes import ProcessId
from pipelines.records import DeploymentRow, DesiredState, EndpointRow, EndpointState
from pipelines.serving.shadow import Comparison

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

NOT_UP = _("The studio's services are not up.")
SERVING = (EndpointState.HEALTHY, EndpointState.UNHEALTHY, EndpointState.DEGRADED)
_MOVING = (EndpointState.STARTING, EndpointState.RESTARTING)


@dataclass(frozen=True)
class Server:
    """One model server process; ``memory`` in bytes, None before it was looked at."""

    state: EndpointState
    reason: str
    restarts: int
    memory: int | None
    port: int | None
    process: ProcessId | None

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.is_alive


@dataclass(frozen=True)
class Deployment:
    """A model version behind an endpoint, with its share of the traffic in percent.

    ``retired``: it does not run, and can be rolled back to. ``replaces`` names the deployment it takes over from as
    soon as it is proven, ``predecessor`` the one it took over from.
    """

    name: str
    state: EndpointState
    reason: str
    model_uri: str
    model_name: str | None
    model_version: str | None
    traffic: int
    shadow: bool
    processes: int
    restarts: int
    retired: bool
    replaces: str | None
    predecessor: str | None
    created_at: datetime
    proven_at: datetime | None
    servers: tuple[Server, ...] = ()
    compared: Comparison | None = None
    contract: Contract | None = None
    example: dict[str, Any] = field(default_factory=dict)

    @property
    def is_serving(self) -> bool:
        return self.state in SERVING and any(s.is_alive for s in self.servers)


@dataclass(frozen=True)
class Key:
    """What is known of a key: its slot, its last characters, and since when it counts."""

    slot: str
    hint: str
    created_at: datetime


@dataclass(frozen=True)
class Endpoint:
    """A stable name. ``reason`` says why it is not healthy; ``example`` is a row to try it with.

    Model, contract and example are those of the deployment with the most traffic. ``rate_limit`` is requests a minute.
    """

    name: str
    url: str
    state: EndpointState
    reason: str
    model_uri: str
    model_name: str | None
    model_version: str | None
    key_hint: str
    restarts: int
    created_at: datetime
    contract: Contract | None = None
    example: dict[str, Any] = field(default_factory=dict)
    deployments: tuple[Deployment, ...] = ()
    keys: tuple[Key, ...] = ()
    rate_limit: int | None = None
    max_request_mib: float | None = None

    @property
    def running(self) -> tuple[Deployment, ...]:
        """The deployments that shall run."""
        return tuple(d for d in self.deployments if not d.retired)

    @property
    def updating(self) -> Deployment | None:
        """The deployment that is on its way to take over from another, if there is one."""
        return next((d for d in self.running if d.replaces is not None), None)

    @property
    def before(self) -> Deployment | None:
        """The deployment that a rollback leads to, if there is one."""
        switched = sorted((d for d in self.running if d.predecessor), key=lambda d: d.proven_at or d.created_at)
        named = switched[-1].predecessor if switched else None
        return next((d for d in self.deployments if d.name == named), None)


def row_of(session: Session, name: str, *, lock: bool = False) -> EndpointRow:
    """The row of the endpoint; NotFoundError when there is none."""
    wanted = sa.select(EndpointRow).where(EndpointRow.name == name)
    row = session.scalar(wanted.with_for_update() if lock else wanted)
    if row is None:
        raise NotFoundError("endpoint", name, session.scalars(sa.select(EndpointRow.name)))
    return row


def describe(row: EndpointRow, api_url: str | None, base: str) -> Endpoint:
    """The endpoint in ``row``; ``api_url`` is None while the gateway is not up, ``base`` where it is or would be."""
    names = {d.id: d.name for d in row.deployments}
    deployments = tuple(_deployment(d, names, row.desired, api_url is not None) for d in row.deployments)
    state, reason = _whole(deployments, row.desired, api_url is not None)
    main = main_deployment(deployments)
    keys = tuple(Key(k.slot, k.hint, k.created_at) for k in row.keys)
    return Endpoint(
        name=row.name,
        url=f"{base}/endpoints/{row.name}/invocations",
        state=state,
        reason=reason,
        model_uri=main.model_uri if main else "",
        model_name=main.model_name if main else None,
        model_version=main.model_version if main else None,
        key_hint=keys[0].hint if keys else "",
        restarts=sum(d.restarts for d in deployments if not d.retired),
        created_at=row.created_at,
        contract=main.contract if main else None,
        example=main.example if main else {},
        deployments=deployments,
        keys=keys,
        rate_limit=row.rate_limit,
        max_request_mib=row.body_limit / 2**20 if row.body_limit is not None else None,
    )


def main_deployment(deployments: tuple[Deployment, ...]) -> Deployment | None:
    """The deployment with the most traffic, else any that runs."""
    running = [d for d in deployments if not d.retired]
    return max(running or deployments, key=lambda d: d.traffic, default=None)


def chosen_deployment(endpoint: Endpoint, name: str) -> Deployment:
    """The deployment called ``name``, or the one with the most traffic; NotFoundError when there is none."""
    found = next((d for d in endpoint.deployments if d.name == name), None)
    found = found if name else main_deployment(endpoint.deployments)
    if found is None:
        raise NotFoundError("deployment", name, [d.name for d in endpoint.deployments])
    return found


def _whole(deployments: tuple[Deployment, ...], desired: str, gateway: bool) -> tuple[EndpointState, str]:
    """How callers find the endpoint: by the deployments that get traffic."""
    if desired == DesiredState.STOPPED.value:
        return EndpointState.STOPPED, ""
    asked = [d for d in deployments if not d.retired and d.traffic > 0]
    if not asked:
        return EndpointState.DEGRADED if gateway else EndpointState.STOPPED, _("No deployment gets traffic.")
    if len(asked) == 1:
        return asked[0].state, asked[0].reason
    reason = next((d.reason for d in asked if d.reason), "")
    states = [d.state for d in asked]
    if len(set(states)) == 1:
        return states[0], reason
    if any(s in SERVING for s in states):
        return EndpointState.DEGRADED, reason
    return next((s for s in _MOVING if s in states), states[0]), reason


def _deployment(row: DeploymentRow, names: dict[str, str], desired: str, gateway: bool) -> Deployment:
    servers = tuple(map(_server, row.servers))
    state, reason = EndpointState(row.state), row.reason
    retired = row.desired == DesiredState.STOPPED.value
    lives = any(s.is_alive for s in servers)
    if desired == DesiredState.STOPPED.value and not retired:
        state, reason = EndpointState.STOPPED, ""
    elif not retired and not gateway and not lives:
        state, reason = EndpointState.STOPPED, NOT_UP
    elif not retired and state in (EndpointState.HEALTHY, EndpointState.UNHEALTHY) and not lives:
        state, reason = EndpointState.RESTARTING, _("Its model server has ended.")
    return Deployment(
        name=row.name,
        state=state,
        reason=reason,
        model_uri=row.model_uri,
        model_name=row.model_name,
        model_version=row.model_version,
        traffic=row.traffic,
        shadow=row.shadow,
        processes=row.processes,
        restarts=row.restarts,
        retired=retired,
        replaces=names.get(row.replaces or ""),
        predecessor=names.get(row.predecessor or ""),
        created_at=row.created_at,
        proven_at=row.proven_at,
        servers=servers,
        compared=Comparison(**row.compared) if row.compared else None,
        contract=Contract.model_validate(row.contract) if row.contract else None,
        example=row.example or {},
    )


def _server(kept: dict[str, Any]) -> Server:
    pid = kept.get("pid")
    return Server(
        state=EndpointState(kept["state"]),
        reason=kept.get("reason") or "",
        restarts=kept.get("restarts") or 0,
        memory=kept.get("memory"),
        port=kept.get("port"),
        process=ProcessId(pid, kept.get("started") or 0.0) if pid is not None else None,
    )


def server_address(server: Server) -> str:
    """Where a model server is asked directly, on this machine."""
    return f"{web_address('127.0.0.1', server.port or 0)}/invocations"
