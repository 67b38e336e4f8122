"""Batch endpoints, their deployments, jobs and schedules; jobs that are started anew."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("job", sa.Column("retries", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "batch_endpoint",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("default_deployment", sa.Text(), nullable=True),
        sa.Column("connections", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("keys", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_endpoint")),
        sa.UniqueConstraint("name", name=op.f("uq_batch_endpoint_name")),
    )
    op.create_table(
        "batch_deployment",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("endpoint_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("model_uri", sa.Text(), nullable=False),
        sa.Column("parameters", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["batch_endpoint.id"], name=op.f("fk_batch_deployment_endpoint_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_deployment")),
        sa.UniqueConstraint("endpoint_id", "name", name=op.f("uq_batch_deployment_endpoint_id_name")),
    )
    op.create_table(
        "batch_schedule",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("endpoint_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("cron", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("request", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("job_id", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["batch_endpoint.id"], name=op.f("fk_batch_schedule_endpoint_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_schedule")),
        sa.UniqueConstraint("endpoint_id", "name", name=op.f("uq_batch_schedule_endpoint_id_name")),
    )
    op.create_table(
        "batch_job",
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("endpoint_id", sa.Text(), nullable=False),
        sa.Column("deployment", sa.Text(), nullable=False),
        sa.Column("schedule", sa.Text(), nullable=True),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("webhook", sa.Text(), nullable=True),
        sa.Column("webhook_state", sa.Text(), nullable=True),
        sa.Column("webhook_attempts", sa.Integer(), nullable=False),
        sa.Column("webhook_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_batch_job_job_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["batch_endpoint.id"], name=op.f("fk_batch_job_endpoint_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_batch_job")),
        sa.UniqueConstraint("endpoint_id", "idempotency_key", name=op.f("uq_batch_job_endpoint_id_idempotency_key")),
    )
    op.create_index(op.f("ix_batch_job_webhook_due_at"), "batch_job", ["webhook_due_at"], unique=False)
    op.create_index(op.f("ix_batch_job_endpoint_id_created_at"), "batch_job", ["endpoint_id", "created_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_batch_job_endpoint_id_created_at"), table_name="batch_job")
    op.drop_index(op.f("ix_batch_job_webhook_due_at"), table_name="batch_job")
    op.drop_table("batch_job")
    op.drop_table("batch_schedule")
    op.drop_table("batch_deployment")
    op.drop_table("batch_endpoint")
    op.drop_column("job", "retries")
