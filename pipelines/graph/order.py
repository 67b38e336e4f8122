"""The running order: which step reads which, and what cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from pipelines.document import ports
from pipelines.document.edits import Edit, MoveStep, SetInput
from pipelines.document.model import PipelineDocument, StepNode
from pipelines.errors import nearest
from pipelines.graph.diagnostic import Diagnostic
from pipelines.graph.parameters import ParameterProblem, read
from pipelines.messages import _, declared, listed
from pipelines.steps.base import Behaviour, Port, Step

Part = Literal["train", "test"]

# Codes of the problems found here; the rules in ``rules/structure`` and ``rules/inputs`` tell them.
UNKNOWN_TYPE = "SK102"
UNKNOWN_SOURCE = "SK103"
LATER_SOURCE = "SK104"
MISSING_INPUT = "SK105"
UNKNOWN_PORT = "SK106"
WRONG_KIND = "SK107"
MISSING_MODEL = "SK108"


@dataclass(frozen=True, slots=True)
class Edge:
    """A port reads ``step``; with a ``part``, only its rows of that partition; with an ``output``, that table of it."""

    step: str
    part: Part | None = None
    output: str = ""

    @property
    def source(self) -> str:
        """What it reads, as results and tables are named: the step, or ``step.output``."""
        return ports.join_source(self.step, self.output)


@dataclass(frozen=True)
class Node:
    """A step that is switched on. ``step`` is None when its type is unknown or its parameters have ``errors``."""

    id: str
    node: StepNode
    step_type: type[Step] | None
    step: Step | None = None
    edges: Mapping[str, Edge] = field(default_factory=dict)
    errors: tuple[ParameterProblem, ...] = ()

    @property
    def title(self) -> str:
        """What the analyst calls it."""
        return title_of(self.node, self.step_type)

    @property
    def behaviour(self) -> Behaviour | None:
        """What it is with the parameters it has; None for an unknown type."""
        if self.step is not None:
            return self.step.acts_as
        return self.step_type.behaviour if self.step_type is not None else None

    @property
    def main(self) -> Edge | None:
        """What feeds its main port."""
        port = ports.main_port(ports.inputs_of(self.step_type))
        return self.edges.get(port.name) if port is not None else None


@dataclass(frozen=True)
class Graph:
    """The steps of a document that are switched on, each behind what it reads, and the problems found."""

    document: PipelineDocument
    nodes: tuple[Node, ...]
    problems: tuple[Diagnostic, ...] = ()

    def __contains__(self, step_id: str) -> bool:
        return any(n.id == step_id for n in self.nodes)

    def node(self, step_id: str) -> Node:
        """The node with this id; KeyError when there is none."""
        for node in self.nodes:
            if node.id == step_id:
                return node
        raise KeyError(step_id)

    def readers(self, step_id: str) -> list[tuple[Node, str, Edge]]:
        """Every (node, port, edge) that reads this step."""
        return [(n, p, e) for n in self.nodes for p, e in n.edges.items() if e.step == step_id]

    def ancestors(self, step_id: str) -> list[Node]:
        """Everything the step is made from, in running order."""
        wanted = {step_id}
        found: list[Node] = []
        for node in reversed(self.nodes):
            if node.id in wanted:
                found.append(node)
                wanted |= {e.step for e in node.edges.values()}
        return [n for n in reversed(found) if n.id != step_id]

    def descendants(self, step_id: str) -> list[Node]:
        """Everything that is made from the step, in running order."""
        made = {step_id}
        for node in self.nodes:
            if any(e.step in made for e in node.edges.values()):
                made.add(node.id)
        return [n for n in self.nodes if n.id in made and n.id != step_id]

    def until(self, step_id: str) -> Graph:
        """The step and what it is made from alone; KeyError when there is no such step."""
        return replace(self, nodes=(*self.ancestors(step_id), self.node(step_id)))


def title_of(node: StepNode, step_type: type[Step] | None) -> str:
    """A step as the analyst sees it: its own title, or its type's with the id where that tells more."""
    return node.title or (declared(step_type.title) if step_type is not None else node.id)


def resolve(document: PipelineDocument, types: ports.StepTypes | None = None) -> Graph:
    """The graph behind a document's list. Never fails: what is wrong is in ``problems`` and in the nodes' errors.

    A main table port and a model port read the nearest earlier step that gives their kind, unless the document names
    another. A step that is switched off is passed by. No step can read a later one, so there are no cycles.
    """
    resolver = _Resolver(document, ports.library() if types is None else types)
    nodes = tuple(resolver.node(i, n) for i, n in enumerate(document.steps) if n.enabled)
    return Graph(document, nodes, tuple(resolver.problems))


class _Resolver:
    def __init__(self, document: PipelineDocument, types: ports.StepTypes) -> None:
        self.document = document
        self.steps = document.steps
        self.types = types
        self.values = document.defaults
        self.places = {n.id: i for i, n in enumerate(document.steps)}
        self.problems: list[Diagnostic] = []

    def node(self, index: int, node: StepNode) -> Node:
        step_type = self.types.get(node.type)
        if step_type is None:
            self._unknown_type(node)
        step, errors = (None, ()) if step_type is None else read(step_type, node, self.values)
        return Node(node.id, node, step_type, step, self._edges(index, node, step_type), errors)

    def _edges(self, index: int, node: StepNode, step_type: type[Step] | None) -> dict[str, Edge]:
        inputs = ports.inputs_of(step_type)
        written: dict[str, tuple[str, str]] = {}
        for name, source in node.inputs.items():
            port = ports.find_port(inputs, name)
            if port is not None and (port.name not in written or name == port.name):
                written[port.name] = (name, source)
            elif port is None and step_type is not None:
                self._unknown_port(node, name, inputs)
        edges: dict[str, Edge] = {}
        for port in inputs:
            if port.name in written:
                edge = self._written(index, port, *written[port.name])
            else:
                edge = self._default(index, port, inputs)
            if edge is not None:
                edges[port.name] = edge
        return edges

    def _default(self, index: int, port: Port, inputs: tuple[Port, ...]) -> Edge | None:
        node = self.steps[index]
        if port.kind == "model" or port == ports.main_port(inputs):
            source = ports.default_source(self.steps, index, port.kind, self.types)
            if source is not None:
                return Edge(source)
            kind = _("a trained model") if port.kind == "model" else _("a table")
            message = _("no step before it gives {kind}.", kind=kind)
            fix = _("Put a step that gives {kind} before it.", kind=kind)
        else:
            message = _("nothing is connected to its input '{port}'.", port=port.name)
            fix = _("Choose the step that '{port}' reads.", port=port.name)
        if not port.optional and node.type in self.types:
            self._report(MISSING_MODEL if port.kind == "model" else MISSING_INPUT, node, message, fix)
        return None

    def _written(self, index: int, port: Port, name: str, source: str) -> Edge | None:
        """The edge behind a written input, past steps that are switched off."""
        node = self.steps[index]
        step, part = ports.split_source(source)
        place = self.places.get(step)
        if place is None:
            best = nearest(step, [n.id for n in self.steps[:index]])
            edit = SetInput(node.id, name, ports.join_source(best, part)) if best else SetInput(node.id, name, None)
            fix = _("Did you mean '{best}'?", best=best) if best else _("Let it read the step before it.")
            self._report(
                UNKNOWN_SOURCE,
                node,
                _("its input '{name}' names a step '{step}' that is not here.", name=name, step=step),
                fix,
                edit,
            )
            return None
        if place >= index:
            self._later(node, name, step, place, index)
            return None
        if part and part not in self._parts(step):
            self._unknown_part(node, name, step, part)
            return None
        return self._follow(node, port, name, step, part)

    def _parts(self, step: str) -> tuple[str, ...]:
        """What may follow the step's id in a source."""
        further = ports.further_tables(self.types.get(self.steps[self.places[step]].type))
        return (*ports.PARTS, *ports.KINDS, *further)

    def _follow(self, node: StepNode, port: Port, name: str, step: str, part: str) -> Edge | None:
        first = step
        while not self.steps[self.places[step]].enabled:
            onward = ports.main_source(self.steps, self.places[step], self.types)
            onward_step, onward_part = ports.split_source(onward or "")
            if self.places.get(onward_step, len(self.steps)) >= self.places[step]:
                message = _(
                    "its input '{name}' reads '{first}', which is switched off and has nothing before it.",
                    name=name,
                    first=first,
                )
                self._report(
                    MISSING_INPUT, node, message, _("Switch '{first}' on, or choose another step.", first=first)
                )
                return None
            step, part = onward_step, part if part in ports.PARTS else onward_part
        source = self.types.get(self.steps[self.places[step]].type)
        output = part if part in ports.further_tables(source) else ""
        asked = part if part in ports.KINDS else "table" if output else port.kind
        if asked != port.kind or not ports.outputs_kind(source, port.kind):
            self._wrong_kind(node, port, name, first, step)
            return None
        return Edge(step, part if part in ports.PARTS else None, output)  # type: ignore[arg-type]

    def _unknown_type(self, node: StepNode) -> None:
        broken = next((p for p in ports.problems() if p.type == node.type), None)
        if broken is not None:
            message = _("its step type cannot be used: {problem}", problem=broken.said)
            self._report(UNKNOWN_TYPE, node, message, _("Correct the file."))
            return
        best = nearest(node.type, list(self.types))
        fix = _("Did you mean '{best}'?", best=best) if best else _("Choose a step type of the library.")
        self._report(UNKNOWN_TYPE, node, _("there is no step type '{type}'.", type=node.type), fix)

    def _unknown_port(self, node: StepNode, name: str, inputs: tuple[Port, ...]) -> None:
        step_type = self.types[node.type]
        drop = SetInput(node.id, name, None)
        if not inputs:
            message = _(
                "it takes no input, but '{name}' is connected to '{source}'.", name=name, source=node.inputs[name]
            )
            self._report(UNKNOWN_PORT, node, message, _("Take the input away."), drop)
            return
        names = [p.name for p in inputs]
        best = nearest(name, names)
        edits: tuple[Edit, ...] = (drop, SetInput(node.id, best, node.inputs[name])) if best else (drop,)
        fix = (
            _("Did you mean '{best}'?", best=best)
            if best
            else _("The inputs of {step} are {names}.", step=declared(step_type.title), names=listed(names))
        )
        self._report(UNKNOWN_PORT, node, _("there is no input '{name}'.", name=name), fix, *edits)

    def _unknown_part(self, node: StepNode, name: str, step: str, part: str) -> None:
        further = ports.further_tables(self.types.get(self.steps[self.places[step]].type))
        best = nearest(part, [*ports.PARTS, *further])
        fix = (
            _("Did you mean '{step}.{best}'?", step=step, best=best)
            if best
            else _("Write the step alone, or with '.train' or '.test'.")
        )
        edit = SetInput(node.id, name, f"{step}.{best}" if best else step)
        message = _(
            "its input '{name}' asks '{step}' for '{part}', which no step has.", name=name, step=step, part=part
        )
        self._report(UNKNOWN_SOURCE, node, message, fix, edit)

    def _later(self, node: StepNode, name: str, step: str, place: int, index: int) -> None:
        drop = SetInput(node.id, name, None)
        if place == index:
            message = _("its input '{name}' names the step itself.", name=name)
            self._report(LATER_SOURCE, node, message, _("Let it read the step before it."), drop)
            return
        message = _("its input '{name}' reads '{step}', which comes later.", name=name, step=step)
        self._report(LATER_SOURCE, node, message, _("Move it behind '{step}'.", step=step), MoveStep(node.id, place))

    def _wrong_kind(self, node: StepNode, port: Port, name: str, first: str, step: str) -> None:
        kind = _("a trained model") if port.kind == "model" else _("a table")
        message = _("its input '{name}' needs {kind}, but '{step}' does not give one.", name=name, kind=kind, step=step)
        if first != step:
            message = _(
                "its input '{name}' needs {kind}, but '{step}' does not give one, as '{first}' is switched off.",
                name=name,
                kind=kind,
                step=step,
                first=first,
            )
        before = ports.default_source(self.steps, self.places[node.id], port.kind, self.types)
        fix = (
            _("Let it read '{before}'.", before=before) if before else _("Choose a step that gives {kind}.", kind=kind)
        )
        edits = (SetInput(node.id, name, None),) if before else ()
        self._report(WRONG_KIND, node, message, fix, *edits)

    def _report(self, code: str, node: StepNode, message: str, fix: str, *edits: Edit) -> None:
        if node.enabled:
            title = title_of(node, self.types.get(node.type))
            self.problems.append(
                Diagnostic(
                    code, "error", _("{step}: {message}", step=title, message=message), node.id, None, fix, edits
                )
            )


def leak_proof(graph: Graph) -> Graph:
    """The graph as it runs: each split stands before the first step that learns from the rows it marks.

    A split behind fitted steps is moved before them where only row-wise and fitted steps stand between, on one
    straight path; then marking the rows earlier changes nothing but what the steps learn from. Elsewhere, and where the
    split looks at values that those steps may make, the graph stays, and the diagnostics say so.
    """
    for split in [n.id for n in graph.nodes if n.behaviour is Behaviour.SPLIT]:
        first = hoisting(graph, split)
        if first is not None:
            graph = _hoisted(graph, split, first)
    return graph


def hoisting(graph: Graph, split_id: str) -> str | None:
    """The fitted step that the split moves before when the pipeline runs; None when there is nothing to pass."""
    split = graph.node(split_id)
    first: str | None = None
    edge = None if split.step is not None and split.step.marks_by_value else split.main
    while edge is not None and edge.part is None:
        node = graph.node(edge.step)
        others = [r for r, _, _ in graph.readers(node.id) if r.behaviour not in (Behaviour.SINK, Behaviour.EVALUATE)]
        if node.behaviour is None or not node.behaviour.is_link or len(others) > 1 or len(node.edges) != 1:
            break
        if node.behaviour is Behaviour.FITTED:
            first = node.id
        edge = node.main
    return first


def _hoisted(graph: Graph, split_id: str, first_id: str) -> Graph:
    split, first = graph.node(split_id), graph.node(first_id)
    fed_split, fed_first = split.main, first.main
    assert fed_split is not None
    assert fed_first is not None
    nodes: list[Node] = []
    for node in graph.nodes:
        if node.id == split_id:
            continue
        if node.id == first_id:
            nodes.append(_fed(split, fed_first))
            node = _fed(first, Edge(split_id))
        else:
            node = replace(node, edges={p: _past(e, split_id, fed_split) for p, e in node.edges.items()})
        nodes.append(node)
    return replace(graph, nodes=tuple(nodes))


def _fed(node: Node, edge: Edge) -> Node:
    port = ports.main_port(ports.inputs_of(node.step_type))
    assert port is not None
    return replace(node, edges={**node.edges, port.name: edge})


def _past(edge: Edge, split_id: str, source: Edge) -> Edge:
    return replace(source, part=edge.part) if edge.step == split_id else edge
