"""Columns that steps name and that are not there: misspelt, or called otherwise in a new version of the dataset."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipelines.datasets.versions import DatasetVersion
from pipelines.document.edits import Edit
from pipelines.errors import nearest
from pipelines.graph.order import Node
from pipelines.graph.rules.base import Context
from pipelines.graph.rules.mentions import in_code, mentions, named, renaming
from pipelines.schema import TableSchema
from pipelines.steps.base import Behaviour


@dataclass(frozen=True)
class Missing:
    """A column that ``node`` names and that is not there.

    ``better`` is what it is probably called, ``here`` what there is instead, ``dataset`` the one that lost it, if any;
    ``edits`` write the better name in every step.
    """

    node: Node
    parameter: str
    column: str
    better: str | None
    here: Sequence[str]
    dataset: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class _Gone:
    """A column that the steps behind ``source`` name in vain."""

    source: str
    column: str
    better: str | None
    dataset: str = ""


def missing_columns(context: Context) -> Iterator[Missing]:
    """Every place where a step names a column that is not there, in running order.

    Behind a step that could not be worked out, that is where the column is known to be missing before.
    """
    known: list[_Gone] = []
    lost = _lost(context)
    for node, step in context.parsed():
        spelt = [(p, c, s) for p, c, port in named(step) if (s := _schema_at(context, node, port)) is not None]
        if not (known or lost or any(c not in s for _, c, s in spelt)):
            continue
        before = [*(n.id for n in context.graph.ancestors(node.id)), node.id]
        places: dict[str, tuple[str, _Gone]] = {}
        for parameter, column, schema in spelt:
            if column in schema or column in places:
                continue
            gone = next((g for g in [*known, *lost] if _explains(g, column, before, schema)), None)
            if gone is None:
                gone = _Gone(before[0], column, nearest(column, schema.names))
            places[column] = parameter, gone
        for gone in [*lost, *known]:
            if gone.column not in places and gone.source in before[:-1] and _also(context, node, gone):
                plain = [p for p, c, _ in named(step) if c == gone.column]
                places[gone.column] = (plain or in_code(step, gone.column))[0], gone
        for column, (parameter, gone) in places.items():
            known += [gone] if gone not in known else []
            main = context.inputs.get(node.id)
            here = main.names if main is not None else []
            yield Missing(node, parameter, column, gone.better, here, gone.dataset, _repair(context, gone))


def _explains(gone: _Gone, column: str, before: Sequence[str], schema: TableSchema) -> bool:
    return gone.column == column and gone.source in before and (gone.better is None or gone.better in schema)


def _schema_at(context: Context, node: Node, port: str) -> TableSchema | None:
    if not port:
        return context.inputs.get(node.id)
    edge = node.edges.get(port)
    return context.schemas.get(edge.source) if edge is not None else None


def _also(context: Context, node: Node, gone: _Gone) -> bool:
    """Whether the column is missing at a step too, that says so in code or could not be worked out."""
    if not mentions(node, gone.column):
        return False
    schema = context.inputs.get(node.id)
    if schema is not None:
        return gone.column not in schema and node.id in context.failures and gone.better is not None
    return not any(_makes(n, gone.column) for n in context.graph.ancestors(node.id) if n.id != gone.source)


def _makes(node: Node, column: str) -> bool:
    """Whether a step may give a column of this name anew."""
    if node.step is None:
        return True
    return column in getattr(node.step, "new_names", ()) or column == getattr(node.step, "new_column", None)


def _repair(context: Context, gone: _Gone) -> tuple[Edit, ...]:
    """The edits that write the better name in every step behind the source that cannot have the column."""
    if gone.better is None:
        return ()
    edits: list[Edit] = []
    for node, step in context.parsed():
        if node.id != gone.source and gone.source not in {n.id for n in context.graph.ancestors(node.id)}:
            continue
        ports = {port for _, column, port in named(step) if column == gone.column} or {""}
        schemas = [_schema_at(context, node, port) for port in ports]
        if all(s is None or (gone.column not in s and gone.better in s) for s in schemas):
            edits += renaming(node, gone.column, gone.better)
    return tuple(edits)


def _lost(context: Context) -> list[_Gone]:
    """The columns that the datasets had in an earlier version; only asked where a step fails."""
    found: list[_Gone] = []
    if not context.failures:
        return found
    for node, step in context.parsed(Behaviour.SOURCE):
        dataset = getattr(step, "dataset", "")
        if not dataset or node.id in context.failures:
            continue
        versions = list(context.versions(dataset))
        wanted = getattr(step, "version", None)
        now = next((v for v in reversed(versions) if wanted in (None, v.version)), None)
        if now is None:
            continue
        earlier = [v for v in versions if v.version < now.version]
        for old in sorted({c.name for v in earlier for c in v.columns} - {c.name for c in now.columns}):
            last = next(v for v in reversed(earlier) if any(c.name == old for c in v.columns))
            found.append(_Gone(node.id, old, renamed_to(old, last, now), dataset))
    return found


def renamed_to(old: str, before: DatasetVersion, now: DatasetVersion) -> str | None:
    """What a column of ``before`` is called in ``now``: the gained column most like it, or the one in its place."""
    had, has = [c.name for c in before.columns], [c.name for c in now.columns]
    gained = [n for n in has if n not in had]
    similar = nearest(old, gained)
    if similar is not None:
        return similar
    kind = before.columns[had.index(old)].type
    same = [n for n in gained if now.columns[has.index(n)].type == kind]
    if len(same) == 1 and len([n for n in had if n not in has]) == 1:
        return same[0]
    place = had.index(old)
    return has[place] if place < len(has) and has[place] in same and len(had) == len(has) else None
