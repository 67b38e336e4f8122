"""Endpoints have deployments, two keys and limits; what an endpoint served becomes its first deployment."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

MOVED = ("model_uri", "model_name", "model_version", "contract", "example", "state", "reason", "restarts")
KEY = ("key_hash", "key_salt", "key_hint")
PROCESS = ("port", "pid", "process_started")
NULLABLE: Mapping[str, Any] = {
    "model_name": sa.Text(),
    "model_version": sa.Text(),
    "contract": sa.JSON(none_as_null=True),
    "example": sa.JSON(none_as_null=True),
    "port": sa.Integer(),
    "pid": sa.Integer(),
    "process_started": sa.Double(),
}


def upgrade() -> None:
    # The table is made anew under SQLite, which takes along whatever points at it: so nothing does yet.
    served = op.get_bind().execute(sa.select(_table("endpoint"))).mappings().all()
    with op.batch_alter_table("endpoint") as table:
        for name in (*MOVED, *KEY, *PROCESS):
            table.drop_column(name)
        table.add_column(sa.Column("rate_limit", sa.Integer(), nullable=True))
        table.add_column(sa.Column("body_limit", sa.BigInteger(), nullable=True))
    op.create_table(
        "endpoint_key",
        sa.Column("endpoint_id", sa.Text(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["endpoint.id"], name=op.f("fk_endpoint_key_endpoint_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("endpoint_id", "slot", name=op.f("pk_endpoint_key")),
    )
    op.create_table(
        "deployment",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("endpoint_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("model_uri", sa.Text(), nullable=False),
        sa.Column("model_name", sa.Text(), nullable=True),
        sa.Column("model_version", sa.Text(), nullable=True),
        sa.Column("contract", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("example", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("traffic", sa.Integer(), nullable=False),
        sa.Column("shadow", sa.Boolean(), nullable=False),
        sa.Column("processes", sa.Integer(), nullable=False),
        sa.Column("desired", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("restarts", sa.Integer(), nullable=False),
        sa.Column("servers", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("compared", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("replaces", sa.Text(), nullable=True),
        sa.Column("predecessor", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proven_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["endpoint.id"], name=op.f("fk_deployment_endpoint_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment")),
        sa.UniqueConstraint("endpoint_id", "name", name=op.f("uq_deployment_endpoint_id_name")),
    )
    _keep_what_was_served(served)


def _keep_what_was_served(served: Sequence[sa.RowMapping]) -> None:
    connection = op.get_bind()
    keys, deployments = _table("endpoint_key"), _table("deployment")
    for row in served:
        key = {"hash": row["key_hash"], "salt": row["key_salt"], "hint": row["key_hint"]}
        connection.execute(
            keys.insert().values(endpoint_id=row["id"], slot="primary", created_at=row["created_at"], **key)
        )
        server = {"pid": row["pid"], "started": row["process_started"], "port": row["port"], "state": row["state"]}
        server |= {"reason": "", "restarts": row["restarts"], "memory": None}
        connection.execute(
            deployments.insert().values(
                id=uuid.uuid4().hex,
                endpoint_id=row["id"],
                name=f"v{row['model_version']}" if row["model_version"] else "model",
                traffic=100,
                shadow=False,
                processes=1,
                desired="running",
                servers=[server] if row["pid"] is not None else [],
                created_at=row["created_at"],
                **{name: row[name] for name in MOVED},
            )
        )


def downgrade() -> None:
    """The deployment with the most traffic and the primary key stay; other deployments and the second key are lost."""
    kept = _what_is_served()
    op.drop_table("deployment")
    op.drop_table("endpoint_key")
    texts = ("model_uri", *KEY, "state", "reason")
    with op.batch_alter_table("endpoint") as table:
        table.drop_column("rate_limit")
        table.drop_column("body_limit")
        for name in texts:
            table.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("restarts", sa.Integer(), nullable=False, server_default="0"))
        for name, kind in NULLABLE.items():
            table.add_column(sa.Column(name, kind, nullable=True))
    endpoints = _table("endpoint")
    for endpoint_id, values in kept.items():
        this = endpoints.c.id == endpoint_id
        op.get_bind().execute(
            endpoints.update().where(this).values(**values) if values else endpoints.delete().where(this)
        )
    with op.batch_alter_table("endpoint") as table:
        for name in (*texts, "restarts"):
            table.alter_column(name, server_default=None)


def _what_is_served() -> dict[str, dict[str, Any]]:
    connection = op.get_bind()
    endpoints, keys, deployments = _table("endpoint"), _table("endpoint_key"), _table("deployment")
    found: dict[str, dict[str, Any]] = {}
    for endpoint_id in connection.scalars(sa.select(endpoints.c.id)).all():
        mine = sa.select(deployments).where(deployments.c.endpoint_id == endpoint_id)
        served = connection.execute(mine.order_by(deployments.c.traffic.desc())).mappings().first()
        mine = sa.select(keys).where(keys.c.endpoint_id == endpoint_id)
        key = connection.execute(mine.order_by(keys.c.slot)).mappings().first()
        found[endpoint_id] = {}
        if served is not None and key is not None:
            found[endpoint_id] = {name: served[name] for name in MOVED}
            found[endpoint_id] |= {"key_hash": key["hash"], "key_salt": key["salt"], "key_hint": key["hint"]}
    return found


def _table(name: str) -> sa.Table:
    """The table as it is now, its JSON read and written as values."""
    found = sa.Table(name, sa.MetaData(), autoload_with=op.get_bind())
    for column in found.columns:
        if isinstance(column.type, sa.JSON):
            column.type = sa.JSON(none_as_null=True)
    return found
