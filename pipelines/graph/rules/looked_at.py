"""What the steps that learn look at: their features, and those that a step before turned into others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.graph.order import Node
from pipelines.graph.rules.base import Context
from pipelines.schema import TableSchema
from pipelines.steps.base import Behaviour
from pipelines.table import Table


@dataclass(frozen=True)
class Features:
    """Columns that ``node`` learns from or turns into others; ``also``: further steps that learn from the same rows.

    ``learner`` fits the algorithm in the end, ``classes`` tells whether it sorts into classes.
    """

    node: Node
    table: Table
    columns: tuple[str, ...]
    learner: Node
    classes: bool
    label: str | None
    also: tuple[Node, ...] = ()


def features(context: Context) -> list[Features]:
    """Every place where columns are learned from, each once, in running order for each learner."""
    found: list[Features] | None = context.kept.get("features")
    if found is None:
        found = context.kept["features"] = list(_features(context))
    return found


def _features(context: Context) -> Iterator[Features]:
    seen: set[tuple[str, str | None]] = set()
    learners = list(context.learners())
    for node, _, algorithm in learners:
        table, schema = context.input_table(node), context.inputs.get(node.id)
        edge = node.main
        if table is None or schema is None or edge is None:
            continue
        classes = algorithm.task == "classification"
        label = table.label if algorithm.is_supervised else None
        for before in context.graph.ancestors(node.id):
            if (columns := _turned(context, before)) and (before.id, "") not in seen:
                seen.add((before.id, ""))
                given = context.input_table(before)
                assert given is not None
                named = label if label in given.frame.columns else None
                yield Features(before, given, columns, node, classes, named)
        if (edge.source, edge.part) not in seen:
            seen.add((edge.source, edge.part))
            also = tuple(n for n, _, _ in learners if n.id != node.id and n.main == edge)
            yield Features(node, table, tuple(schema.features), node, classes, label, also)


def earliest(context: Context, node: Node, column: str) -> Table | None:
    """The first table on the way to ``node`` that has the column: its values as they came."""
    ancestors = context.kept.setdefault("ancestors", {})
    if node.id not in ancestors:
        ancestors[node.id] = [context.tables[n.id] for n in context.graph.ancestors(node.id) if n.id in context.tables]
    return next((t for t in ancestors[node.id] if column in t.frame.columns), None)


def _turned(context: Context, node: Node) -> tuple[str, ...]:
    """The features that a link takes away as it makes others of them, as one-hot encoding does."""
    before, after = context.inputs.get(node.id), context.schemas.get(node.id)
    if node.behaviour is not Behaviour.FITTED or before is None or after is None or before is after:
        return ()
    if context.input_table(node) is None:
        return ()
    return _taken(before, after)


def _taken(before: TableSchema, after: TableSchema) -> tuple[str, ...]:
    names, left = set(after.names), set(before.names)
    if names <= left:
        return ()
    return tuple(n for n in before.features if n not in names)
