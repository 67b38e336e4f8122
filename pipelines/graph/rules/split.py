"""SK41x: what the split keeps apart."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.document.edits import MoveStep, RemoveStep
from pipelines.graph.diagnostic import Diagnostic
from pipelines.graph.order import Graph, Node, hoisting
from pipelines.graph.rules.base import Context, Rule
from pipelines.messages import _
from pipelines.steps.base import Behaviour


class LearnsBeforeSplit(Rule):
    """What is fitted before the split has seen the test rows, and the scores look better than they are.

    Where only row-wise and fitted steps stand between, running moves the split before them (a warning). Where another
    step stands between, it cannot (an error).

    Bad: dataset, normalize_data, split_data, train_model
    Good: dataset, split_data, normalize_data, train_model
    """

    code, name = "SK411", "learns before the split"

    def check(self, context: Context) -> Iterable[Diagnostic]:
        for split in context.graph.nodes:
            if split.behaviour is not Behaviour.SPLIT:
                continue
            passed = self._passed(context.graph, split)
            if passed:
                yield self._moved(context, split, context.graph.node(passed[0]))
            for node in learned(context.graph, split):
                if node.id not in passed:
                    yield self._stuck(context, split, node)

    def _passed(self, graph: Graph, split: Node) -> list[str]:
        """The steps that the split moves before when the pipeline runs, the first of them first."""
        first = hoisting(graph, split.id)
        if first is None:
            return []
        between = {n.id for n in graph.ancestors(split.id)} - {n.id for n in graph.ancestors(first)}
        return [n.id for n in graph.nodes if n.id in between]

    def _moved(self, context: Context, split: Node, first: Node) -> Diagnostic:
        edits = [MoveStep(split.id, context.document.index(first.id))]
        message = _(
            "it learns from all rows, because it comes before {split}. Running moves the split before it.",
            split=split.title,
        )
        fix = _("Move {split} before it.", split=split.title)
        return self.at(first, message, fix, edits=_cures(context, edits, first), severity="warning")

    def _stuck(self, context: Context, split: Node, node: Node) -> Diagnostic:
        # Behind the split everything moves up by one, so its own place is the one behind it.
        edits = [MoveStep(node.id, context.document.index(split.id))]
        looks = split.step is not None and split.step.marks_by_value
        message = (
            _(
                "it learns from all rows, because it comes before {split}, which looks at values and stays where it is "
                "written.",
                split=split.title,
            )
            if looks
            else _(
                "it learns from all rows, because it comes before {split}, and what stands between them keeps the "
                "split from being moved.",
                split=split.title,
            )
        )
        return self.at(
            node, message, _("Move it behind {split}.", split=split.title), edits=_cures(context, edits, node)
        )


class SecondSplit(Rule):
    """A second split marks the rows anew; what was trained before has then seen rows that are called test.

    Bad: split_data, clean_missing_data, split_data
    Good: one split_data
    """

    code, name, severity = "SK412", "second split", "warning"

    def check(self, context: Context) -> Iterable[Diagnostic]:
        for node, _step in context.parsed(Behaviour.SPLIT):
            before = [n for n in context.graph.ancestors(node.id) if n.behaviour is Behaviour.SPLIT]
            if before:
                edits = context.offered([RemoveStep(node.id)])
                message = _("the rows are split already, by '{id}'; this marks them anew.", id=before[-1].id)
                yield self.at(node, message, _("Keep one of the two."), edits=edits)


class PartitionLost(Rule):
    """A step that makes new rows out of others cannot tell which of them were for testing.

    Bad: split_data, apply_sql, train_model
    Good: apply_sql, split_data, train_model
    """

    code, name = "SK413", "split lost"

    def check(self, context: Context) -> Iterable[Diagnostic]:
        for node, _step in context.parsed(Behaviour.COMBINE):
            ancestors = context.graph.ancestors(node.id)
            splits = [n for n in ancestors if n.behaviour is Behaviour.SPLIT]
            if not splits or self._kept(context, node):
                continue
            split = splits[-1]
            edits = context.offered([MoveStep(split.id, context.document.index(node.id))])
            message = _("it makes new rows, and {split}, which comes before it, is lost.", split=split.title)
            yield self.at(node, message, _("Put {split} behind it.", split=split.title), edits=edits)

    def _kept(self, context: Context, node: Node) -> bool:
        table = context.tables.get(node.id)
        if table is not None:
            given = [context.tables.get(e.step) for e in node.edges.values()]
            return table.partition is not None or all(t is not None and t.partition is None for t in given)
        # Parts alone are asked for on purpose: rows of one kind stay rows of one kind.
        return bool(node.edges) and all(e.part is not None for e in node.edges.values())


def learned(graph: Graph, split: Node) -> list[Node]:
    """The fitted steps that the rows went through before this split, and after any other."""
    found: set[str] = set()
    ways = [e.step for e in split.edges.values()]
    seen: set[str] = set()
    while ways:
        node = graph.node(ways.pop())
        if node.id in seen or node.behaviour in (Behaviour.SPLIT, None):
            continue
        seen.add(node.id)
        if node.behaviour is Behaviour.FITTED:
            found.add(node.id)
        ways += [e.step for e in node.edges.values()]
    return [n for n in graph.nodes if n.id in found]


def _cures(context: Context, edits: list[MoveStep], node: Node) -> tuple[MoveStep, ...]:
    """``edits`` if ``node`` no longer stands before a split after them."""
    graph = context.after(edits)
    if graph is None:
        return ()
    splits = [n for n in graph.nodes if n.behaviour is Behaviour.SPLIT]
    still = any(n.id == node.id for s in splits for n in learned(graph, s))
    return () if still else tuple(edits)
