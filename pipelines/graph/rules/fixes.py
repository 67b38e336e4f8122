"""Edits that rules offer: a step put in, a column left out or made an id, a column's new name everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipelines.columns import Columns
from pipelines.document.edits import AddStep, Edit, MoveStep, ResetParameter, SetInput, SetParameter, new_id
from pipelines.document.ports import MAIN
from pipelines.graph.order import Node, hoisting
from pipelines.graph.rules.base import Context
from pipelines.graph.rules.mentions import mentions

SELECT, SET_LABEL, METADATA, GROUP = "select_columns", "set_label", "edit_metadata", "group_categories"


def inserted(
    context: Context, node: Node, step_type: str, params: Mapping[str, Any], early: str = "", also: Sequence[Node] = ()
) -> tuple[Edit, ...]:
    """Edits that put a step in front of ``node``; behind the source of its rows where ``early`` names a column there.

    ``also`` are steps that read the same rows and are led through it too. Only what really leads there is offered: the
    new step must be one that ``node`` is made from.
    """
    if node.main is None or step_type not in context.types:
        return ()
    step_id = new_id(context.document, step_type)
    source = node.main.source if node.main.part is None else f"{node.main.step}.{node.main.part}"
    here: list[Edit] = [AddStep(step_type, node.main.step, params, step_id)]
    written = [(n, port) for n in (node, *also) if (port := _written(n)) is not None]
    if written:
        here.append(SetInput(step_id, MAIN, source))
        here += [SetInput(n.id, port, step_id) for n, port in written]
    choices = [here]
    head = context.graph.ancestors(node.id)[0].id if early else ""
    if head and early in (context.schemas.get(head) or ()):
        choices.insert(0, [AddStep(step_type, head, params, step_id)])
    for edits in choices:
        graph = context.after(edits)
        if graph is not None and all(any(a.id == step_id for a in graph.ancestors(n.id)) for n in (node, *also)):
            return tuple(edits)
    return ()


def left_out(context: Context, node: Node, columns: Sequence[str], also: Sequence[Node] = ()) -> tuple[Edit, ...]:
    """Edits that keep ``columns`` from ``node``: a Select Columns before it leaves them out too, or a new one does."""
    select = _selecting(context, node, columns)
    if select is not None:
        name, value = _without(select, columns)
        return context.offered([SetParameter(select.id, name, value)])
    return inserted(context, node, SELECT, {"columns": {"kind": "all", "exclude": list(columns)}}, also=also)


def by_column(context: Context, split: Node, mode: str, column: str) -> tuple[Edit, ...]:
    """Edits that let a split go by a column, and put it before the fitted steps, where it does not move by itself."""
    fields = split.step_type.model_fields if split.step_type is not None else {}
    first = hoisting(context.graph, split.id)
    given = None if first is None else context.inputs.get(first)
    if "mode" not in fields or "column" not in fields or (first is not None and column not in (given or ())):
        return ()
    edits: list[Edit] = [] if first is None else [MoveStep(split.id, context.document.index(first))]
    edits += [SetParameter(split.id, "mode", mode), SetParameter(split.id, "column", column)]
    edits += [ResetParameter(split.id, n) for n in ("stratify", "shuffle") if n in split.node.params]
    return context.offered(edits)


def made_ids(context: Context, node: Node, columns: Sequence[str], also: Sequence[Node] = ()) -> tuple[Edit, ...]:
    """Edits that make ``columns`` ids: in the Set Label before ``node``, or by an Edit Metadata of their own."""
    for before in reversed(context.graph.ancestors(node.id)):
        given = getattr(before.step, "ids", None)
        schema = context.inputs.get(before.id)
        if before.node.type != SET_LABEL or not isinstance(given, Columns) or given.names is None:
            continue
        if schema is not None and all(c in schema for c in columns):
            return context.offered([SetParameter(before.id, "ids", [*given.names, *columns])])
    return inserted(context, node, METADATA, {"columns": list(columns), "role": "id"}, also=also)


def _written(node: Node) -> str | None:
    """The input that the document names for what feeds a step's main port."""
    port = next((p for p, e in node.edges.items() if e == node.main), MAIN)
    return next((p for p in (port, MAIN) if p in node.node.inputs), None)


def _selecting(context: Context, node: Node, columns: Sequence[str]) -> Node | None:
    """The nearest Select Columns before ``node`` that can leave ``columns`` out without a step between missing them."""
    for before in reversed(context.graph.ancestors(node.id)):
        if before.node.type == SELECT and before.step is not None:
            schema = context.inputs.get(before.id)
            return before if schema is not None and all(c in schema for c in columns) else None
        if len(before.edges) != 1 or _names_any(before, columns):
            return None
    return None


def _names_any(node: Node, columns: Iterable[str]) -> bool:
    return any(mentions(node, c) for c in columns)


def _without(select: Node, columns: Sequence[str]) -> tuple[str, Any]:
    """The parameter of a Select Columns that is to be changed, and its new value."""
    rule: Columns = select.step.columns  # type: ignore[union-attr]
    if rule.names is not None:
        flat = "names" in select.node.params
        return ("names" if flat else "columns"), [n for n in rule.names if n not in columns]
    exclude = list(dict.fromkeys([*rule.exclude, *columns]))
    if "exclude" in select.node.params:
        return "exclude", exclude
    written = Columns(kind=rule.kind, pattern=rule.pattern, exclude=tuple(exclude)).model_dump(mode="json")
    return "columns", written
