"""A result put into a database table, once, whatever is killed when.

It is loaded into a table of the job's own first. One transaction then moves the rows into the table that is meant and
drops the job's own: where that is gone after it was loaded, the rows have arrived.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.parquet
import sqlalchemy as sa

from pipelines import connections
from pipelines.batch.order import DatabaseOutput
from pipelines.batch.work import Work
from pipelines.datasets import databases
from pipelines.errors import ColumnMissingError, InputError
from pipelines.messages import _, listed

_CHUNK = 20_000
Found = TypeVar("Found")


def deliver(output: DatabaseOutput, path: Path, work: Work, job_id: str) -> None:
    """Put the rows of the Parquet file at ``path`` into the table. InputError when the table does not take them."""
    schema, _dot, name = output.table.rpartition(".")
    stage = f"sekkei_{job_id}"
    columns = pa.parquet.read_schema(path).names
    for column in output.key:
        if column not in columns:
            raise ColumnMissingError(column, columns)

    def once(act: Callable[[_Delivery], Found]) -> Found:
        with connections.database(output.database, write=True) as made:
            delivery = _Delivery(made, output, schema, name, stage, columns)
            delivery.wait_for_earlier()
            return act(delivery)

    try:
        if work.read("loaded") is None:
            once(lambda d: d.load(path))
            work.write("loaded", {})
        once(_Delivery.publish)
    except BaseException as error:
        if work.read("loaded") is not None and not once(_Delivery.is_loaded):
            # They arrived, and the answer that said so did not. A job that was stopped right then may go on later.
            if isinstance(error, Exception):
                return
            raise
        work.forget("loaded")
        once(lambda d: d.drop(stage))
        raise


class _Delivery:
    """One transaction of a delivery."""

    def __init__(
        self, made: sa.Connection, output: DatabaseOutput, schema: str, name: str, stage: str, columns: Sequence[str]
    ) -> None:
        self.made, self.output, self.schema, self.name, self.stage = made, output, schema or None, name, stage
        self.columns = list(columns)
        self.is_sqlite = made.dialect.name == "sqlite"
        if made.dialect.name not in ("sqlite", "postgresql"):
            raise InputError(
                _("Batch jobs write to SQLite and PostgreSQL, not to {system}.", system=made.dialect.name),
                fix=_("Write to a file or a store instead."),
            )

    def wait_for_earlier(self) -> None:
        """Let a server end what it still does for a process that was killed; SQLite ends with the process."""
        if not self.is_sqlite:
            self.made.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext(:job))"), {"job": self.stage})

    def is_loaded(self) -> bool:
        """Whether the job's own table is there: loaded, and not yet moved."""
        return sa.inspect(self.made).has_table(self.stage, schema=self.schema)

    def load(self, path: Path) -> None:
        """Make the job's own table, with the types of the one that is meant where that exists."""
        self.drop(self.stage)
        file = pa.parquet.ParquetFile(path)
        there = self._there()
        if there is not None and self.output.mode != "replace":
            databases.check_columns(self.output.table, self.columns, there)
        if there is not None and set(self.columns) <= set(there):
            none = f"SELECT {self._list()} FROM {self._q(self.name)} WHERE 1 = 0"  # noqa: S608
            self._run(f"CREATE TABLE {self._q(self.stage)} AS {none}")
        else:
            fields = [sa.Column(f.name, _type(f.type)) for f in file.schema_arrow]
            sa.Table(self.stage, sa.MetaData(), *fields, schema=self.schema).create(self.made)
        if self.is_sqlite:
            marks = ", ".join("?" * len(self.columns))
            insert = f"INSERT INTO {self._q(self.stage)} ({self._list()}) VALUES ({marks})"  # noqa: S608
            cursor = self._cursor()
            for rows in _rows(file):
                cursor.executemany(insert, [[_for_sqlite(v) for v in row] for row in rows])
            return
        with self._cursor() as cursor, cursor.copy(f"COPY {self._q(self.stage)} ({self._list()}) FROM STDIN") as copy:
            for rows in _rows(file):
                for row in rows:
                    copy.write_row(row)

    def publish(self) -> None:
        """Move the rows to where they are meant, unless an earlier process has."""
        if not self.is_loaded():
            return
        there = self._there()
        if there is None or (self.output.mode == "replace" and set(there) != set(self.columns)):
            if there is not None:
                self.drop(self.name)
            self._run(f"ALTER TABLE {self._q(self.stage)} RENAME TO {self._q(self.name, alone=True)}")
            return
        if not self.is_sqlite and self.output.mode != "append":
            self._run(f"LOCK TABLE {self._q(self.name)} IN SHARE ROW EXCLUSIVE MODE")
        if self.output.mode == "replace":
            self._run(f"DELETE FROM {self._q(self.name)}")  # noqa: S608
        if self.output.mode == "upsert":
            self._update()
        unknown = f" WHERE NOT EXISTS (SELECT 1 FROM {self._q(self.name)} AS t WHERE {self._same('t')})"  # noqa: S608
        self._run(
            f"INSERT INTO {self._q(self.name)} ({self._list()}) SELECT {self._list()} FROM {self._q(self.stage)} AS s"  # noqa: S608
            + (unknown if self.output.mode == "upsert" else "")
        )
        self.drop(self.stage)

    def drop(self, table: str) -> None:
        self._run(f"DROP TABLE IF EXISTS {self._q(table)}")

    def _update(self) -> None:
        key = [self._q(k, alone=True) for k in self.output.key]
        gaps = " OR ".join(f"{k} IS NULL" for k in key)
        twice = f"SELECT 1 FROM {self._q(self.stage)} GROUP BY {', '.join(key)} HAVING count(*) > 1 LIMIT 1"  # noqa: S608
        missing = f"SELECT 1 FROM {self._q(self.stage)} WHERE {gaps} LIMIT 1"  # noqa: S608
        if self._run(twice).first() or self._run(missing).first():
            raise InputError(
                _("The key {key} does not tell the rows apart: it is missing or the same in some.", key=_names(self)),
                fix=_("Name the columns that together are different in each row."),
            )
        rest = [self._q(c, alone=True) for c in self.columns if c not in self.output.key]
        if rest:
            values = ", ".join(f"{c} = s.{c}" for c in rest)
            target = self._q(self.name)
            self._run(f"UPDATE {target} SET {values} FROM {self._q(self.stage)} AS s WHERE {self._same(target)}")  # noqa: S608

    def _same(self, other: str) -> str:
        return " AND ".join(f"{other}.{k} = s.{k}" for k in (self._q(k, alone=True) for k in self.output.key))

    def _there(self) -> list[str] | None:
        """The columns of the table that is meant; None where it does not exist."""
        inspector = sa.inspect(self.made)
        if not inspector.has_table(self.name, schema=self.schema):
            return None
        return [str(c["name"]) for c in inspector.get_columns(self.name, schema=self.schema)]

    def _list(self) -> str:
        return ", ".join(self._q(c, alone=True) for c in self.columns)

    def _q(self, name: str, alone: bool = False) -> str:
        quote = self.made.dialect.identifier_preparer.quote_identifier
        return quote(name) if alone or not self.schema else f"{quote(self.schema)}.{quote(name)}"

    def _run(self, statement: str) -> Any:
        return self.made.exec_driver_sql(statement.replace("%", "%%") if not self.is_sqlite else statement)

    def _cursor(self) -> Any:
        connection = self.made.connection.dbapi_connection
        assert connection is not None
        return connection.cursor()


def _names(delivery: _Delivery) -> str:
    return listed([repr(k) for k in delivery.output.key])


def _rows(file: Any) -> Iterator[Iterator[tuple[Any, ...]]]:
    for batch in file.iter_batches(batch_size=_CHUNK):
        yield zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _for_sqlite(value: Any) -> Any:
    return value.isoformat(" ") if hasattr(value, "isoformat") else value


def _type(kind: pa.DataType) -> sa.types.TypeEngine[Any]:
    if pa.types.is_boolean(kind):
        return sa.Boolean()
    if pa.types.is_integer(kind):
        return sa.BigInteger()
    if pa.types.is_floating(kind):
        return sa.Double()
    if pa.types.is_timestamp(kind):
        return sa.DateTime(timezone=kind.tz is not None)
    return sa.Date() if pa.types.is_date(kind) else sa.Text()
