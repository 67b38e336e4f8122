"""Expressions in DuckDB's SQL that look at one row at a time: checked once, then computed for many rows or quickly for
one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from pipelines.chain.conform import as_text, is_missing
from pipelines.chain.transformer import array_of, numbers
from pipelines.datasets.normalise import to_series
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.schema import ColumnType, TableSchema
from pipelines.steps import sql

GIVEN = {
    ColumnType.INTEGER: "BIGINT",
    ColumnType.FLOAT: "DOUBLE",
    ColumnType.BOOLEAN: "BOOLEAN",
    ColumnType.DATETIME: "TIMESTAMP",
}
ARROW = {
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "TIMESTAMP": pa.timestamp("us"),
    "VARCHAR": pa.string(),
}
MADE = {
    "BIGINT": ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"),
    "DOUBLE": ("DOUBLE", "FLOAT", "DECIMAL", "UBIGINT", "HUGEINT", "UHUGEINT", '"NULL"'),
    "BOOLEAN": ("BOOLEAN",),
    "TIMESTAMP": ("DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE"),
    "VARCHAR": ("VARCHAR", "ENUM", "UUID", "TIME"),
}
PARTS = {
    "CONSTANT", "COLUMN_REF", "FUNCTION", "OPERATOR", "COMPARISON", "CONJUNCTION", "CASE", "CAST", "TYPE", "BETWEEN",
    "COLLATE", "LAMBDA",
}  # fmt: skip
MACROS = {"nullif", "if", "split_part", "fmod", "fdiv", "days_in_month", "date_add"}
NOTHING = "nothing read"


def kinds(expressions: Mapping[str, str], schema: TableSchema) -> dict[str, str]:
    """The SQL type of what each expression gives; InputError for one that fails or looks beyond its row."""
    given = {c.name: GIVEN.get(c.type, "VARCHAR") for c in schema}
    return {name: _kind(name, expression, given) for name, expression in expressions.items()}


def reads(expressions: Sequence[str], schema: TableSchema) -> dict[str, str]:
    """The columns that the expressions look at, with their SQL types."""
    words = {name.casefold() for e in expressions for name in _names(_tree(e))}
    return {c.name: GIVEN.get(c.type, "VARCHAR") for c in schema if c.name.casefold() in words}


def compute(
    expressions: Mapping[str, str],
    made: Mapping[str, str],
    read: Mapping[str, str],
    columns: Mapping[str, Any],
    rows: int,
) -> dict[str, Any]:
    """What the expressions give, as arrays by name. ``made`` and ``read`` have the SQL types."""
    selected = ", ".join(f"CAST((\n{e}\n) AS {made[name]})" for name, e in expressions.items())
    cells = {name: _cells(columns[name], kind) for name, kind in read.items()}
    cursor = sql.database().cursor()
    try:
        if rows == 1:
            given = ", ".join(f"${i}::{kind} AS {_quoted(name)}" for i, (name, kind) in enumerate(read.items(), 1))
            query = f"WITH t AS (SELECT {given or 'NULL'}) SELECT {selected} FROM t"  # noqa: S608
            values = cursor.execute(_statement(query), [c[0].as_py() for c in cells.values()]).fetchone()
            assert values is not None
            return {name: _alone(v, made[name]) for name, v in zip(expressions, values, strict=True)}
        cursor.register("t", pa.table(cells or {NOTHING: pa.nulls(rows)}))
        found = cursor.sql(f"SELECT {selected} FROM t").to_arrow_table().columns  # noqa: S608
    except duckdb.Error as error:
        raise sql.in_words(str(error), ["t"], list(columns)) from None
    finally:
        cursor.close()
    return {name: array_of(to_series(cells)) for name, cells in zip(expressions, found, strict=True)}


def _alone(value: Any, kind: str) -> Any:
    """One value as an array, as a column of many would hold it."""
    match kind:
        case "VARCHAR":
            return pd.array([value], dtype="str")
        case "TIMESTAMP":
            return pd.array([value], dtype="datetime64[us]")
        case "BOOLEAN":
            return pd.array([None], dtype="boolean") if value is None else np.array([value])
        case _:
            return np.array([np.nan if value is None else value])


def _kind(name: str, expression: str, given: Mapping[str, str]) -> str:
    _require_one_row(_tree(expression))
    empty = pa.table({n: pa.array([], ARROW[k]) for n, k in given.items()} or {NOTHING: pa.nulls(0)})
    cursor = sql.database().cursor()
    try:
        cursor.register("t", empty)
        found = cursor.sql(f"SELECT (\n{expression}\n) FROM t")  # noqa: S608
        kind = str(found.types[0])
        if len(found.to_arrow_table()):
            raise _beyond(expression)
    except duckdb.Error as error:
        raise sql.in_words(str(error), ["t"], list(given)) from None
    finally:
        cursor.close()
    for made, known in MADE.items():
        if kind.partition("(")[0] in known:
            return made
    raise InputError(
        _("The column {column!r} would hold {kind}, which no column can.", column=name, kind=kind),
        fix=_("Give a number, text, a truth value or a date."),
    )


def _tree(expression: str) -> Any:
    """The expression as DuckDB parses it; InputError where it is none, or more than one."""
    cursor = sql.database().cursor()
    try:
        written = cursor.execute("SELECT json_serialize_sql(?)", [f"SELECT (\n{expression}\n)"]).fetchone()
    except duckdb.Error as error:
        raise sql.in_words(str(error), [], []) from None
    finally:
        cursor.close()
    assert written is not None
    read = json.loads(written[0])
    if read["error"]:
        raise InputError(
            _(
                "The expression {expression!r} cannot be read: {error}.",
                expression=expression,
                error=read["error_message"],
            ),
            fix=_("Column names with a space or a hyphen stand in \"double quotes\", text in 'single' ones."),
        )
    nodes = [s["node"] for s in read["statements"]]
    node = nodes[0] if len(nodes) == 1 else {}
    alone = node.get("from_table", {}).get("type") == "EMPTY" and len(node["select_list"]) == 1
    if not alone or node["where_clause"] or node["modifiers"] or node["group_expressions"] or node["having"]:
        raise InputError(
            _("{expression!r} is more than one expression.", expression=expression),
            fix=_("Write what would stand between SELECT and FROM, for one column."),
        )
    return node["select_list"][0]


def _parts(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        if "class" in tree:
            yield tree
        for value in tree.values():
            yield from _parts(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _parts(value)


def _names(tree: Any) -> set[str]:
    """Every name that may be a column's."""
    return {name for part in _parts(tree) if part["class"] == "COLUMN_REF" for name in part["column_names"]}


def _require_one_row(tree: Any) -> None:
    for part in _parts(tree):
        function = str(part.get("function_name") or "").casefold()
        if part["class"] in ("WINDOW", "SUBQUERY") or function in _functions("aggregate", "window"):
            raise _beyond(function)
        if part["class"] == "FUNCTION" and not (
            function in _functions("scalar") or function in MACROS or function.startswith(("list_", "array_"))
        ):
            raise InputError(
                _("The function {function} cannot be used here.", function=function),
                fix=_("Use functions that give the same for the same row at any time, and one value for each row."),
            )
        if part["class"] not in PARTS:
            raise InputError(
                _("An expression cannot hold {part} here.", part=str(part["class"]).lower().replace("_", " ")),
                fix=_("Name the columns, and give one value for each row."),
            )
        for name in part.get("column_names", ()) if part["class"] == "COLUMN_REF" else ():
            if name.casefold().startswith(("current_", "local", "session_user")):
                raise InputError(
                    _("{name} is something else at every run.", name=name), fix=_("Write the date or the name itself.")
                )


def _beyond(function: str) -> InputError:
    return InputError(
        _("The expression looks beyond its row: {part}.", part=function or "SELECT"),
        fix=_("Use Apply SQL for sums, counts and queries over many rows."),
    )


@cache
def _functions(*types: str) -> frozenset[str]:
    """The names of DuckDB's functions of these types; of scalar ones those that always give the same."""
    cursor = sql.database().cursor()
    try:
        rows = cursor.execute(
            "SELECT DISTINCT function_name, function_type, stability FROM duckdb_functions()"
        ).fetchall()
    finally:
        cursor.close()
    return frozenset(n.casefold() for n, kind, stability in rows if kind in types and stability == "CONSISTENT")


@cache
def _statement(query: str) -> duckdb.Statement:
    """The query, parsed: parsing takes longer than computing one row."""
    cursor = sql.database().cursor()
    try:
        return cursor.extract_statements(query)[0]
    finally:
        cursor.close()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _cells(values: Any, kind: str) -> pa.Array:
    """An array as DuckDB reads it, null for what is missing."""
    match kind:
        case "BIGINT" | "DOUBLE":
            found = numbers(values)
            floats = np.asarray(pd.to_numeric(pd.Series(values), errors="coerce") if found is None else found)
            if kind == "BIGINT" and floats.dtype.kind == "f":
                gaps = ~np.isfinite(floats)
                return pa.array(np.where(gaps, 0, floats).astype(np.int64), mask=gaps)
            return pa.array(floats.astype(np.int64 if kind == "BIGINT" else np.float64), from_pandas=True)
        case "BOOLEAN":
            return pa.array(pd.array(values, dtype="boolean"), from_pandas=True)
        case "TIMESTAMP":
            times = pd.DatetimeIndex(values)
            times = times.tz_convert(None) if times.tz is not None else times
            return pa.array(times.as_unit("us").to_numpy(), pa.timestamp("us"), from_pandas=True)
        case _:
            return pa.array([None if is_missing(v) else as_text(v) for v in values.tolist()], pa.string())
