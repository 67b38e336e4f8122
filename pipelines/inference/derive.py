"""The two inference pipelines of a trained model, derived from its training pipeline, as documents of the same kind.

Rows take the way from the head of the chain (where its source gave them) through the links to the model. What is not on
that way goes. Each step's fate is told with its reason. Steps are asked what they are, never what they are called.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from pipelines.chain.chain import Chain
from pipelines.document.ids import new_id
from pipelines.document.model import InferenceEdits, PipelineDocument, PipelineParameter, StepNode
from pipelines.document.references import filled, reference
from pipelines.errors import NotFoundError
from pipelines.graph.order import Graph, Node, leak_proof, resolve
from pipelines.inference.steps import (
    TYPES,
    DatasetInput,
    FittedState,
    PredictionColumns,
    TrainedModel,
    WebServiceInput,
    WebServiceOutput,
)
from pipelines.messages import Message, _
from pipelines.steps.base import Behaviour
from pipelines.steps.data_output.export_data import ExportData
from pipelines.steps.scoring.score_model import ScoreModel

Kind = Literal["realtime", "batch"]
Change = Literal["kept", "replaced", "removed", "added"]
DATASET = "dataset"  # the batch pipeline's parameter


@dataclass(frozen=True)
class Fate:
    """What became of a training step (``step``, ``title``), why, and which step of the inference pipeline it is now."""

    step: str
    title: str
    change: Change
    reason: str
    becomes: str = ""


@dataclass(frozen=True)
class Derived:
    """The inference pipelines of one model. ``score`` is the training step that asks it, "" where there is none."""

    realtime: PipelineDocument
    batch: PipelineDocument
    fates: dict[Kind, tuple[Fate, ...]]
    step: str
    score: str

    def document(self, kind: Kind) -> PipelineDocument:
        return self.realtime if kind == "realtime" else self.batch


@dataclass(frozen=True)
class Trained:
    """The model that is derived from: the chain, the step that trained it, its run, and where MLflow has it."""

    chain: Chain
    step: str
    run_id: str = ""
    model_uri: str = ""


def derive(document: PipelineDocument, trained: Trained, edits: InferenceEdits | None = None) -> Derived:
    """The inference pipelines of ``trained``, whose run ran ``document``.

    ``edits``: those of ``document`` unless others are given. NotFoundError when the document has no such step.
    """
    graph = leak_proof(resolve(document))
    if trained.step not in graph:
        raise NotFoundError("step", trained.step, [n.id for n in graph.nodes])
    deriver = _Deriver(graph, trained, document.inference if edits is None else edits)
    pipelines = {kind: deriver.pipeline(kind) for kind in ("realtime", "batch")}
    fates: dict[Kind, tuple[Fate, ...]] = {
        "realtime": deriver.fates("realtime"),
        "batch": deriver.fates("batch"),
    }
    score = deriver.score.id if deriver.score is not None else ""
    return Derived(pipelines["realtime"], pipelines["batch"], fates, trained.step, score)


def head_of(graph: Graph, step: str) -> Node:
    """The step whose rows are the head of the chain that ``step`` trains: the last source or join on its way."""
    node = graph.node(step)
    while node.main is not None and node.behaviour not in (Behaviour.SOURCE, Behaviour.COMBINE):
        node = graph.node(node.main.step)
    return node


def way_of(graph: Graph, step: str) -> list[Node]:
    """The steps from the head of a step's chain to the step itself, without both."""
    head, way = head_of(graph, step), []
    node = graph.node(step)
    while node.id != head.id and node.main is not None:
        node = graph.node(node.main.step)
        way.append(node)
    return [n for n in reversed(way) if n.id != head.id]


class _Deriver:
    def __init__(self, graph: Graph, trained: Trained, edits: InferenceEdits) -> None:
        self.graph = graph
        self.trained = trained
        self.edits = edits
        self.head = head_of(graph, trained.step)
        self.way = way_of(graph, trained.step)
        self.links = {name for name, _link in trained.chain.links}
        scores = [n for n in graph.nodes if n.behaviour is Behaviour.SCORE and self._asks(n)]
        self.score = scores[0] if scores else None
        after = graph.descendants(self.score.id) if self.score is not None else []
        self.export = next((n for n in after if n.behaviour is Behaviour.SINK and n.main is not None), None)

    def _asks(self, node: Node) -> bool:
        return any(e.step == self.trained.step and p == "model" for p, e in node.edges.items())

    # The documents

    def pipeline(self, kind: Kind) -> PipelineDocument:
        name = self.graph.document.name[:80]
        document = PipelineDocument(name=f"{name}-{kind}")
        for node in (*self._input(kind), *self._links(), self._model(), self._scoring(), *self._output(kind)):
            step = node if node.id not in document.ids else node.model_copy(update={"id": new_id(document, node.id)})
            document = document.model_copy(update={"steps": (*document.steps, step)})
        return document.model_copy(update={"parameters": self._parameters(kind)})

    def _input(self, kind: Kind) -> list[StepNode]:
        contract = self.trained.chain.contract
        params: dict[str, Any] = {"columns": contract.names if contract else list(self.trained.chain.head)}
        params |= {n: list(v) for n, v in (("ids", self.edits.ids), ("passed", self.edits.passed)) if v}
        if kind == "realtime":
            return [StepNode(id=WebServiceInput.type, type=WebServiceInput.type, params=params)]
        params = {"dataset": reference(DATASET)} | params
        return [StepNode(id=DatasetInput.type, type=DatasetInput.type, params=params)]

    def _links(self) -> list[StepNode]:
        made = []
        for node in self.way:
            if node.id not in self.links:
                continue
            if node.behaviour is Behaviour.FITTED:
                params = {"of": node.node.type, "run_id": self.trained.run_id}
                made.append(StepNode(id=node.id, type=FittedState.type, title=node.node.title, params=params))
            else:
                made.append(self._placed(node, self._params(node)))
        return made

    def _params(self, node: Node) -> dict[str, Any]:
        """A step's parameters as the run had them: what was learned by them does not change with them."""
        return dict(filled(node.node, self.graph.document.defaults))

    def _placed(self, node: Node, params: dict[str, Any]) -> StepNode:
        return node.node.model_copy(update={"inputs": {}, "position": None, "params": params})

    def _model(self) -> StepNode:
        node = self.graph.node(self.trained.step)
        params = {"model": self.trained.model_uri, "run_id": self.trained.run_id}
        params = {k: v for k, v in params.items() if v}
        return StepNode(id=node.id, type=TrainedModel.type, title=node.node.title, params=params)

    def _scoring(self) -> StepNode:
        if self.score is None:
            return StepNode(id="score", type=ScoreModel.type)
        asked = {k: v for k, v in self._params(self.score).items() if k != "rows"}
        return self._placed(self.score, asked)

    def _output(self, kind: Kind) -> list[StepNode]:
        edits = self.edits.model_dump(mode="json", exclude_defaults=True)
        told = {n: edits[n] for n in ("threshold", "top_k", "scores", "explanations") if n in edits}
        if kind == "realtime":
            return [StepNode(id=WebServiceOutput.type, type=WebServiceOutput.type, params=told)]
        if self.export is None:
            export = StepNode(id="export", type=ExportData.type, params={"file_name": "scores", **self.edits.export})
        else:
            export = self._placed(self.export, {**self._params(self.export), **self.edits.export})
        columns = [StepNode(id=PredictionColumns.type, type=PredictionColumns.type, params=told)] if told else []
        return [*columns, export]

    def _parameters(self, kind: Kind) -> tuple[PipelineParameter, ...]:
        """What the batch pipeline reads."""
        if kind == "realtime":
            return ()
        default = str(self.edits.defaults.get(DATASET) or getattr(self.head.step, "dataset", "") or self.head.id)
        return (PipelineParameter(name=DATASET, default=default, description="The dataset whose rows are scored."),)

    # The fates

    def fates(self, kind: Kind) -> tuple[Fate, ...]:
        found = [self._fate(node, kind) for node in self.graph.nodes]
        if self.score is None:
            found.append(Fate("", _("Score Model"), "added", _("The training pipeline scores nothing."), "score"))
        return (*found, *self._added(kind))

    def _added(self, kind: Kind) -> list[Fate]:
        if kind == "realtime":
            title = Message(WebServiceOutput.title)
            return [Fate("", title, "added", _("The answers go back to whoever asked."), WebServiceOutput.type)]
        if self.export is None:
            return [Fate("", Message(ExportData.title), "added", _("The answers are written."), "export")]
        return []

    def _fate(self, node: Node, kind: Kind) -> Fate:
        change, reason, becomes = self._what(node, kind)
        return Fate(node.id, node.title, change, reason, becomes)

    def _what(self, node: Node, kind: Kind) -> tuple[Change, str, str]:
        if node.id == self.head.id:
            return self._head(node, kind)
        if node.id == self.trained.step:
            return "replaced", _("It is the model that the run trained."), node.id
        if self.score is not None and node.id == self.score.id:
            return "kept", _("It asks the model, for every row."), node.id
        if node.id in {n.id for n in self.way}:
            return self._on_the_way(node)
        if kind == "batch" and self.export is not None and node.id == self.export.id:
            return "kept", _("It writes the answers."), node.id
        return "removed", self._aside(node), ""

    def _head(self, node: Node, kind: Kind) -> tuple[Change, str, str]:
        becomes = WebServiceInput.type if kind == "realtime" else DatasetInput.type
        if node.behaviour is Behaviour.COMBINE:
            reason = _("The rows to be scored come as this step gives them: what it joins or sums up is done before.")
        elif kind == "realtime":
            reason = _("The rows to be scored come with the request, without the label.")
        else:
            reason = _("The rows to be scored are named when the pipeline runs, and need no label.")
        return "replaced", reason, becomes

    def _on_the_way(self, node: Node) -> tuple[Change, str, str]:
        reason: str
        if node.id in self.links:
            if node.behaviour is Behaviour.FITTED:
                return (
                    "replaced",
                    _("What it learned from the training rows goes along, and is not learned anew."),
                    node.id,
                )
            return "kept", _("It treats each row alone, then as now."), node.id
        match node.behaviour:
            case Behaviour.ROW_CHANGING:
                reason = _("It chooses, makes or drops rows for training; every row to be scored gets an answer.")
            case Behaviour.SPLIT:
                reason = _("There is nothing to hold back: every row is scored.")
            case Behaviour.FOLDS:
                reason = _("Folds are for validation; every row is scored.")
            case Behaviour.FITTED | Behaviour.ROW_WISE if self._is_about_the_label(node):
                reason = _("It is about the label, which nobody knows yet when a row is scored.")
            case Behaviour.FITTED | Behaviour.ROW_WISE:
                reason = _("No prediction depends on it.")
            case _:
                reason = self._aside(node)
        return "removed", reason, ""

    def _is_about_the_label(self, node: Node) -> bool:
        label = self.trained.chain.label
        return node.step is not None and label is not None and label in [c for _p, c in node.step.named_columns()]

    def _aside(self, node: Node) -> str:
        before = {n.id for n in self.graph.ancestors(self.head.id)}
        if node.id in before:
            return _("It makes the rows that {step} gives, and is done before.", step=self.head.title)
        match node.behaviour:
            case Behaviour.EVALUATE:
                return _("It measures or describes known rows, and answers nothing.")
            case Behaviour.SCORE:
                return _("It is another scoring step; the pipeline answers once.")
            case Behaviour.TRAIN:
                return _("It trains another model.")
            case Behaviour.SINK:
                return _("It writes other rows than the answers, or answers that the service gives itself.")
            case _:
                return _("It is on a branch that does not lead to the model.")


def resolve_derived(document: PipelineDocument) -> Graph:
    """The graph of an inference pipeline."""
    return resolve(document, TYPES)
