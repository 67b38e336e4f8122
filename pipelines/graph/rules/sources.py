"""SK61x: datasets and what becomes of them at the model's end."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.document.edits import SetParameter
from pipelines.graph.diagnostic import Diagnostic
from pipelines.graph.rules.base import Context, Rule
from pipelines.messages import _
from pipelines.steps.base import Behaviour


class OldVersion(Rule):
    """A step names a version of its dataset, and there is a newer one.

    Bad: ``{dataset: automobile-price, version: 1}``, where there are three
    Good: ``{dataset: automobile-price, version: 3}``, or no version at all
    """

    code, name, severity = "SK611", "not the newest version", "info"

    def check(self, context: Context) -> Iterable[Diagnostic]:
        for node, step in context.parsed(Behaviour.SOURCE):
            version, dataset = getattr(step, "version", None), getattr(step, "dataset", "")
            if not isinstance(version, int) or not dataset or node.id in context.failures:
                continue
            newest = max((v.version for v in context.versions(dataset)), default=version)
            if newest > version:
                message = _(
                    "it reads version {version} of '{dataset}'; the newest is {newest}.",
                    version=version,
                    dataset=dataset,
                    newest=newest,
                )
                edits = (SetParameter(node.id, "version", newest),)
                yield self.at(
                    node, message, _("Take version {newest}.", newest=newest), parameter="version", edits=edits
                )


class NotServed(Rule):
    """What a published model is given has not been through steps that make other rows.

    A join, a query or added rows: the model begins behind them, and asks for the columns they give. Code for training
    rows only: the model does without it.

    Bad: dataset, apply_sql that works out ``age``, train_model, and callers that send ``born``
    Good: the column worked out by a step that looks at each row alone
    """

    code, name, severity = "SK612", "not part of the model", "info"

    def check(self, context: Context) -> Iterable[Diagnostic]:
        trained = [n for n, _, _ in context.learners() if n.behaviour is Behaviour.TRAIN]
        before = {a.id for n in trained for a in context.graph.ancestors(n.id)}
        for node, step in context.parsed(Behaviour.COMBINE, Behaviour.ROW_CHANGING):
            if node.id not in before:
                continue
            if node.behaviour is Behaviour.COMBINE:
                message = _("the model begins behind it: a published model asks for the columns as they are after it.")
                fix = _("Nothing, if callers can send them. Otherwise use steps that look at each row alone.")
                yield self.at(node, message, fix)
            elif step.runs_code:
                message = _("it changes training rows only: rows that a published model is given do not pass it.")
                yield self.at(node, message, _("Nothing, if that is meant. Otherwise set when to always."))
