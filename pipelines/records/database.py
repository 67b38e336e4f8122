"""The database of Sekkei's own records: SQLite in the workspace, or PostgreSQL by URL alone."""

from __future__ import annotations

import json
import math
import os
import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from filelock import FileLock
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from pipelines.errors import ConflictError, InputError, UnavailableError
from pipelines.messages import _

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 20
_ADVISORY_LOCK = 0x53454B4B4549  # "SEKKEI", a number no other application on the server is likely to choose


class Database:
    """One connection pool. Safe across threads, and across ``fork``: the child opens connections of its own.

    Args:
        url: a SQLAlchemy URL. ``sqlite:///path`` or ``postgresql://…`` (driver psycopg).
    """

    def __init__(self, url: str) -> None:
        self.url = _parse(url)
        self.engine = _engine(self.url)
        self._reading = self.engine.execution_options(sekkei_read_only=True)
        if hasattr(os, "register_at_fork"):
            _forget_connections_after_fork(self.engine)

    def __repr__(self) -> str:
        return f"Database({self.url.render_as_string(hide_password=True)!r})"

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    def upgrade(self) -> None:
        """Bring the tables to the newest version, making them where there are none.

        Any number of processes may call this at once on the same database, also on one that does not exist yet.
        ConflictError when the database was written by a newer Sekkei.
        """
        from alembic import command
        from alembic.util import CommandError

        with self._upgrade_lock():
            try:
                if self.is_sqlite:
                    self._use_write_ahead_log()
                with self.engine.begin() as connection:
                    if not self.is_sqlite:
                        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
                    command.upgrade(migration_config(connection), "head")
            except CommandError as error:
                raise ConflictError(
                    _(
                        "The records at {value!r} have a version this Sekkei does not know: {error}.",
                        value=self,
                        error=error,
                    ),
                    fix=_("Start the newer Sekkei that wrote them, or name another database."),
                ) from error
            except (sa.exc.OperationalError, sqlite3.DatabaseError) as error:
                cause = getattr(error, "orig", error)
                raise UnavailableError(_("{value!r} cannot be used: {cause}.", value=self, cause=cause)) from error

    @contextmanager
    def session(self, *, read_only: bool = False) -> Iterator[Session]:
        """A unit of work: committed at the end of the block, rolled back when the block raises.

        Objects stay readable after the block. On SQLite a writing session waits for the others at its first
        statement, so that what it read is still true when it writes; keep it short. With ``read_only`` it
        waits for nobody, and the database refuses to write.
        """
        with Session(self._reading if read_only else self.engine, expire_on_commit=False) as session:
            yield session
            session.commit()

    def close(self) -> None:
        """Close the pooled connections; the next session opens new ones."""
        self.engine.dispose()

    def _use_write_ahead_log(self) -> None:
        # The file remembers it. SQLite refuses it inside a transaction, so it goes past SQLAlchemy's.
        connection = self.engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA journal_mode=WAL")
        finally:
            connection.close()

    def _upgrade_lock(self) -> FileLock | nullcontext[None]:
        if not self.is_sqlite or not _is_file(self.url):
            return nullcontext()
        return FileLock(f"{self.url.database}.lock")


def migration_config(connection: sa.Connection | None = None) -> Config:
    """Alembic's configuration for these records, on ``connection`` where one is given."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _parse(url: str) -> sa.URL:
    try:
        parsed = sa.make_url(url)
        backend = parsed.get_backend_name()
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError) as error:
        raise InputError(
            _("The database URL cannot be read."), fix=_("Write it as sqlite:///file or postgresql://user@host/name.")
        ) from error
    if backend in ("postgres", "postgresql"):
        plain = parsed.drivername in ("postgres", "postgresql")
        return parsed.set(drivername="postgresql+psycopg") if plain else parsed
    if backend == "sqlite":
        return parsed
    raise InputError(
        _("Records cannot be kept in {backend!r}.", backend=backend),
        fix=_("Use sqlite:///file or postgresql://user@host/name."),
    )


def _is_file(url: sa.URL) -> bool:
    return bool(url.database) and url.database != ":memory:"


def _engine(url: sa.URL) -> sa.Engine:
    options: dict[str, Any] = {"json_serializer": _to_json}
    if url.get_backend_name() != "sqlite":
        options |= {"pool_pre_ping": True}
    else:
        options |= {"connect_args": {"timeout": BUSY_SECONDS, "check_same_thread": False}}
        if _is_file(url):
            Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
        else:
            options["poolclass"] = StaticPool
    try:
        engine = sa.create_engine(url, **options)
    except ModuleNotFoundError as error:
        raise InputError(
            _("The driver {error!r} for this database is not installed.", error=error.name),
            fix=_("pip install {error}", error=error.name),
        ) from error
    if url.get_backend_name() == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        sa.event.listen(engine, "checkin", _end_transaction)
    else:
        sa.event.listen(engine, "begin", _begin_postgresql)
    return engine


def _to_json(value: Any) -> str:
    # A metric may be NaN or infinite; JSON has neither, and PostgreSQL refuses them: they become null.
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(value), ensure_ascii=False, allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value


def _prepare_sqlite(dbapi_connection: Any, _record: object) -> None:
    # The driver's own transactions begin too late (at the first write), so SQLAlchemy's "begin" does it instead.
    dbapi_connection.isolation_level = None
    dbapi_connection.execute("PRAGMA foreign_keys=ON")


def _begin_sqlite(connection: sa.Connection) -> None:
    # A transaction that reads first and writes later fails at once when another wrote between: busy_timeout
    # does not help there. BEGIN IMMEDIATE waits at the start instead.
    read_only = connection.get_execution_options().get("sekkei_read_only", False)
    connection.exec_driver_sql(f"PRAGMA query_only={'ON' if read_only else 'OFF'}")
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _end_transaction(dbapi_connection: Any, _record: object) -> None:
    # A commit that fails (the disk is full) leaves SQLite's transaction open behind SQLAlchemy's back.
    if dbapi_connection is not None and dbapi_connection.in_transaction:
        dbapi_connection.rollback()


def _begin_postgresql(connection: sa.Connection) -> None:
    if connection.get_execution_options().get("sekkei_read_only", False):
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def _forget_connections_after_fork(engine: sa.Engine) -> None:
    reference = weakref.ref(engine)

    def forget() -> None:
        found = reference()
        if found is not None and not isinstance(found.pool, StaticPool):
            found.dispose(close=False)

    os.register_at_fork(after_in_child=forget)
