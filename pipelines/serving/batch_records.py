"""Batch endpoints as they are: what the records say of them, of their deployments and of their jobs."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from pipelines.addresses import service_addresses, web_address
from pipelines.errors import InputError, NotFoundError
from pipelines.jobs import Job, Jobs
from pipelines.messages import _
from pipelines.records import BatchDeploymentRow, BatchEndpointRow, BatchScheduleRow, Database
from pipelines.serving.keys import KeyHash, Keys
from pipelines.serving.schedules import Schedule
from pipelines.settings import settings
from pipelines.workspace import Home

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


_NAME = re.compile(r"[a-z0-9-]{1,63}")


@dataclass(frozen=True)
class BatchDeployment:
    """A model behind a batch endpoint, and the parameters that its jobs have unless they say otherwise."""

    name: str
    model_uri: str
    parameters: dict[str, Any]
    created_at: datetime


@dataclass(frozen=True)
class BatchEndpoint:
    """A stable name for batch jobs. ``default`` names the deployment that jobs get; ``key_hints`` end the keys."""

    id: str
    name: str
    url: str
    description: str
    default: str | None
    connections: tuple[str, ...]
    key_hints: dict[str, str]
    created_at: datetime
    deployments: tuple[BatchDeployment, ...] = ()
    schedules: tuple[Schedule, ...] = ()


@dataclass(frozen=True)
class BatchJob:
    """A job of an endpoint: the job as it stands, and ``place``, where its results will be."""

    job: Job
    endpoint: str
    deployment: str
    place: str
    schedule: str | None = None
    webhook_state: str | None = None
    is_new: bool = True

    @property
    def id(self) -> str:
        return self.job.id

    @property
    def rows(self) -> int:
        """Rows that have predictions so far."""
        return int(self.job.result.get("rows") or self.job.counts.get("rows") or 0)

    @property
    def rejected(self) -> int:
        """Rows that could not be scored so far."""
        return int(self.job.result.get("rejected") or self.job.counts.get("rejected") or 0)


class BatchRecords:
    """What is recorded of the batch endpoints of one workspace."""

    def __init__(self, home: Home, database: Database, jobs: Jobs) -> None:
        self.home, self.database, self.jobs = home, database, jobs

    def get(self, name: str) -> BatchEndpoint:
        """The endpoint with its deployments and schedules; NotFoundError when there is none."""
        with self.database.session(read_only=True) as session:
            return self._endpoint(session, row_of(session, name))

    def list(self) -> builtins.list[BatchEndpoint]:
        """All batch endpoints, by name."""
        with self.database.session(read_only=True) as session:
            rows = session.scalars(sa.select(BatchEndpointRow).order_by(BatchEndpointRow.name))
            return [self._endpoint(session, row) for row in rows]

    def keys(self, name: str) -> Keys:
        """What opens the endpoint; nothing where there is none."""
        with self.database.session(read_only=True) as session:
            kept = session.scalar(sa.select(BatchEndpointRow.keys).where(BatchEndpointRow.name == name)) or {}
        return Keys({slot: KeyHash(**each) for slot, each in kept.items()})

    @contextmanager
    def _changing(self, name: str) -> Iterator[tuple[Session, BatchEndpointRow]]:
        with self.database.session() as session:
            yield session, row_of(session, name)

    def _deployments(self, session: Session, row: BatchEndpointRow) -> builtins.list[BatchDeploymentRow]:
        wanted = sa.select(BatchDeploymentRow).where(BatchDeploymentRow.endpoint_id == row.id)
        return list(session.scalars(wanted.order_by(BatchDeploymentRow.created_at)))

    def _deployment(self, session: Session, row: BatchEndpointRow, name: str) -> BatchDeploymentRow:
        known = {d.name: d for d in self._deployments(session, row)}
        if name not in known:
            raise NotFoundError("deployment", name, known)
        return known[name]

    def _endpoint(self, session: Session, row: BatchEndpointRow) -> BatchEndpoint:
        base = service_addresses(self.home).api_url or web_address(settings().host, settings().api_port)
        wanted = sa.select(BatchScheduleRow).where(BatchScheduleRow.endpoint_id == row.id)
        return BatchEndpoint(
            id=row.id,
            name=row.name,
            url=f"{base}/batch-endpoints/{row.name}/jobs",
            description=row.description,
            default=row.default_deployment,
            connections=tuple(row.connections),
            key_hints={slot: str(kept["hint"]) for slot, kept in row.keys.items()},
            created_at=row.created_at,
            deployments=tuple(
                BatchDeployment(d.name, d.model_uri, d.parameters, d.created_at)
                for d in self._deployments(session, row)
            ),
            schedules=tuple(Schedule.of(s) for s in session.scalars(wanted.order_by(BatchScheduleRow.name))),
        )


def row_of(session: Session, name: str) -> BatchEndpointRow:
    """The row of the endpoint; NotFoundError when there is none."""
    row = session.scalar(sa.select(BatchEndpointRow).where(BatchEndpointRow.name == name))
    if row is None:
        raise NotFoundError("batch endpoint", name, session.scalars(sa.select(BatchEndpointRow.name)))
    return row


def check_name(name: str) -> None:
    """InputError when an endpoint, a deployment or a schedule cannot have this name."""
    if not _NAME.fullmatch(name):
        raise InputError(
            _("{name!r} cannot name an endpoint.", name=name),
            fix=_("Use 1 to 63 small letters, digits and '-', as in price-1."),
        )
