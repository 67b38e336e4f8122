"""Batch endpoints: a stable name with keys, the versions of a model behind it, its jobs and its schedules."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from pipelines.batch.order import Order
from pipelines.errors import ConflictError, InputError
from pipelines.messages import _
from pipelines.records import BatchDeploymentRow, BatchEndpointRow
from pipelines.serving import webhooks
from pipelines.serving.batch_records import BatchDeployment, BatchEndpoint, BatchJob, check_name
from pipelines.serving.batch_schedules import BatchSchedules
from pipelines.serving.keys import PRIMARY, SLOTS, KeyHash, new_key
from pipelines.serving.served import look_up

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


__all__ = ["BatchDeployment", "BatchEndpoint", "BatchEndpoints", "BatchJob"]


class BatchEndpoints(BatchSchedules):
    """The batch endpoints of one workspace."""

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
        check_name(name)
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

    def _add(
        self, session: Session, row: BatchEndpointRow, name: str, model_uri: str, parameters: dict[str, Any] | None
    ) -> str:
        check_name(name)
        Order.of(model_uri, "dataset:any", None, parameters)
        look_up(self.home, model_uri)
        session.add(BatchDeploymentRow(endpoint_id=row.id, name=name, model_uri=model_uri, parameters=parameters or {}))
        session.flush()
        row.default_deployment = row.default_deployment or name
        return name


def _kept(key: KeyHash) -> dict[str, str]:
    return {"hash": key.hash, "salt": key.salt, "hint": key.hint}
