"""SK3xx: parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipelines.document.edits import Edit, ResetParameter, SetParameter
from pipelines.errors import NotFoundError
from pipelines.graph.diagnostic import Diagnostic
from pipelines.graph.order import Node
from pipelines.graph.parameters import ParameterProblem
from pipelines.graph.rules.base import Context, Rule
from pipelines.messages import _, continued
from pipelines.parameters import Form
from pipelines.settings import settings
from pipelines.steps.base import Behaviour


class WrongParameter(Rule):
    """A parameter's value is not allowed, is missing, or has a name the step does not know.

    Bad: ``{type: clean_missing_data, params: {stratgy: median}}``
    Good: ``{type: clean_missing_data, params: {strategy: median}}``
    """

    code, name = "SK301", "wrong parameter"

    def check(self, context: Context) -> Iterable[Diagnostic]:
        for node in context.graph.nodes:
            for problem in node.errors:
                message = continued(problem.message)
                parameter = problem.parameter or None
                yield self.at(node, message, problem.fix, parameter=parameter, edits=self._edits(node, problem))

    def _edits(self, node: Node, problem: ParameterProblem) -> tuple[Edit, ...]:
        if problem.unknown:
            drop = ResetParameter(node.id, problem.parameter)
            if problem.better is None:
                return (drop,)
            value = _value(node.node.params, problem.parameter)
            taken = _value(node.node.params, problem.better) is not None
            return (drop,) if taken else (drop, SetParameter(node.id, problem.better, value))
        return () if problem.better is None else (SetParameter(node.id, problem.parameter, problem.better),)


class UnknownDataset(Rule):
    """The catalogue has no dataset of this name.

    Bad: ``{type: dataset, params: {dataset: automobile}}``
    Good: ``{type: dataset, params: {dataset: automobile-price}}``
    """

    code, name = "SK302", "unknown dataset"

    def check(self, context: Context) -> Iterable[Diagnostic]:
        for node, step in context.parsed(Behaviour.SOURCE):
            failure = context.failures.get(node.id)
            if not isinstance(failure, NotFoundError):
                continue
            names = [
                name
                for name, info in type(step).model_fields.items()
                if any(isinstance(m, Form) and m.widget == "dataset" for m in info.metadata)
            ]
            parameter = names[0] if names else None
            edits = (SetParameter(node.id, parameter, failure.nearest),) if parameter and failure.nearest else ()
            message = continued(failure.message)
            fix = failure.fix or _("Import it on the data page, or choose another.")
            yield self.at(node, message, fix, parameter=parameter, edits=edits)


class FileName(Rule):
    """An export writes into the run's own folder, so its name is a plain file name.

    Bad: ``{type: export_data, params: {name: ../../predictions}}``
    Good: ``{type: export_data, params: {name: predictions}}``
    """

    code, name = "SK303", "hostile file name"
    _NAMES = ("name", "file", "filename", "file_name", "path")
    _RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")

    def check(self, context: Context) -> Iterable[Diagnostic]:
        for node, step in context.parsed(Behaviour.SINK):
            for parameter in self._NAMES:
                value = getattr(step, parameter, None)
                if isinstance(value, str) and (reason := self._hostile(value)):
                    better = re.sub(r"[^\w.-]+", "-", value.replace("\\", "/").rpartition("/")[2]).strip(".-_")[:80]
                    edits = (SetParameter(node.id, parameter, better),) if better and not self._hostile(better) else ()
                    fix = (
                        _("Write '{better}'.", better=better) if edits else _("Write a plain name like 'predictions'.")
                    )
                    yield self.at(node, reason, fix, parameter=parameter, edits=edits)

    def _hostile(self, value: str) -> str:
        if not value.strip():
            return ""  # empty: the step's own default
        if re.search(r"[/\\]", value):
            return _("the name of the file '{value}' leads to another folder.", value=value[:60])
        if value.startswith((".", "-", "~")) or self._RESERVED.fullmatch(value) or not value.isprintable():
            return _("the name of the file {value!r} cannot be used.", value=value[:60])
        if len(value) > 150:
            return _("the name of the file has {length} characters; 150 is the most.", length=len(value))
        return ""


class PythonOff(Rule):
    """Steps that run code of the analyst's own can be switched off for an installation.

    Bad: ``execute_python`` where ``SEKKEI_PYTHON_STEPS`` is false.
    Good: the same work with other steps, or the setting on.
    """

    code, name = "SK304", "code switched off"

    def check(self, context: Context) -> Iterable[Diagnostic]:
        for node, step in context.parsed():
            if not settings().python_steps and (
                step.runs_code or getattr(getattr(step, "algorithm", None), "runs_code", False)
            ):
                message = _("code of one's own is switched off on this installation.")
                yield self.at(node, message, _("Use other steps, or have SEKKEI_PYTHON_STEPS switched on."))


def _value(params: object, dotted: str) -> object:
    for name in dotted.split("."):
        params = params.get(name) if isinstance(params, dict) else None
    return params
