"""Rows out of a database and into one, by the name of a connection."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from pipelines import connections
from pipelines.datasets.normalise import column_names, frame_of, from_objects, normalise
from pipelines.datasets.options import ReadOptions
from pipelines.datasets.readers import from_arrow
from pipelines.errors import DatasetFileError, InputError, nearest
from pipelines.messages import _

CHUNK = 20_000
PREVIEW_SECONDS = 10.0
IfExists = Literal["append", "replace", "fail"]


def tables(connection: str) -> list[str]:
    """The tables and views of a database, those outside its first schema as ``schema.table``."""
    with connections.database(connection) as made:
        return _tables(made)


def read(
    connection: str,
    *,
    table: str = "",
    query: str = "",
    limit: int | None = None,
    seconds: float | None = None,
    progress: Callable[[int], None] = lambda rows: None,
) -> pd.DataFrame:
    """The rows of a table, or those a query gives, at most ``limit``; in chunks, in a transaction that never writes.

    InputError in the database's words when it does not understand the query, or does not answer within ``seconds``.
    """
    chunks: list[list[pa.Array]] = []
    names: list[str] = []
    count = 0
    for table_ in batches(connection, table=table, query=query, limit=limit, seconds=seconds):
        names = table_.column_names
        chunks = chunks or [[] for _name in names]
        for kept, column in zip(chunks, table_.columns, strict=True):
            kept.extend(column.chunks)
        count += table_.num_rows
        progress(count)
    if not count:
        raise DatasetFileError(_("The database gave no rows."), fix=_("Ask for others, or check the table."))
    return normalise(frame_of(names, (_series(column) for column in chunks)))


def batches(
    connection: str,
    *,
    table: str = "",
    query: str = "",
    limit: int | None = None,
    seconds: float | None = None,
    size: int | None = None,
) -> Iterator[pa.Table]:
    """The rows of ``read`` as they come, ``size`` at a time; each table has the types of its own rows."""
    size = size or CHUNK
    with connections.database(connection) as made, _within(made, seconds):
        statement = _select(made, table) if table else sa.text(_one_query(query).replace(":", r"\:"))
        with made.execution_options(stream_results=True, max_row_buffer=size).execute(statement) as found:
            names = column_names(list(found.keys()))
            count = 0
            while limit is None or count < limit:
                rows = found.fetchmany(size if limit is None else min(size, limit - count))
                if not rows:
                    break
                yield pa.table(
                    [_array(name, values) for name, values in zip(names, zip(*rows, strict=True), strict=True)],
                    names=names,
                )
                count += len(rows)


def write(connection: str, table: str, frame: pd.DataFrame, if_exists: IfExists = "fail") -> int:
    """Write all rows into a table in one transaction: they are there whole or not at all. Gives the rows written."""
    schema, _dot, name = table.strip().rpartition(".")
    if not name:
        raise InputError(_("The table has no name."), fix=_("Give it one, such as scored_rows."))
    with connections.database(connection, write=True) as made:
        inspector = sa.inspect(made)
        exists = inspector.has_table(name, schema=schema or None)
        if exists and if_exists == "fail":
            raise InputError(
                _("The table {table!r} exists already.", table=table),
                fix=_("Choose append or replace, or another name."),
            )
        if exists and if_exists == "append":
            there = [str(c["name"]) for c in inspector.get_columns(name, schema=schema or None)]
            check_columns(table, list(frame.columns), there)
        ready = frame.copy(deep=False)
        for column in ready.columns[[isinstance(d, pd.CategoricalDtype) for d in ready.dtypes]]:
            ready[column] = ready[column].astype(object)
        ready.to_sql(name, made, schema=schema or None, if_exists=if_exists, index=False, chunksize=1000)
    return len(frame)


@contextmanager
def _within(made: sa.Connection, seconds: float | None) -> Iterator[None]:
    """Stop what the database does when the time is over; drivers that cannot are waited for."""
    raw = made.connection.dbapi_connection
    stop = getattr(raw, "cancel", None) or getattr(raw, "interrupt", None)
    if seconds is None or stop is None:
        yield
        return
    late = threading.Event()

    def end() -> None:
        late.set()  # first: the database's answer to the stop may be here before it returns
        stop()

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    except sa.exc.SQLAlchemyError:
        if late.is_set():
            raise InputError(
                _("The database gave no rows within {seconds:g} seconds, so there is no preview.", seconds=seconds),
                fix=_("Ask for fewer rows; a run waits as long as it takes."),
            ) from None
        raise
    finally:
        timer.cancel()


def check_columns(table: str, given: Sequence[str], there: Sequence[str]) -> None:
    """InputError when the table does not have each of the columns ``given``."""
    for column in given:
        if column not in there:
            near = nearest(column, [c for c in there if c not in given])
            raise InputError(
                _("The table {table!r} has no column {column!r}.", table=table, column=column),
                fix=_("Did you mean {near!r}?", near=near)
                if near
                else _("Its columns are {columns}.", columns=", ".join(there[:20])),
            )


def _tables(made: sa.Connection) -> list[str]:
    inspector = sa.inspect(made)
    found = [*inspector.get_table_names(), *inspector.get_view_names()]
    for schema in inspector.get_schema_names():
        if schema not in (inspector.default_schema_name, "information_schema", "main"):
            found += [f"{schema}.{t}" for t in inspector.get_table_names(schema=schema)]
    return sorted(found)


def _select(made: sa.Connection, table: str) -> sa.Select[Any]:
    schema, _dot, name = table.strip().rpartition(".")
    inspector = sa.inspect(made)
    if not inspector.has_table(name, schema=schema or None) and table.strip() not in (known := _tables(made)):
        near = nearest(table, known)
        raise InputError(
            _("There is no table {table!r}.", table=table),
            fix=_("Did you mean {near!r}?", near=near)
            if near
            else _("The tables are {tables}.", tables=", ".join(known[:20])),
        )
    return sa.select(sa.text("*")).select_from(sa.table(name, schema=schema or None))


def _one_query(query: str) -> str:
    bare = query.strip().rstrip(";").strip()
    if not bare:
        raise InputError(_("There is no query."), fix=_("Write one, such as SELECT * FROM sales."))
    if ";" in bare:
        raise InputError(
            _("The query has a semicolon inside; a single query is asked for."),
            fix=_("Leave out what stands behind it."),
        )
    return bare


def _array(name: str, values: Sequence[Any]) -> pa.Array:
    if any(isinstance(v, bytes | memoryview) for v in values):
        raise DatasetFileError(
            _("Column {column!r} holds raw bytes.", column=name), fix=_("Leave it out of the query.")
        )
    try:
        found = pa.array(values)
        if not (pa.types.is_nested(found.type) or pa.types.is_duration(found.type) or _is_foreign(found.type)):
            return found
    except (pa.ArrowException, OverflowError, ValueError):
        pass
    return pa.array([_as_text(v) for v in values], pa.string())


def _is_foreign(kind: pa.DataType) -> bool:
    return isinstance(kind, pa.BaseExtensionType)


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def _series(chunks: Sequence[pa.Array]) -> pd.Series:
    """The chunks as one column; text where they agree on nothing else, and text that is all ISO dates as dates."""
    known = [c for c in chunks if not pa.types.is_null(c.type)] or list(chunks[:1])
    try:
        kind = pa.unify_schemas([pa.schema([("", c.type)]) for c in known], promote_options="permissive").field(0).type
        column = pa.chunked_array([c.cast(kind) for c in chunks], kind)
    except pa.ArrowException:
        column = pa.chunked_array([pa.array([_as_text(v) for v in c.to_pylist()], pa.string()) for c in chunks])
    if pa.types.is_string(column.type):
        return from_objects(column.to_pylist(), ReadOptions(), parse=False)
    return from_arrow(column)
