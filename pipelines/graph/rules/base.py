"""What a rule is, and what it may look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

from pipelines.algorithms.base import Algorithm
from pipelines.datasets.versions import DatasetVersion
from pipelines.document import ports
from pipelines.document.edits import Edit
from pipelines.document.model import PipelineDocument
from pipelines.errors import SekkeiError
from pipelines.graph.diagnostic import Diagnostic, Severity
from pipelines.graph.order import Edge, Graph, Node, leak_proof, resolve
from pipelines.graph.rules.facts import part_of
from pipelines.messages import _, declared, enumerated
from pipelines.schema import TableSchema
from pipelines.steps.base import Behaviour, Step
from pipelines.table import Table


@dataclass(frozen=True)
class Context:
    """A pipeline and what its design-time run found out; what could not be worked out is missing or None.

    ``schemas`` and ``tables`` are the steps' outputs on the sample, ``inputs`` the columns at their main inputs.
    ``versions`` gives every version of a dataset, oldest first; none where there is no catalogue to ask.
    """

    graph: Graph
    schemas: Mapping[str, TableSchema | None] = field(default_factory=dict)
    inputs: Mapping[str, TableSchema | None] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    failures: Mapping[str, SekkeiError] = field(default_factory=dict)
    types: ports.StepTypes = field(default_factory=ports.library)
    versions: Callable[[str], Sequence[DatasetVersion]] = lambda name: ()
    kept: dict[str, Any] = field(default_factory=dict)  # what rules share and need to work out once
    found: list[Diagnostic] = field(default_factory=list)  # what the rules before this one found

    @property
    def document(self) -> PipelineDocument:
        return self.graph.document

    def parsed(self, *behaviours: Behaviour) -> Iterator[tuple[Node, Step]]:
        """The steps whose parameters are right; with ``behaviours``, those that are one of them."""
        for node in self.graph.nodes:
            if node.step is not None and (not behaviours or node.behaviour in behaviours):
                yield node, node.step

    def learners(self) -> Iterator[tuple[Node, str, Algorithm]]:
        """Every step that fits an algorithm, with the parameter that holds it."""
        return iter(self._learners)

    @cached_property
    def _learners(self) -> list[tuple[Node, str, Algorithm]]:
        return list(self._learning())

    def _learning(self) -> Iterator[tuple[Node, str, Algorithm]]:
        for node, step in self.parsed():
            if step.acts_as.is_link or step.makes_features:  # no model of the table's own columns comes of it
                continue
            for name in type(step).model_fields:
                value = getattr(step, name)
                if isinstance(value, Algorithm):
                    yield node, name, value

    @cached_property
    def _fed(self) -> dict[str, Edge | None]:
        """What feeds each step as the pipeline runs, where a split may stand before the steps it is written behind."""
        return {n.id: n.main for n in leak_proof(self.graph).nodes}

    def input_table(self, node: Node) -> Table | None:
        """The sample rows at a step's main input; the same object each time."""
        edge = self._fed.get(node.id)
        table = self.tables.get(edge.source) if edge is not None else None
        return table if table is None or edge is None or edge.part is None else part_of(table, edge.part)

    def type_that(self, behaviour: Behaviour) -> str | None:
        """The first step type of the library with this behaviour, to be offered as a fix."""
        return next((name for name, t in self.types.items() if t.behaviour is behaviour), None)

    def called(self, step_type: str) -> str:
        """A step type's title."""
        return declared(self.types[step_type].title) if step_type in self.types else step_type

    def offered(self, edits: Sequence[Edit]) -> tuple[Edit, ...]:
        """``edits`` if the document they lead to has no new problem in its order; none otherwise."""
        return tuple(edits) if self.after(edits) is not None else ()

    def after(self, edits: Sequence[Edit]) -> Graph | None:
        """The graph that ``edits`` lead to; None when they cannot be made or bring a new problem into its order."""
        document = self.document
        try:
            for edit in edits:
                document = edit.apply(document)
        except SekkeiError:
            return None
        graph = resolve(document, self.types)
        return graph if len(graph.problems) <= len(self.graph.problems) else None


class Rule:
    """One thing that can be wrong. The docstring gives the reason, a bad and a good example."""

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity] = "error"

    @property
    def reason(self) -> str:
        """Why the rule is there, for the documentation."""
        return self.__doc__ or ""

    def check(self, context: Context) -> Iterable[Diagnostic]:
        """Every place where it is broken."""
        raise NotImplementedError

    def at(
        self,
        node: Node,
        message: str,
        fix: str = "",
        *,
        parameter: str | None = None,
        edits: Sequence[Edit] = (),
        severity: Severity | None = None,
    ) -> Diagnostic:
        """A diagnostic of this rule on a step, whose title begins the message."""
        text = _("{step}: {message}", step=node.title, message=message)
        return Diagnostic(self.code, severity or self.severity, text, node.id, parameter, fix, tuple(edits))


def listed(names: Sequence[str], most: int = 4) -> str:
    """Names as a sentence has them: 'a', 'b' and 3 more."""
    return enumerated([f"'{n}'" for n in names], most)
