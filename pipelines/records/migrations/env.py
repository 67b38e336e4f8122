"""Run by Alembic. The connection comes from ``Database.upgrade``."""

from alembic import context

from pipelines.records.tables import Base

connection = context.config.attributes.get("connection")
if connection is None:
    raise RuntimeError("Migrations run on a connection: call Database(url).upgrade().")

context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transaction_per_migration=False,
)
context.run_migrations()
