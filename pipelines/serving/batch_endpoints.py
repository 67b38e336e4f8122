"""Batch endpoints: a stable name with keys, the versions of a model behind it, its jobs and its schedules."""

from __future__ import annotations

import builtins
import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from pipelines.addresses import service_addresses, web_address
from pipelines.batch import delivery, fetch
from pipelines.batch.engines import with_engine
from pipelines.batch.job import name_of
from pipelines.batch.order import Order
from pipelines.errors import ConflictError, ForbiddenError, InputError, NotFoundError
from pipelines.jobs import Job, Jobs
from pipelines.messages import _
from pipelines.records import (
    BatchDeploymentRow,
    BatchEndpointRow,
    BatchJobRow,
    BatchScheduleRow,
    Database,
    utc_now,
)
from pipelines.serving import webhooks
from pipelines.serving.batch_defaults import defaults_of
from pipelines.serving.batch_requests import BatchRequest, read_request
from pipelines.serving.keys import PRIMARY, SLOTS, KeyHash, Keys, new_key
from pipelines.serving.schedules import Schedule, next_time
from pipelines.serving.served import look_up
from pipelines.settings import settings
from pipelines.workspace import Home

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_NAME = re.compile(r"[a-z0-9-]{1,63}")
_UNSAID: tuple[Any, ...] = (None, "", {})
RETRIES = 3
"""So often a job is started anew whose process was killed; it goes on after the last piece that was scored."""


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


class BatchEndpoints:
    """The batch endpoints of one workspace."""

    def __init__(self, home: Home, database: Database, jobs: Jobs) -> None:
        self.home, self.database, self.jobs = home, database, jobs

    # Endpoints and keys

    def create(
        self,
        name: str,
        model_uri: str,
        *,
        description: str = "",
        connections: Sequence[str] = (),
        parameters: dict[str, Any] | None = None,
    ) -> tuple[BatchEndpoint, str]:
        """An endpoint with a first deployment, its default; and its key, which is shown this once."""
        _check_name(name)
        key, kept = new_key()
        try:
            with self.database.session() as session:
                row = BatchEndpointRow(name=name, description=description, connections=list(connections))
                row.keys = {PRIMARY: _kept(kept)}
                session.add(row)
                session.flush()
                self._add(session, row, "v1", model_uri, parameters)
        except sa.exc.IntegrityError as error:
            raise ConflictError(
                _("There is a batch endpoint {name!r} already.", name=name),
                fix=_("Choose another name, or delete that one."),
            ) from error
        return self.get(name), key

    def get(self, name: str) -> BatchEndpoint:
        """The endpoint with its deployments and schedules; NotFoundError when there is none."""
        with self.database.session(read_only=True) as session:
            return self._endpoint(session, _row(session, name))

    def list(self) -> builtins.list[BatchEndpoint]:
        """All batch endpoints, by name."""
        with self.database.session(read_only=True) as session:
            rows = session.scalars(sa.select(BatchEndpointRow).order_by(BatchEndpointRow.name))
            return [self._endpoint(session, row) for row in rows]

    def delete(self, name: str) -> None:
        """Forget the endpoint, its keys, deployments and schedules. Its jobs and their results stay."""
        with self._changing(name) as (session, row):
            session.delete(row)

    def allow(self, name: str, connections: Collection[str]) -> BatchEndpoint:
        """Which connections callers may name."""
        with self._changing(name) as (_session, row):
            row.connections = sorted(set(connections))
        return self.get(name)

    def rotate_key(self, name: str, slot: str = PRIMARY) -> str:
        """A new key, shown this once; the old one of that slot is refused from now on."""
        if slot not in SLOTS:
            raise InputError(_("There is no key {slot!r}.", slot=slot), fix=", ".join(SLOTS))
        key, kept = new_key()
        with self._changing(name) as (_session, row):
            row.keys = row.keys | {slot: _kept(kept)}
        return key

    def keys(self, name: str) -> Keys:
        """What opens the endpoint; nothing where there is none."""
        with self.database.session(read_only=True) as session:
            kept = session.scalar(sa.select(BatchEndpointRow.keys).where(BatchEndpointRow.name == name)) or {}
        return Keys({slot: KeyHash(**each) for slot, each in kept.items()})

    def signing_secret(self, name: str) -> str:
        """What the endpoint's webhooks are signed with."""
        return webhooks.signing_secret(self.home, self.get(name).id)

    # Deployments

    def deploy(
        self,
        name: str,
        model_uri: str,
        *,
        deployment: str = "",
        default: bool = False,
        parameters: dict[str, Any] | None = None,
    ) -> BatchEndpoint:
        """Add a version behind the endpoint; jobs get it when they name it, or it is the default."""
        try:
            with self._changing(name) as (session, row):
                count = len(self._deployments(session, row))
                made = self._add(session, row, deployment or f"v{count + 1}", model_uri, parameters)
                row.default_deployment = made if default else row.default_deployment
        except sa.exc.IntegrityError as error:
            raise ConflictError(
                _("There is a deployment {name!r} already.", name=deployment),
                fix=_("Choose another name, or delete that one."),
            ) from error
        return self.get(name)

    def set_default(self, name: str, deployment: str) -> BatchEndpoint:
        """Which deployment jobs get that name none."""
        with self._changing(name) as (session, row):
            row.default_deployment = self._deployment(session, row, deployment).name
        return self.get(name)

    def remove(self, name: str, deployment: str) -> BatchEndpoint:
        """Take a deployment away. ConflictError when it is the default."""
        with self._changing(name) as (session, row):
            found = self._deployment(session, row, deployment)
            if found.name == row.default_deployment:
                raise ConflictError(
                    _("{name!r} is the default.", name=found.name), fix=_("Make another one the default first.")
                )
            session.delete(found)
        return self.get(name)

    # Jobs

    def submit(
        self,
        name: str,
        input: Any = None,
        output: Any = None,
        *,
        parameters: dict[str, Any] | None = None,
        deployment: str = "",
        webhook: str = "",
        engine: str | None = None,
    ) -> BatchJob:
        """File a job; see ``pipelines.batch.order`` for inputs, outputs and parameters.

        Without input or output it has those of the model's batch pipeline. ``engine``: local or spark; None: as the
        parameters, the deployment or else the settings say.
        """
        given = dict(parameters or {}) | ({"engine": engine} if engine else {})
        return self.start(name, BatchRequest(input, output, given, deployment, webhook))

    def start(
        self,
        name: str,
        request: BatchRequest,
        *,
        idempotency_key: str | None = None,
        caller: bool = False,
        schedule: BatchScheduleRow | None = None,
        beside: Callable[[Session], None] = lambda session: None,
    ) -> BatchJob:
        """File the job that is asked for. The same ``idempotency_key`` gives the job that it made before.

        ``caller``: somebody from outside asks, and may name only the connections that the endpoint allows.
        """
        digest = hashlib.sha256(json.dumps(request.to_dict(), sort_keys=True, default=str).encode()).hexdigest()
        with self.database.session(read_only=True) as session:
            row = _row(session, name)
            known = self._known(session, row, idempotency_key, digest)
            if known is not None:
                return self._job(row.name, known, is_new=False)
            version = self._deployment(session, row, request.deployment or row.default_deployment or "")
        order = self._order(row, version, request, caller)
        webhook = webhooks.check(request.webhook) if request.webhook else None
        made: dict[str, BatchJobRow] = {}

        def write(session: Session, job_id: str) -> None:
            made["row"] = BatchJobRow(
                job_id=job_id,
                endpoint_id=row.id,
                deployment=version.name,
                schedule=schedule.name if schedule else None,
                idempotency_key=idempotency_key,
                request_hash=digest,
                place=delivery.place(self.home, order.output, job_id, name_of(order)),
                webhook=webhook,
                webhook_state="waiting" if webhook else None,
                webhook_due_at=utc_now() if webhook else None,
            )
            session.add(made["row"])
            beside(session)

        payload = {"order": order.model_dump(mode="json"), "endpoint": row.name, "deployment": version.name}
        try:
            self.jobs.submit("batch", payload, title=f"{row.name}: {order.input}", retries=RETRIES, beside=write)
        except sa.exc.IntegrityError:
            with self.database.session(read_only=True) as session:
                known = self._known(session, row, idempotency_key, digest)
            if known is None:
                raise
            return self._job(row.name, known, is_new=False)
        return self._job(row.name, made["row"])

    def job(self, name: str, job_id: str) -> BatchJob:
        """A job of this endpoint; NotFoundError when it has none of this id."""
        with self.database.session(read_only=True) as session:
            row = _row(session, name)
            found = session.get(BatchJobRow, job_id)
            if found is None or found.endpoint_id != row.id:
                raise NotFoundError("job", job_id)
        return self._job(name, found)

    def job_list(self, name: str, limit: int = 50) -> builtins.list[BatchJob]:
        """The endpoint's jobs, newest first."""
        with self.database.session(read_only=True) as session:
            row = _row(session, name)
            wanted = sa.select(BatchJobRow).where(BatchJobRow.endpoint_id == row.id)
            rows = list(session.scalars(wanted.order_by(BatchJobRow.created_at.desc()).limit(limit)))
        return [self._job(name, found) for found in rows]

    def cancel(self, name: str, job_id: str) -> BatchJob:
        """Stop a job; what it wrote before stays, what it was writing does not appear."""
        self.jobs.cancel(self.job(name, job_id).id)
        return self.job(name, job_id)

    def resume(self, name: str, job_id: str) -> BatchJob:
        """Have a job that failed or was cancelled go on after the last piece that was scored."""
        self.jobs.resume(self.job(name, job_id).id)
        with self.database.session() as session:
            row = session.get_one(BatchJobRow, job_id)
            if row.webhook:
                row.webhook_state, row.webhook_attempts, row.webhook_due_at = "waiting", 0, utc_now()
        return self.job(name, job_id)

    # Schedules

    def schedule(
        self, name: str, schedule: str, cron: str, request: dict[str, Any], *, time_zone: str = "UTC"
    ) -> BatchEndpoint:
        """Have jobs begin by themselves; one of this name is replaced. ``request`` is as a caller would send it."""
        _check_name(schedule)
        due = next_time(cron, time_zone)
        wanted = read_request(request)
        with self.database.session(read_only=True) as session:
            row = _row(session, name)
            version = self._deployment(session, row, wanted.deployment or row.default_deployment or "")
        self._order(row, version, wanted, caller=False)
        with self._changing(name) as (session, row):
            session.execute(sa.delete(BatchScheduleRow).where(*_of(row, schedule)))
            made = BatchScheduleRow(endpoint_id=row.id, name=schedule, cron=cron.strip(), time_zone=time_zone.strip())
            made.request, made.due_at = wanted.to_dict(), due
            session.add(made)
        return self.get(name)

    def enable_schedule(self, name: str, schedule: str, enabled: bool = True) -> BatchEndpoint:
        """Let a schedule rest, or wake it: from now on, without what it missed at rest."""
        with self._changing(name) as (session, row):
            found = session.scalar(sa.select(BatchScheduleRow).where(*_of(row, schedule)))
            if found is None:
                raise NotFoundError("schedule", schedule)
            found.enabled = enabled
            found.due_at = next_time(found.cron, found.time_zone) if enabled else None
        return self.get(name)

    def delete_schedule(self, name: str, schedule: str) -> BatchEndpoint:
        with self._changing(name) as (session, row):
            session.execute(sa.delete(BatchScheduleRow).where(*_of(row, schedule)))
        return self.get(name)

    # Inside

    def _order(self, row: BatchEndpointRow, version: BatchDeploymentRow, request: BatchRequest, caller: bool) -> Order:
        """The order that is meant, its names looked up and its model pinned."""
        parameters = version.parameters | dict(request.parameters)
        model_uri = look_up(self.home, version.model_uri).uri
        given, output = request.input, request.output
        if given is None or output in _UNSAID:
            defaults = defaults_of(self.home, model_uri)
            given = f"dataset:{defaults.dataset}" if given is None and defaults.dataset else given
            output = defaults.output if output in _UNSAID else output
        if given is None:
            raise InputError(
                _("The body does not say what is to be scored."), fix=_("Send an object with input and output.")
            )
        order = with_engine(Order.of(model_uri, given, output, parameters))
        for place in (order.input, order.output):
            if caller and place.connection and place.connection not in row.connections:
                raise ForbiddenError(
                    _("This endpoint's callers may not use the connection {name!r}.", name=place.connection),
                    fix=_("Allow it on the endpoint."),
                )
        delivery.check(self.home, order.output)
        return order.model_copy(update={"input": fetch.check(self.home, self.database, order.input)})

    def _add(
        self, session: Session, row: BatchEndpointRow, name: str, model_uri: str, parameters: dict[str, Any] | None
    ) -> str:
        _check_name(name)
        Order.of(model_uri, "dataset:any", None, parameters)
        look_up(self.home, model_uri)
        session.add(BatchDeploymentRow(endpoint_id=row.id, name=name, model_uri=model_uri, parameters=parameters or {}))
        session.flush()
        row.default_deployment = row.default_deployment or name
        return name

    def _known(self, session: Session, row: BatchEndpointRow, key: str | None, digest: str) -> BatchJobRow | None:
        if key is None:
            return None
        wanted = sa.select(BatchJobRow).where(BatchJobRow.endpoint_id == row.id, BatchJobRow.idempotency_key == key)
        found = session.scalar(wanted)
        if found is not None and found.request_hash != digest:
            raise ConflictError(
                _("Another job was asked for with this idempotency key."), fix=_("Use a fresh key for each job.")
            )
        return found

    def _job(self, endpoint: str, row: BatchJobRow, is_new: bool = True) -> BatchJob:
        job = self.jobs.get(row.job_id)
        return BatchJob(job, endpoint, row.deployment, row.place, row.schedule, row.webhook_state, is_new)

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

    @contextmanager
    def _changing(self, name: str) -> Iterator[tuple[Session, BatchEndpointRow]]:
        with self.database.session() as session:
            yield session, _row(session, name)


def _row(session: Session, name: str) -> BatchEndpointRow:
    row = session.scalar(sa.select(BatchEndpointRow).where(BatchEndpointRow.name == name))
    if row is None:
        raise NotFoundError("batch endpoint", name, session.scalars(sa.select(BatchEndpointRow.name)))
    return row


def _of(row: BatchEndpointRow, schedule: str) -> tuple[Any, ...]:
    return (BatchScheduleRow.endpoint_id == row.id, BatchScheduleRow.name == schedule)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise InputError(
            _("{name!r} cannot name an endpoint.", name=name),
            fix=_("Use 1 to 63 small letters, digits and '-', as in price-1."),
        )


def _kept(key: KeyHash) -> dict[str, str]:
    return {"hash": key.hash, "salt": key.salt, "hint": key.hint}
