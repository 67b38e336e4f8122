"""SQL over tables, in a DuckDB connection that can reach nothing else."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from typing import TypeVar

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from pipelines.datasets.normalise import normalise, to_series
from pipelines.errors import InputError, nearest
from pipelines.messages import Joined, _, listed

LOCKED: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
    "threads": "1",  # the order of the rows, and the last digits of a sum, do not hang on chance
}
_BY_OTHER_MEANS = re.compile(r'\bcolumns\b|\bt\b|\*|""')
T = TypeVar("T")
_opening = threading.Lock()
_opened: list[duckdb.DuckDBPyConnection] = []


def select(query: str, tables: Mapping[str, pd.DataFrame], seconds: float | None = None) -> pd.DataFrame:
    """The rows that one SELECT statement gives over ``tables``, in Sekkei's column types.

    The statement sees these tables and no file, network or setting. ``seconds`` limits how long it may take. InputError
    says what DuckDB found wrong.
    """
    columns = [str(c) for frame in tables.values() for c in frame.columns]
    return _frame(_answer(query, tables, columns, lambda c, _s: c.sql(query).to_arrow_table(), seconds))


def _answer(
    query: str,
    tables: Mapping[str, pd.DataFrame],
    columns: list[str],
    ask: Callable[[duckdb.DuckDBPyConnection, duckdb.Statement], T],
    seconds: float | None = None,
    seed: bool = True,
) -> T:
    """What the statement gives to ``ask``; of a mistake in it, ``columns`` are those to choose from."""
    connection = database().cursor()
    timer = threading.Timer(seconds, connection.interrupt) if seconds else None
    try:
        for name, frame in tables.items():
            connection.register(name, _readable(frame))
        if seed:
            connection.execute("SELECT setseed(0.5)").fetchall()
        statement = _one_select(connection, query)
        if timer:
            timer.start()
        return ask(connection, statement)
    except duckdb.InterruptException:
        raise InputError(
            _("The query took longer than {seconds:g} seconds on the sample.", seconds=seconds), fix=_("Simplify it.")
        ) from None
    except duckdb.Error as error:
        raise in_words(str(error), list(tables), columns) from None
    finally:
        if timer:
            timer.cancel()
        connection.close()


def condition(expression: str, frame: pd.DataFrame, columns: list[str] | None = None) -> np.ndarray:
    """For which rows what could follow WHERE holds; it does not where it cannot be told, as a value is missing.

    ``columns``: all that there are, where ``frame`` has only those that ``named_in`` gives.
    """
    query = f"SELECT (\n{expression}\n) AS kept FROM t"  # noqa: S608
    seed = "(" in expression  # no chance without a function
    columns = [str(c) for c in frame.columns] if columns is None else columns
    names = named_in(expression, [str(c) for c in frame.columns])
    narrow = frame if len(names) == len(frame.columns) else frame[names]
    found = _answer(query, {"t": narrow}, columns, _kept, seed=seed)
    unknown = np.ma.getmaskarray(found)
    if unknown.all():
        return np.zeros(len(frame), dtype=bool)
    if found.dtype.kind != "b":
        raise InputError(
            _("The condition does not give true or false."),
            fix=_("Compare with =, <, > or in, as in price > 0."),
        )
    if len(found) != len(frame):
        raise InputError(_("The condition must look at each row alone."), fix=_("Use Apply SQL for sums and counts."))
    return np.asarray(np.ma.getdata(found) & ~unknown)


def _kept(connection: duckdb.DuckDBPyConnection, statement: duckdb.Statement) -> np.ma.MaskedArray:
    """The column ``kept``, masked where it has gaps; for few rows NumPy is quicker to make than a table of Arrow's."""
    return np.ma.asarray(connection.execute(statement).fetchnumpy()["kept"])


def named_in(expression: str, columns: list[str]) -> list[str]:
    """The columns that the expression may name, and one for the rows: handing a column over takes time.

    All of them where the expression may mean columns without naming them: the row as a whole, or ``COLUMNS``.
    """
    text = expression.casefold()
    return columns if _BY_OTHER_MEANS.search(text) else [c for c in columns if c.casefold() in text] or columns[:1]


def database() -> duckdb.DuckDBPyConnection:
    """This process's empty database, opened once, as that takes longer than most queries.

    A cursor of it is a connection of its own: what one registers no other sees, and it goes when the cursor closes.
    """
    with _opening:
        if not _opened:
            opened = duckdb.connect(":memory:", config=LOCKED)
            opened.execute("SET lock_configuration = true")
            _opened.append(opened)
        return _opened[0]


def _one_select(connection: duckdb.DuckDBPyConnection, query: str) -> duckdb.Statement:
    statements = connection.extract_statements(query)
    if len(statements) != 1:
        message = _("There is no statement where one SELECT should be.")
        if statements:
            message = _("There is {number} statements where one SELECT should be.", number=len(statements))
        raise InputError(message, fix=_("Write one SELECT."))
    kind = statements[0].type
    if kind is not duckdb.StatementType.SELECT:
        raise InputError(_("A {kind} statement cannot be used here.", kind=kind.name), fix=_("Write a SELECT."))
    return statements[0]


def _readable(frame: pd.DataFrame) -> pd.DataFrame | pa.Table:
    """The table as Arrow's, of which DuckDB reads the columns it needs, without a copy.

    Categories are text, so that one that is not known can be asked for.
    """
    columns = {str(n): c for n, c in frame.items()}
    if not columns or any(isinstance(c.dtype, pd.DatetimeTZDtype) for c in columns.values()):
        return frame
    text = {n: c.astype("str") for n, c in columns.items() if isinstance(c.dtype, pd.CategoricalDtype)}
    try:
        return pa.table({n: pa.array(c, from_pandas=True) for n, c in (columns | text).items()})
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # objects of several kinds
        return frame.assign(**text)


def _frame(table: pa.Table) -> pd.DataFrame:
    names = list(table.column_names)
    twice = next((n for n in names if names.count(n) > 1), None)
    if twice is not None:
        raise InputError(_("The query gives two columns {twice!r}.", twice=twice), fix=_("Name one of them with AS."))
    columns = {name: _column(name, table.column(i)) for i, name in enumerate(names)}
    return normalise(pd.DataFrame(columns, columns=names, copy=False))


def _column(name: str, cells: pa.ChunkedArray) -> pd.Series:
    kind = cells.type
    if pa.types.is_nested(kind) or pa.types.is_interval(kind) or pa.types.is_duration(kind) or pa.types.is_binary(kind):
        raise InputError(
            _("The query's column {name!r} holds {kind}, which no column can.", name=name, kind=kind),
            fix=_("Give a number, text or a date."),
        )
    if pa.types.is_decimal(kind):
        found = [np.nan if v is None else float(v) for v in cells.to_pylist()]
        whole = kind.scale == 0 and not cells.null_count and all(abs(v) < 2**53 for v in found)
        return pd.Series(found, dtype="int64" if whole else "float64")
    if pa.types.is_null(kind):
        return pd.Series(np.full(len(cells), np.nan))
    if pa.types.is_date(kind):
        return to_series(cells.cast(pa.timestamp("us")))
    if not (
        pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_boolean(kind)
        or pa.types.is_timestamp(kind)
    ):
        return pd.Series([None if v is None else str(v) for v in cells.to_pylist()], dtype="str")
    return to_series(cells)


def in_words(text: str, tables: list[str], columns: list[str]) -> InputError:
    """DuckDB's message without the listing it ends in, and the nearest of what there is."""
    lines = text.split("\n\nLINE ")[0].splitlines()
    kind, _colon, message = lines[0].partition(": ")
    message = message or kind
    wrong = message.split('"')[1] if message.count('"') >= 2 else ""
    if "Referenced column" in message:
        near = nearest(wrong, columns)
        hint: str = (
            _('Did you mean "{near}"?', near=near)
            if near
            else _("The columns are {columns}.", columns=listed(columns[:8]))
        )
        quotes = _("Text stands in 'single quotes'.")
        return InputError(_("There is no column {column!r}.", column=wrong), fix=Joined([hint, quotes]))
    if "Table with name" in message:
        return InputError(f"{message.split('!')[0]}.", fix=_("The tables are {tables}.", tables=listed(tables)))
    position = text.split("\n\nLINE ")[1].split(":")[0] if "\n\nLINE " in text else ""
    fix: str = next((line for line in lines[1:] if line.startswith("Did you mean")), "")
    if "syntax error" in message:
        fix = _(
            'Look at line {position}. A column name with a space or a hyphen stands in "double quotes".',
            position=position,
        )
    return InputError(message[:300].rstrip(". ") + ".", fix=fix)
