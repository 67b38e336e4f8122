"""The switch from one deployment to the one that takes over from it: in the records, at once or not at all."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pipelines.records import Database, DeploymentRow, DesiredState, EndpointRow, EndpointState, utc_now


def take_over(database: Database, deployment_id: str) -> bool:
    """Give a proven deployment the traffic, shadow and place of the one it replaces, which ends.

    False when there is nothing to take over any more: it, or what it replaces, has gone meanwhile.
    """
    with database.session() as session:
        new = _locked(session, deployment_id)
        if new is None or new.replaces is None or new.desired != DesiredState.RUNNING.value:
            return False
        old = session.get(DeploymentRow, new.replaces)
        new.replaces, new.proven_at = None, utc_now()
        if old is None:
            return False
        new.traffic, new.shadow, new.predecessor = old.traffic, old.shadow, old.id
        old.traffic, old.shadow, old.replaces = 0, False, None
        _end(old, EndpointState.STOPPED, "")
    return True


def give_up(database: Database, deployment_id: str, reason: str) -> None:
    """A deployment that did not pass its check takes over nothing and ends; ``reason`` stays."""
    with database.session() as session:
        new = _locked(session, deployment_id)
        if new is not None and new.replaces is not None:
            new.replaces = None
            _end(new, EndpointState.FAILED, reason)


def _locked(session: Session, deployment_id: str) -> DeploymentRow | None:
    """The deployment, its endpoint kept from being changed by others until the session ends."""
    mine = sa.select(DeploymentRow.endpoint_id).where(DeploymentRow.id == deployment_id).scalar_subquery()
    session.scalar(sa.select(EndpointRow).where(EndpointRow.id == mine).with_for_update())
    return session.get(DeploymentRow, deployment_id)


def _end(row: DeploymentRow, state: EndpointState, reason: str) -> None:
    row.desired, row.state, row.reason, row.servers = DesiredState.STOPPED.value, state.value, reason, []
