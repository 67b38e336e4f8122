"""The jobs of batch endpoints: ordered, filed once, looked at, stopped and resumed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from pipelines.batch import delivery, fetch
from pipelines.batch.engines import with_engine
from pipelines.batch.job import name_of
from pipelines.batch.order import RETRIES, Order
from pipelines.errors import ConflictError, ForbiddenError, InputError, NotFoundError
from pipelines.messages import _
from pipelines.records import BatchDeploymentRow, BatchEndpointRow, BatchJobRow, BatchScheduleRow, utc_now
from pipelines.serving import webhooks
from pipelines.serving.batch_defaults import defaults_of
from pipelines.serving.batch_records import BatchJob, BatchRecords, row_of
from pipelines.serving.batch_requests import BatchRequest
from pipelines.serving.served import look_up

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


_UNSAID: tuple[Any, ...] = (None, "", {})


class BatchJobs(BatchRecords):
    """The jobs of the batch endpoints of one workspace."""

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
            row = row_of(session, name)
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
            row = row_of(session, name)
            found = session.get(BatchJobRow, job_id)
            if found is None or found.endpoint_id != row.id:
                raise NotFoundError("job", job_id)
        return self._job(name, found)

    def job_list(self, name: str, limit: int = 50) -> list[BatchJob]:
        """The endpoint's jobs, newest first."""
        with self.database.session(read_only=True) as session:
            row = row_of(session, name)
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
