"""Edits of pipeline parameters: a value with a name, which any number of step parameters refer to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from pipelines.document import checks, nested, ports
from pipelines.document.edits import Edit
from pipelines.document.model import PipelineDocument, PipelineParameter, StepNode
from pipelines.document.references import filled, reference, referred, replace_references
from pipelines.document.values import Misfit, brief, plain
from pipelines.errors import ConflictError, NotFoundError, SekkeiError
from pipelines.messages import _


@dataclass(frozen=True)
class PromoteParameter(Edit):
    """Let a step's parameter take its value from the pipeline parameter ``name``.

    A new one is made where there is none, with the step's value (or its default) as default; one that is there feeds
    this parameter too, and keeps its own value.
    """

    step: str
    parameter: str
    name: str

    def apply(self, document: PipelineDocument) -> PipelineDocument:
        node = _node(document, self.step)
        names = self.parameter.split(".")
        if self.name not in document.defaults:
            value = nested.value_at(filled(node, document.defaults), names)
            value = nested.value_at(_values(node, document), names) if value is None else value
            document = SetPipelineParameter(self.name, value).apply(document)
        own = nested.with_own_groups(node.params, names, document.defaults)
        return _with_params(document, self.step, nested.with_value(own, names, reference(self.name)))

    def describe(self) -> str:
        return _(
            "Take {step}.{parameter} from the pipeline parameter {name}",
            step=self.step,
            parameter=self.parameter,
            name=self.name,
        )


@dataclass(frozen=True)
class DetachParameter(Edit):
    """Write into a step's parameter the value that it took from a pipeline parameter."""

    step: str
    parameter: str

    def apply(self, document: PipelineDocument) -> PipelineDocument:
        node = _node(document, self.step)
        names = self.parameter.split(".")
        written = nested.value_at(node.params, names)
        if referred(written) is not None and referred(written) not in document.defaults:
            return _with_params(document, self.step, nested.without(node.params, names))
        value = replace_references(written, lambda name: document.defaults.get(name))
        if value is written:
            return document
        return _with_params(document, self.step, nested.with_value(node.params, names, value))

    def describe(self) -> str:
        return _("Give {step}.{parameter} a value of its own", step=self.step, parameter=self.parameter)


@dataclass(frozen=True)
class SetPipelineParameter(Edit):
    """Set a pipeline parameter's default; a name that is not there is added."""

    name: str
    default: Any

    @property
    def merge_key(self) -> str:  # type: ignore[override]
        return f"pipeline parameter {self.name}"

    def apply(self, document: PipelineDocument) -> PipelineDocument:
        old = next((p for p in document.parameters if p.name == self.name), None)
        values = {"name": self.name, "default": self.default, "description": old.description if old else ""}
        made = checks.parameter_of(values, len(document.parameters))
        if old is None:
            if len(document.parameters) >= checks.MAX_PARAMETERS:
                message = _("A pipeline can have at most {most} parameters.", most=checks.MAX_PARAMETERS)
                raise Misfit(("parameters",), message)
            return document.model_copy(update={"parameters": (*document.parameters, made)})
        return _with_parameters(document, lambda p: made if p.name == self.name else p)

    def describe(self) -> str:
        return _("Set the pipeline parameter {name} to {value}", name=self.name, value=brief(self.default))


@dataclass(frozen=True)
class DescribePipelineParameter(Edit):
    """Say what a pipeline parameter is for."""

    name: str
    description: str

    @property
    def merge_key(self) -> str:  # type: ignore[override]
        return f"description of pipeline parameter {self.name}"

    def apply(self, document: PipelineDocument) -> PipelineDocument:
        made = checks.parameter_of({**_parameter(document, self.name).model_dump(), "description": self.description})
        return _with_parameters(document, lambda p: made if p.name == self.name else p)

    def describe(self) -> str:
        return _("Describe the pipeline parameter {name}", name=self.name)


@dataclass(frozen=True)
class RemovePipelineParameter(Edit):
    """Take a pipeline parameter away; what referred to it gets its default as a value of its own."""

    name: str

    def apply(self, document: PipelineDocument) -> PipelineDocument:
        default = _parameter(document, self.name).default
        document = _referring(document, lambda name: default if name == self.name else reference(name))
        kept = tuple(p for p in document.parameters if p.name != self.name)
        return document.model_copy(update={"parameters": kept})

    def describe(self) -> str:
        return _("Remove the pipeline parameter {name}", name=self.name)


@dataclass(frozen=True)
class RenamePipelineParameter(Edit):
    """Give a pipeline parameter another name; what refers to it follows."""

    name: str
    new_name: str

    def apply(self, document: PipelineDocument) -> PipelineDocument:
        old = _parameter(document, self.name)
        if self.new_name == self.name:
            return document
        if self.new_name in document.defaults:
            message = _("There is already a pipeline parameter {new_name!r}.", new_name=self.new_name)
            raise ConflictError(message, fix=_("Choose another name."))
        made = checks.parameter_of({**old.model_dump(), "name": self.new_name})
        document = _with_parameters(document, lambda p: made if p.name == self.name else p)
        return _referring(document, lambda name: reference(self.new_name if name == self.name else name))

    def describe(self) -> str:
        return _("Rename the pipeline parameter {name} to {new_name}", name=self.name, new_name=self.new_name)


def with_values(document: PipelineDocument, values: Mapping[str, Any]) -> PipelineDocument:
    """``document`` with other defaults, as a run takes them. NotFoundError for a parameter it does not have."""
    for name, value in values.items():
        _parameter(document, name)
        document = SetPipelineParameter(name, value).apply(document)
    return document


def _parameter(document: PipelineDocument, name: str) -> PipelineParameter:
    found = next((p for p in document.parameters if p.name == name), None)
    if found is None:
        raise NotFoundError("pipeline parameter", name, document.defaults)
    return found


def _node(document: PipelineDocument, step: str) -> StepNode:
    if step not in document.ids:
        raise NotFoundError("step", step, document.ids)
    return document.step(step)


def _values(node: StepNode, document: PipelineDocument) -> Mapping[str, Any]:
    """The step's parameters with its type's defaults, where they can be told; else as they are written."""
    written = filled(node, document.defaults)
    step_type = ports.library().get(node.type)
    if step_type is None:
        return written
    try:
        return step_type.model_validate(dict(written)).model_dump(mode="json")
    except (ValidationError, SekkeiError):
        return {n: _default(step_type, n) for n in step_type.model_fields} | dict(written)


def _default(step_type: type[BaseModel], name: str) -> Any:
    info = step_type.model_fields[name]
    return None if info.is_required() else plain(info.get_default(call_default_factory=True))


def _with_params(document: PipelineDocument, step: str, params: Mapping[str, Any]) -> PipelineDocument:
    steps = tuple(_made(node, params) if node.id == step else node for node in document.steps)
    return document.model_copy(update={"steps": steps})


def _with_parameters(
    document: PipelineDocument, change: Callable[[PipelineParameter], PipelineParameter]
) -> PipelineDocument:
    return document.model_copy(update={"parameters": tuple(map(change, document.parameters))})


def _referring(document: PipelineDocument, put: Callable[[str], Any]) -> PipelineDocument:
    """``document`` with ``put(name)`` in the place of every reference."""
    steps = [
        node if (params := replace_references(node.params, put)) is node.params else _made(node, params)
        for node in document.steps
    ]
    return document.model_copy(update={"steps": tuple(steps)})


def _made(node: StepNode, params: Mapping[str, Any]) -> StepNode:
    return checks.node_of({name: getattr(node, name) for name in StepNode.model_fields} | {"params": params})
