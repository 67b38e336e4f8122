"""The tables of batch endpoints. As in ``tables``, a change here needs a migration."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from pipelines.records.tables import Base, Json, Words, new_id, utc_now


class BatchEndpointRow(Base):
    """A stable name for batch jobs. ``connections`` are those that callers may name; ``keys`` a hash for each slot."""

    __tablename__ = "batch_endpoint"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str] = mapped_column(default="")
    default_deployment: Mapped[str | None]
    connections: Mapped[list[str]] = mapped_column(Json, default=list)
    keys: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class BatchDeploymentRow(Base):
    """A model behind a batch endpoint, and the parameters that its jobs have unless they say otherwise."""

    __tablename__ = "batch_deployment"
    __table_args__ = (sa.UniqueConstraint("endpoint_id", "name"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    endpoint_id: Mapped[str] = mapped_column(sa.ForeignKey("batch_endpoint.id", ondelete="CASCADE"))
    name: Mapped[str]
    model_uri: Mapped[str]
    parameters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class BatchScheduleRow(Base):
    """When a job of an endpoint begins by itself. ``request`` is as a caller sends it; ``due_at`` the next time."""

    __tablename__ = "batch_schedule"
    __table_args__ = (sa.UniqueConstraint("endpoint_id", "name"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    endpoint_id: Mapped[str] = mapped_column(sa.ForeignKey("batch_endpoint.id", ondelete="CASCADE"))
    name: Mapped[str]
    cron: Mapped[str]
    time_zone: Mapped[str]
    request: Mapped[dict[str, Any]]
    enabled: Mapped[bool] = mapped_column(default=True)
    due_at: Mapped[datetime | None]
    job_id: Mapped[str | None]
    error: Mapped[str | None] = mapped_column(Words)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class BatchJobRow(Base):
    """What an endpoint knows of a job beyond the job: who asked for it, where its results will be, whom to tell."""

    __tablename__ = "batch_job"
    __table_args__ = (
        sa.UniqueConstraint("endpoint_id", "idempotency_key"),
        sa.Index(None, "endpoint_id", "created_at"),
    )

    job_id: Mapped[str] = mapped_column(sa.ForeignKey("job.id", ondelete="CASCADE"), primary_key=True)
    endpoint_id: Mapped[str] = mapped_column(sa.ForeignKey("batch_endpoint.id", ondelete="CASCADE"))
    deployment: Mapped[str]
    schedule: Mapped[str | None]
    idempotency_key: Mapped[str | None]
    request_hash: Mapped[str]
    place: Mapped[str]
    webhook: Mapped[str | None]
    webhook_state: Mapped[str | None]
    webhook_attempts: Mapped[int] = mapped_column(default=0)
    webhook_due_at: Mapped[datetime | None] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
