"""SK1xx: how the steps hang together."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.document.edits import AddStep, Edit, RemoveStep, SetInput, new_id
from pipelines.document.ports import MAIN
from pipelines.graph import order
from pipelines.graph.diagnostic import Diagnostic
from pipelines.graph.order import Node
from pipelines.graph.rules.base import Context, Rule
from pipelines.messages import _
from pipelines.steps.base import Behaviour


class NoSteps(Rule):
    """A pipeline without a step that is switched on does nothing.

    Bad: ``steps: []``
    Good: ``steps: [{id: cars, type: dataset, params: {dataset: automobile-price}}]``
    """

    code, name = "SK101", "no steps"

    def check(self, context: Context) -> Iterable[Diagnostic]:
        if not context.document.steps:
            yield Diagnostic(
                self.code, self.severity, _("The pipeline has no steps yet."), fix=_("Add a dataset first.")
            )
        elif not context.graph.nodes:
            message = _("Every step of the pipeline is switched off.")
            yield Diagnostic(self.code, self.severity, message, fix=_("Switch a step on."))


class _OrderProblem(Rule):
    """A problem that was found where the order was worked out."""

    def check(self, context: Context) -> Iterable[Diagnostic]:
        return [p for p in context.graph.problems if p.code == self.code]


class UnknownType(_OrderProblem):
    """The library has no such step type, so the step cannot run.

    Bad: ``{id: split, type: spilt_data}``
    Good: ``{id: split, type: split_data}``
    """

    code, name = order.UNKNOWN_TYPE, "unknown step type"


class UnknownSource(_OrderProblem):
    """An input names a step, or a part of one, that is not there.

    Bad: ``inputs: {table: spilt.test}``
    Good: ``inputs: {table: split.test}``
    """

    code, name = order.UNKNOWN_SOURCE, "unknown input"


class LaterSource(_OrderProblem):
    """A step can only read what was made before it, so that a pipeline never runs in a circle.

    Bad: the first step has ``inputs: {table: split}``, and split comes third.
    Good: the step comes after split.
    """

    code, name = order.LATER_SOURCE, "input from a later step"


class MissingInput(_OrderProblem):
    """A step has nothing to work on.

    Bad: a pipeline that begins with ``{id: clean, type: clean_missing_data}``
    Good: a dataset comes before it.
    """

    code, name = order.MISSING_INPUT, "missing input"


class UnknownPort(_OrderProblem):
    """An input has a name the step type does not know.

    Bad: ``{id: join, type: join_data, inputs: {rigth: prices}}``
    Good: ``{id: join, type: join_data, inputs: {right: prices}}``
    """

    code, name = order.UNKNOWN_PORT, "unknown port"


class WrongKind(_OrderProblem):
    """A port that takes a model is connected to a table, or the other way round.

    Bad: ``{id: score, type: score_model, inputs: {model: split}}``
    Good: ``{id: score, type: score_model, inputs: {model: train}}``
    """

    code, name = order.WRONG_KIND, "input of another kind"


class MissingModel(_OrderProblem):
    """Scoring needs a model, and no step before gives one.

    Bad: dataset, score_model
    Good: dataset, set_label, train_model, score_model
    """

    code, name = order.MISSING_MODEL, "no model to score with"


class Unused(Rule):
    """A step whose rows nobody reads is work for nothing, and often a connection that was forgotten.

    Bad: two datasets one after the other, and nothing reads the first.
    Good: a join reads both.
    """

    code, name, severity = "SK109", "unused step", "warning"
    _ENDS = (Behaviour.TRAIN, Behaviour.SCORE, Behaviour.EVALUATE, Behaviour.SINK)

    def check(self, context: Context) -> Iterable[Diagnostic]:
        for node in context.graph.nodes[:-1]:
            if node.behaviour is None or node.behaviour in self._ENDS or context.graph.readers(node.id):
                continue
            fix = _("Let a later step read it, or take it out.")
            edits = context.offered([RemoveStep(node.id)])
            yield self.at(node, _("no step reads what '{step}' gives.", step=node.id), fix, edits=edits)


class PartWithoutSplit(Rule):
    """The training or test rows are asked for, but nothing has split the rows; all of them would be taken.

    Bad: dataset, score_model with ``inputs: {table: cars.test}``
    Good: dataset, split_data, score_model with ``inputs: {table: split.test}``
    """

    code, name, severity = "SK110", "part without a split", "warning"

    def check(self, context: Context) -> Iterable[Diagnostic]:
        for node in context.graph.nodes:
            for port, edge in node.edges.items():
                if edge.part is None:
                    continue
                before = [*context.graph.ancestors(edge.step), context.graph.node(edge.step)]
                if any(n.behaviour in (Behaviour.SPLIT, None) for n in before):
                    continue
                message = _(
                    "it asks for the {part} rows of '{step}', but nothing splits the rows before.",
                    part=edge.part,
                    step=edge.step,
                )
                edits = context.offered([SetInput(node.id, port, edge.step)])
                yield self.at(node, message, _("Split the rows before, or read all of them."), edits=edits)


class EvaluateWithoutScores(Rule):
    """Evaluating compares predictions with what is true, so it needs rows that a model has scored.

    Bad: dataset, set_label, evaluate_model
    Good: dataset, set_label, train_model, score_model, evaluate_model
    """

    code, name = "SK111", "nothing scored to evaluate"

    def check(self, context: Context) -> Iterable[Diagnostic]:
        learners = {n.id for n, _, _ in context.learners()}
        for node, _step in context.parsed(Behaviour.EVALUATE):
            tells_of_rows = any(p.aside for p in node.step_type.outputs) if node.step_type else False
            if node.id in learners or tells_of_rows or node.main is None or self._scored(context, node.main.step):
                continue
            yield self.at(
                node,
                _("the rows that reach it were not scored."),
                _("Put {step} before it.", step=context.called(context.type_that(Behaviour.SCORE) or "score_model")),
                edits=self._scoring(context, node),
            )

    def _scoring(self, context: Context, node: Node) -> tuple[Edit, ...]:
        """A scoring step right before the evaluation, which reads it."""
        index = context.document.index(node.id)
        score = context.type_that(Behaviour.SCORE)
        if score is None or index == 0:
            return ()
        step_id = new_id(context.document, score)
        edits: list[Edit] = [AddStep(score, context.document.steps[index - 1].id, {}, step_id)]
        port = next((p for p, e in node.edges.items() if e == node.main and p in node.node.inputs), None)
        if port is not None:
            edits += [SetInput(step_id, MAIN, node.node.inputs[port]), SetInput(node.id, port, step_id)]
        graph = context.after(edits)
        return tuple(edits) if graph is not None and graph.node(node.id).main == order.Edge(step_id) else ()

    def _scored(self, context: Context, step_id: str) -> bool:
        table = context.tables.get(step_id)
        if table is not None:
            return table.scored is not None
        before = [*context.graph.ancestors(step_id), context.graph.node(step_id)]
        return any(n.behaviour in (Behaviour.SCORE, None) for n in before)
