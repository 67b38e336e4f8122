"""Edits: every change of a document is one of these. They are pure: ``apply`` gives a new document.

An edit never refuses a parameter's value, so that a draft with a mistake in it can be kept; it refuses what would
leave no document (a second step of one id, a step that is not there).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipelines.document import checks, nested, ports
from pipelines.document.ids import new_id as new_id
from pipelines.document.model import PipelineDocument, StepNode
from pipelines.document.references import references
from pipelines.document.values import Misfit, brief, plain
from pipelines.errors import ConflictError, NotFoundError
from pipelines.messages import _
from pipelines.steps.base import Behaviour


class Edit:
    """One change. ``merge_key``: edits in a row with the same key are one to undo."""

    merge_key: str | None = None

    def apply(self, document: PipelineDocument) -> PipelineDocument:
        """The changed document. NotFoundError for a step that is not there, DocumentError for what cannot be."""
        raise NotImplementedError

    def describe(self) -> str:
        """What it does, as a history lists it: 'Set clean.strategy to median'."""
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """The edit's name and its values, ready for JSON."""
        return {"edit": type(self).__name__, **{name: plain(value) for name, value in vars(self).items()}}


@dataclass(frozen=True)
class AddStep(Edit):
    """Place a new step behind ``after``, or at the end. Its id comes from the type unless given."""

    type: str
    after: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    id: str | None = None

    def apply(self, document: PipelineDocument) -> PipelineDocument:
        index = len(document.steps) if self.after is None else _index(document, self.after) + 1
        step_id = self.id or new_id(document, self.type)
        if step_id in document.ids:
            raise ConflictError(
                _("There is already a step {step_id!r}.", step_id=step_id), fix=_("Give the new step another id.")
            )
        node = checks.node_of({"id": step_id, "type": self.type, "params": dict(self.params)}, index)
        return _with_steps(document, (*document.steps[:index], node, *document.steps[index:]))

    def describe(self) -> str:
        if self.after:
            return _("Add {type} after {after}", type=self.type, after=self.after)
        return _("Add {type}", type=self.type)


@dataclass(frozen=True)
class RemoveStep(Edit):
    """Take a step out. What named it as an input reads the step's own main source instead."""

    id: str

    def apply(self, document: PipelineDocument) -> PipelineDocument:
        index = _index(document, self.id)
        types = ports.library()
        source = ports.main_source(document.steps, index, types)
        removed = document.steps[index]
        steps = [s for s in document.steps if s.id != self.id]
        for place, node in enumerate(steps):
            inputs = dict(node.inputs)
            for port, written in node.inputs.items():
                if ports.split_source(written)[0] == self.id:
                    del inputs[port]
                    healed = _healed(written, source, removed, types)
                    if healed is not None and _fits(steps, place, port, healed, types):
                        inputs[port] = healed
            steps[place] = _changed(node, inputs=inputs)
        return _with_steps(document, steps)

    def describe(self) -> str:
        return _("Remove {id}", id=self.id)


@dataclass(frozen=True)
class MoveStep(Edit):
    """Put a step at ``index`` of the list. Inputs that would name a later step are dropped; the others stay."""

    id: str
    index: int

    def apply(self, document: PipelineDocument) -> PipelineDocument:
        node = document.steps[_index(document, self.id)]
        steps = [s for s in document.steps if s.id != self.id]
        steps.insert(max(0, min(self.index, len(steps))), node)
        places = {s.id: i for i, s in enumerate(steps)}
        kept = [
            _changed(s, inputs={p: w for p, w in s.inputs.items() if places.get(ports.split_source(w)[0], -1) < i})
            for i, s in enumerate(steps)
        ]
        return _with_steps(document, kept)

    def describe(self) -> str:
        return _("Move {id} to place {index}", id=self.id, index=self.index + 1)


@dataclass(frozen=True)
class DuplicateStep(Edit):
    """Place a copy of a step behind it, under an id of its own."""

    id: str

    def apply(self, document: PipelineDocument) -> PipelineDocument:
        index = _index(document, self.id)
        copy = _changed(document.steps[index], id=new_id(document, self.id), position=None)
        return _with_steps(document, (*document.steps[: index + 1], copy, *document.steps[index + 1 :]))

    def describe(self) -> str:
        return _("Duplicate {id}", id=self.id)


@dataclass(frozen=True)
class SetParameter(Edit):
    """Set a parameter; a dotted name reaches into a group of values, as in ``algorithm.max_depth``.

    Setting a group's ``type`` to another one (``algorithm.type``) resets the rest of the group. A group that came from
    a pipeline parameter becomes the step's own.
    """

    id: str
    name: str
    value: Any

    @property
    def merge_key(self) -> str:  # type: ignore[override]
        return f"parameter {self.id} {self.name}"

    def apply(self, document: PipelineDocument) -> PipelineDocument:
        value = plain(self.value, ("params", self.name))
        names = self.name.split(".")

        def change(node: StepNode) -> dict[str, Any]:
            own = nested.with_own_groups(node.params, names, document.defaults)
            return {"params": nested.with_value(own, names, value)}

        return _change(document, self.id, change)

    def describe(self) -> str:
        return _("Set {id}.{name} to {value}", id=self.id, name=self.name, value=brief(self.value))


@dataclass(frozen=True)
class ResetParameter(Edit):
    """Give a parameter its default again."""

    id: str
    name: str

    def apply(self, document: PipelineDocument) -> PipelineDocument:
        return _change(document, self.id, lambda s: {"params": nested.without(s.params, self.name.split("."))})

    def describe(self) -> str:
        return _("Reset {id}.{name}", id=self.id, name=self.name)


@dataclass(frozen=True)
class SetInput(Edit):
    """Let a port read ``source`` (``"split"``, ``"split.test"``); None: the step before again."""

    id: str
    port: str
    source: str | None

    def apply(self, document: PipelineDocument) -> PipelineDocument:
        def change(node: StepNode) -> dict[str, Any]:
            inputs = dict(node.inputs)
            inputs.pop(self.port, None)
            return {"inputs": inputs if self.source is None else inputs | {self.port: self.source}}

        return _change(document, self.id, change)

    def describe(self) -> str:
        source = self.source or _("the step before")
        return _("Let {id} read {port} from {source}", id=self.id, port=self.port, source=source)


@dataclass(frozen=True)
class RenameStep(Edit):
    """Give a step another id; what named it follows."""

    id: str
    new_id: str

    def apply(self, document: PipelineDocument) -> PipelineDocument:
        index = _index(document, self.id)
        if self.new_id != self.id and self.new_id in document.ids:
            raise ConflictError(
                _("There is already a step {new_id!r}.", new_id=self.new_id), fix=_("Choose another id.")
            )
        steps = [_changed(s, inputs={p: self._follow(w) for p, w in s.inputs.items()}) for s in document.steps]
        steps[index] = _changed(steps[index], id=self.new_id)
        return _with_steps(document, steps)

    def describe(self) -> str:
        return _("Rename {id} to {new_id}", id=self.id, new_id=self.new_id)

    def _follow(self, written: str) -> str:
        step, part = ports.split_source(written)
        return ports.join_source(self.new_id, part) if step == self.id else written


@dataclass(frozen=True)
class SetTitle(Edit):
    """Give a step a name of the analyst's own; empty: the step type's."""

    id: str
    title: str

    @property
    def merge_key(self) -> str:  # type: ignore[override]
        return f"title {self.id}"

    def apply(self, document: PipelineDocument) -> PipelineDocument:
        return _change(document, self.id, lambda _: {"title": self.title})

    def describe(self) -> str:
        return (
            _("Call {id} '{title}'", id=self.id, title=self.title)
            if self.title
            else _("Take the title off {id}", id=self.id)
        )


@dataclass(frozen=True)
class SetNote(Edit):
    id: str
    note: str

    @property
    def merge_key(self) -> str:  # type: ignore[override]
        return f"note {self.id}"

    def apply(self, document: PipelineDocument) -> PipelineDocument:
        return _change(document, self.id, lambda _: {"note": self.note})

    def describe(self) -> str:
        return _("Write a note on {id}", id=self.id) if self.note else _("Take the note off {id}", id=self.id)


@dataclass(frozen=True)
class EnableStep(Edit):
    """Switch a step on or off; what reads a step that is off reads what feeds it."""

    id: str
    enabled: bool

    def apply(self, document: PipelineDocument) -> PipelineDocument:
        return _change(document, self.id, lambda _: {"enabled": self.enabled})

    def describe(self) -> str:
        return _("Switch {id} on", id=self.id) if self.enabled else _("Switch {id} off", id=self.id)


@dataclass(frozen=True)
class PlaceStep(Edit):
    """Where the canvas shows a step."""

    id: str
    x: float
    y: float

    @property
    def merge_key(self) -> str:  # type: ignore[override]
        return f"place {self.id}"

    def apply(self, document: PipelineDocument) -> PipelineDocument:
        return _change(document, self.id, lambda _: {"position": (self.x, self.y)})

    def describe(self) -> str:
        return _("Place {id}", id=self.id)


@dataclass(frozen=True)
class RenamePipeline(Edit):
    name: str
    merge_key = "name"

    def apply(self, document: PipelineDocument) -> PipelineDocument:
        return document.model_copy(update={"name": checks.pipeline_name(self.name)})

    def describe(self) -> str:
        return _("Rename the pipeline to {name}", name=self.name)


@dataclass(frozen=True)
class ReplaceColumn(Edit):
    """Write another column's name wherever ``parameter`` of a step names ``old``, itself or by a pipeline parameter."""

    step: str
    parameter: str
    old: str
    new: str

    def apply(self, document: PipelineDocument) -> PipelineDocument:
        names = self.parameter.split(".")
        value = nested.value_at(document.steps[_index(document, self.step)].params, names)
        if value is None:
            return document
        taken = {name for _, name in references(value)}
        parameters = tuple(
            p.model_copy(update={"default": nested.replaced(p.default, self.old, self.new)}) if p.name in taken else p
            for p in document.parameters
        )
        changed = nested.replaced(value, self.old, self.new)
        document = document.model_copy(update={"parameters": parameters})
        return _change(document, self.step, lambda s: {"params": nested.with_value(s.params, names, changed)})

    def describe(self) -> str:
        return _(
            "Replace column {old} by {new} in {step}.{parameter}",
            old=self.old,
            new=self.new,
            step=self.step,
            parameter=self.parameter,
        )


def _index(document: PipelineDocument, step_id: str) -> int:
    if step_id not in document.ids:
        raise NotFoundError("step", step_id, document.ids)
    return document.index(step_id)


def _with_steps(document: PipelineDocument, steps: Sequence[StepNode]) -> PipelineDocument:
    if len(steps) > checks.MAX_STEPS:
        raise Misfit(("steps",), _("A pipeline can have at most {most} steps.", most=checks.MAX_STEPS))
    return document.model_copy(update={"steps": tuple(steps)})


def _changed(node: StepNode, **fields: Any) -> StepNode:
    if all(getattr(node, name) == value for name, value in fields.items()):
        return node
    return checks.node_of({name: getattr(node, name) for name in StepNode.model_fields} | fields)


def _change(document: PipelineDocument, step_id: str, change: Callable[[StepNode], dict[str, Any]]) -> PipelineDocument:
    index = _index(document, step_id)
    node = document.steps[index]
    return _with_steps(
        document, (*document.steps[:index], _changed(node, **change(node)), *document.steps[index + 1 :])
    )


def _healed(written: str, source: str | None, removed: StepNode, types: ports.StepTypes) -> str | None:
    """What a reference to a removed step names instead: the removed step's main source, keeping the part asked for."""
    if source is None:
        return None
    step, own = ports.split_source(source)
    part = ports.split_source(written)[1]
    removed_type = types.get(removed.type)
    if part not in ports.PARTS or (removed_type is not None and removed_type.behaviour is Behaviour.SPLIT):
        part = ""
    return ports.join_source(step, part or own)


def _fits(steps: Sequence[StepNode], place: int, port_name: str, source: str, types: ports.StepTypes) -> bool:
    """Whether the port can read ``source``, and would not read it anyway."""
    inputs = ports.inputs_of(types.get(steps[place].type))
    port = ports.find_port(inputs, port_name)
    if port is None:
        return False
    step, part = ports.split_source(source)
    origin = next((s for s in steps[:place] if s.id == step), None)
    if origin is None or not ports.outputs_kind(types.get(origin.type), port.kind):
        return False
    has_default = port.kind == "model" or port == ports.main_port(inputs)
    return bool(part) or not has_default or ports.default_source(steps, place, port.kind, types) != step
