"""The tables of Sekkei's own records. Runs, models and metrics are MLflow's and not here.

A change here needs a migration in ``migrations/versions``; a test compares the two.
"""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from pipelines.messages import Message, restored, stored

_MESSAGE = '{"text": '  # how a message begins where it is stored as text


class JobState(StrEnum):
    """What became of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class EndpointState(StrEnum):
    """How an endpoint is, one of its deployments, or one model server of these.

    ``degraded``: it serves less than it should, or nothing after many restarts, and is still being mended; ``failed``:
    it never passed its check, and was given up.
    """

    STARTING = "starting"
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    RESTARTING = "restarting"
    DEGRADED = "degraded"
    FAILED = "failed"
    STOPPED = "stopped"


class DesiredState(StrEnum):
    """What the user wants of an endpoint."""

    RUNNING = "running"
    STOPPED = "stopped"


def utc_now() -> datetime:
    """The present moment, timezone-aware, in UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """A fresh identifier: 32 hexadecimal digits."""
    return uuid.uuid4().hex


class Json(sa.types.TypeDecorator[Any]):
    """Plain values; messages among them keep their templates, so that a page can say them in another language."""

    impl = sa.JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        return stored(value)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:
        return restored(value)


class Words(sa.types.TypeDecorator[str]):
    """Text for people: a message with its template, any other text as it is."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return json.dumps(stored(value), ensure_ascii=False) if isinstance(value, Message) else value

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return restored(json.loads(value)) if value and value.startswith(_MESSAGE) else value


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """A moment, always timezone-aware in UTC in Python, also on SQLite, which keeps no time zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment without a time zone cannot be stored; use utc_now().")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - read by SQLAlchemy at class creation
        str: sa.Text(),
        datetime: UtcDateTime(),
        dict[str, Any]: Json(),
        list[dict[str, Any]]: Json(),
    }


class DatasetRow(Base):
    """A dataset's name; what it holds is in its versions."""

    __tablename__ = "dataset"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    versions: Mapped[list[DatasetVersionRow]] = relationship(
        back_populates="dataset",
        cascade="all, delete-orphan",
        passive_deletes=True,
        order_by="DatasetVersionRow.version",
    )


class DatasetVersionRow(Base):
    """One immutable import. ``columns`` is ``[{"name", "type", "missing"}]``, missing being a count."""

    __tablename__ = "dataset_version"
    __table_args__ = (sa.UniqueConstraint("dataset_id", "version"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    dataset_id: Mapped[str] = mapped_column(sa.ForeignKey("dataset.id", ondelete="CASCADE"))
    version: Mapped[int]
    rows: Mapped[int] = mapped_column(sa.BigInteger)
    columns: Mapped[list[dict[str, Any]]]
    content_hash: Mapped[str]
    source: Mapped[str] = mapped_column(default="")
    options: Mapped[dict[str, Any] | None]
    bytes: Mapped[int] = mapped_column(sa.BigInteger)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    dataset: Mapped[DatasetRow] = relationship(back_populates="versions")


class PipelineRow(Base):
    """A pipeline's name and life; its document is in revisions and the draft. Deleting sets ``deleted_at``."""

    __tablename__ = "pipeline"
    # Only living pipelines need names of their own, so that a deleted one does not keep its name taken.
    __table_args__ = (
        sa.Index(
            "uq_pipeline_name",
            "name",
            unique=True,
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    deleted_at: Mapped[datetime | None]


class RevisionRow(Base):
    """One saved state of a pipeline's document, numbered from 1 in each pipeline."""

    __tablename__ = "revision"
    __table_args__ = (sa.UniqueConstraint("pipeline_id", "number"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    pipeline_id: Mapped[str] = mapped_column(sa.ForeignKey("pipeline.id", ondelete="CASCADE"))
    number: Mapped[int]
    yaml: Mapped[str]
    author: Mapped[str] = mapped_column(default="")
    name: Mapped[str | None]
    note: Mapped[str | None] = mapped_column(Words)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class DraftRow(Base):
    """What is being edited and not yet a revision. ``version`` rises by one with every save."""

    __tablename__ = "draft"

    pipeline_id: Mapped[str] = mapped_column(sa.ForeignKey("pipeline.id", ondelete="CASCADE"), primary_key=True)
    yaml: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)


class JobRow(Base):
    """One piece of background work. ``process_started`` is psutil's ``create_time`` of ``pid``, in seconds.

    ``retries``: so often it is still started anew when its process was killed.
    """

    __tablename__ = "job"
    __table_args__ = (sa.Index(None, "state", "created_at"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(default=JobState.QUEUED.value)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    host: Mapped[str | None]
    pid: Mapped[int | None]
    process_started: Mapped[float | None] = mapped_column(sa.Double)
    progress: Mapped[dict[str, Any] | None]
    result: Mapped[dict[str, Any] | None]
    error: Mapped[dict[str, Any] | None]
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    retries: Mapped[int] = mapped_column(default=0)
    run_id: Mapped[str | None] = mapped_column(index=True)
    pipeline_id: Mapped[str | None] = mapped_column(sa.ForeignKey("pipeline.id", ondelete="SET NULL"), index=True)


class JobEventRow(Base):
    """One thing that happened in a job, in the order of ``id``: a step's state, a line of its log."""

    __tablename__ = "job_event"
    __table_args__ = (sa.Index(None, "job_id", "id"), {"sqlite_autoincrement": True})

    # SQLite counts up by itself only for a column declared exactly INTEGER.
    id: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True
    )
    job_id: Mapped[str] = mapped_column(sa.ForeignKey("job.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(default=utc_now)
    step: Mapped[str | None]
    kind: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)


class EndpointRow(Base):
    """A name with an address, keys and limits; what answers there is in its deployments.

    ``rate_limit`` is requests a minute, ``body_limit`` bytes; None: no limit of its own.
    """

    __tablename__ = "endpoint"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(unique=True)
    desired: Mapped[str] = mapped_column(default=DesiredState.RUNNING.value)
    rate_limit: Mapped[int | None]
    body_limit: Mapped[int | None] = mapped_column(sa.BigInteger)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    keys: Mapped[list[EndpointKeyRow]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="EndpointKeyRow.slot", lazy="selectin"
    )
    deployments: Mapped[list[DeploymentRow]] = relationship(
        back_populates="endpoint",
        cascade="all, delete-orphan",
        passive_deletes=True,
        order_by="DeploymentRow.created_at",
        lazy="selectin",
    )


class EndpointKeyRow(Base):
    """One of an endpoint's two keys, ``primary`` or ``secondary``: a salted hash and the last four characters."""

    __tablename__ = "endpoint_key"

    endpoint_id: Mapped[str] = mapped_column(sa.ForeignKey("endpoint.id", ondelete="CASCADE"), primary_key=True)
    slot: Mapped[str] = mapped_column(primary_key=True)
    hash: Mapped[str]
    salt: Mapped[str]
    hint: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class DeploymentRow(Base):
    """One model version behind an endpoint: its share of the traffic, and how its model servers are.

    ``replaces`` is the deployment it takes over from as soon as it is proven; ``predecessor`` the one it took over
    from; ``proven_at`` when it first passed its check. ``servers`` is ``[{"pid", "started", "port", "state", "reason",
    "restarts", "memory"}]``, memory in bytes; ``compared`` counts a shadow's answers, see ``pipelines.serving.shadow``.
    """

    __tablename__ = "deployment"
    __table_args__ = (sa.UniqueConstraint("endpoint_id", "name"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    endpoint_id: Mapped[str] = mapped_column(sa.ForeignKey("endpoint.id", ondelete="CASCADE"))
    name: Mapped[str]
    model_uri: Mapped[str]
    model_name: Mapped[str | None]
    model_version: Mapped[str | None]
    contract: Mapped[dict[str, Any] | None]
    example: Mapped[dict[str, Any] | None]
    traffic: Mapped[int] = mapped_column(default=0)
    shadow: Mapped[bool] = mapped_column(default=False)
    processes: Mapped[int] = mapped_column(default=1)
    desired: Mapped[str] = mapped_column(default=DesiredState.RUNNING.value)
    state: Mapped[str] = mapped_column(default=EndpointState.STARTING.value)
    reason: Mapped[str] = mapped_column(Words, default="")
    restarts: Mapped[int] = mapped_column(default=0)
    servers: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    compared: Mapped[dict[str, Any] | None]
    replaces: Mapped[str | None]
    predecessor: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    proven_at: Mapped[datetime | None]
    endpoint: Mapped[EndpointRow] = relationship(back_populates="deployments", lazy="joined", innerjoin=True)
