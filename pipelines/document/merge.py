"""Two people's changes of one pipeline, brought together.

Whoever saves second over another's draft is refused (``Pipelines.save_draft`` raises ConflictError). Then ``open``
gives what is there now, ``difference(base, theirs)`` says what changed, and ``merge`` brings both together; or the
second one's work is kept apart by ``create`` under another name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from pipelines.document import ports
from pipelines.document.checks import document_of
from pipelines.document.difference import moved, same
from pipelines.document.edits import RenameStep, new_id
from pipelines.document.model import PipelineDocument, PipelineParameter, StepNode
from pipelines.document.references import references, referred
from pipelines.document.values import brief, is_long
from pipelines.messages import _, listed

Side = Literal["mine", "theirs"]
T = TypeVar("T")


@dataclass(frozen=True)
class Merged:
    """Both changes in one document. ``conflicts`` says, a line each, where only one of the two could be kept."""

    document: PipelineDocument
    conflicts: list[str]


def merge(base: PipelineDocument, mine: PipelineDocument, theirs: PipelineDocument, prefer: Side = "mine") -> Merged:
    """``mine`` and ``theirs``, both made from ``base``, as one: by step and parameter, what either changed is changed.

    Where both changed the same thing to different values, ``prefer`` decides. Nothing that one of them changed is
    removed because the other removed it. Where a step stands on the canvas is never a conflict.
    """
    base, mine, theirs = _renamed(base, mine, theirs)
    mine, told = _set_apart(base, mine, theirs)
    merger = _Merger(base, mine, theirs, prefer, told)
    return Merged(merger.document(), merger.conflicts)


_NONE: Any = object()


@dataclass
class _Merger:
    base: PipelineDocument
    mine: PipelineDocument
    theirs: PipelineDocument
    prefer: Side
    conflicts: list[str] = field(default_factory=list)

    def document(self) -> PipelineDocument:
        name = self.value("The pipeline's name", self.base.name, self.mine.name, self.theirs.name)
        about = (self.base.description, self.mine.description, self.theirs.description)
        description = self.value(_("The description"), *about)
        steps = self.steps()
        parameters = self.parameters(steps)
        self.dangling(steps)
        edits = (
            d.inference.model_dump(mode="json", exclude_defaults=True) for d in (self.base, self.mine, self.theirs)
        )
        found = {"parameters": parameters, "steps": steps, "inference": self.group("inference.", *edits)}
        return document_of({"name": name, "description": description, **found})

    def value(self, what: str, base: Any, mine: Any, theirs: Any) -> Any:
        """One value of the three; ``_NONE`` stands for none."""
        if _alike(mine, theirs) or _alike(base, theirs):
            return mine
        if _alike(base, mine):
            return theirs
        if what:
            kept = self.kept(mine, theirs)
            self.conflicts.append(
                _(
                    "{what}: {here} here, {there} there; kept {kept}.",
                    what=what,
                    here=_told(mine),
                    there=_told(theirs),
                    kept=_told(kept),
                )
            )
        return self.kept(mine, theirs)

    def kept(self, mine: T, theirs: T) -> T:
        return mine if self.prefer == "mine" else theirs

    # Steps

    def steps(self) -> list[dict[str, Any]]:
        before, mine, theirs = ({s.id: s for s in d.steps} for d in (self.base, self.mine, self.theirs))
        found: dict[str, dict[str, Any]] = {}
        for step in dict.fromkeys((*mine, *theirs)):
            old, here, there = before.get(step), mine.get(step), theirs.get(step)
            if here is not None and there is not None:
                found[step] = self.step(old, here, there)
            elif old is None:
                found[step] = _fields(here or there)
            elif (left := here or there) != old:
                who, other = (_("here"), _("there")) if here is not None else (_("there"), _("here"))
                self.conflicts.append(
                    _("{step}: changed {who}, removed {other}; kept.", step=step, who=who, other=other)
                )
                found[step] = _fields(left)
        return [found[step] for step in self.order(found)]

    def step(self, old: StepNode | None, here: StepNode, there: StepNode) -> dict[str, Any]:
        if here == there or there == old:
            return _fields(here)
        if here == old:
            return _fields(there)
        was = {"id": here.id, "type": _NONE, "params": {}, "inputs": {}} if old is None else _fields(old)
        mine, theirs = _fields(here), _fields(there)
        if here.type != there.type:
            kind = self.value(_("{step}: type", step=here.id), was["type"], here.type, there.type)
            was, mine, theirs = (
                v | {"params": (mine if kind == here.type else theirs)["params"]} for v in (was, mine, theirs)
            )
            mine["type"] = theirs["type"] = kind
        made = {"id": here.id, "type": mine["type"]}
        for name in ("title", "note", "enabled"):
            made[name] = self.value(f"{here.id}: {name}", was.get(name, _NONE), mine[name], theirs[name])
        made["position"] = self.value("", was.get("position"), here.position, there.position)
        for name in ("params", "inputs"):
            made[name] = self.group(f"{here.id}: ", was[name], mine[name], theirs[name])
        return made

    def group(self, prefix: str, base: Any, mine: Any, theirs: Any) -> dict[str, Any]:
        """Named values merged one by one; a group of another ``type``, or a reference, is one value."""
        made: dict[str, Any] = {}
        for name in dict.fromkeys((*mine, *theirs)):
            old, here, there = (v.get(name, _NONE) for v in (base, mine, theirs))
            if all(map(_is_group, (old, here, there))) and len({str(v.get("type")) for v in (old, here, there)}) == 1:
                value: Any = self.group(f"{prefix}{name}.", old, here, there)
            else:
                value = self.value(f"{prefix}{name}", old, here, there)
            if value is not _NONE:
                made[name] = value
        return made if not _same_names(made, mine) else {name: made[name] for name in mine}

    def order(self, kept: Mapping[str, Any]) -> list[str]:
        """Their order, with what this side moved or added put behind the step that it stands behind here."""
        base, mine, theirs = self.base.ids, self.mine.ids, self.theirs.ids
        moved_here, moved_there = _moved(base, mine), _moved(base, theirs)
        both = moved_here & moved_there & set(mine) & set(theirs)
        if both and _among(mine, theirs) != _among(theirs, mine):
            if _among(base, mine) != _among(base, theirs) or moved_here != moved_there:
                side = _("here") if self.prefer == "mine" else _("there")
                self.conflicts.append(
                    _("{steps}: moved on both sides; kept as {side}.", steps=listed(sorted(both)), side=side)
                )
            moved_here = moved_here if self.prefer == "mine" else moved_here - both
        placed = moved_here | (set(mine) - set(theirs))
        order = [s for s in theirs if s in kept and s not in placed]
        for index, step in enumerate(mine):
            if step in kept and step in placed:
                earlier = next((s for s in reversed(mine[:index]) if s in order), None)
                order.insert(order.index(earlier) + 1 if earlier is not None else 0, step)
        return order

    # What steps refer to

    def parameters(self, steps: Sequence[Mapping[str, Any]]) -> list[PipelineParameter | dict[str, Any]]:
        used = {name for step in steps for _, name in references(step["params"])}
        before, mine, theirs = ({p.name: p for p in d.parameters} for d in (self.base, self.mine, self.theirs))
        found: list[PipelineParameter | dict[str, Any]] = []
        for name in _order(list(before), list(mine), list(theirs)):
            old, here, there = before.get(name), mine.get(name), theirs.get(name)
            left = here or there
            assert left is not None
            if here is not None and there is not None:
                was = (old.default, old.description) if old is not None else (_NONE, _NONE)
                default = self.value(_("Pipeline parameter {name}", name=name), was[0], here.default, there.default)
                about = self.value(
                    _("Pipeline parameter {name}: description", name=name), was[1], here.description, there.description
                )
                found.append({"name": name, "default": default, "description": about})
            elif old is None or left != old or name in used:
                if old is not None:
                    self.conflicts.append(
                        _("Pipeline parameter {name}: removed on one side, used on the other; kept.", name=name)
                    )
                found.append(left.model_dump())
        return found

    def dangling(self, steps: Sequence[Mapping[str, Any]]) -> None:
        """Tell of inputs that name a step which only the other side removed."""
        ids = {step["id"] for step in steps}
        known = {*self.mine.ids, *self.theirs.ids}
        before = [(s.id, port) for d in (self.mine, self.theirs) for s in d.steps for port in _lost(s, d.ids)]
        for step in steps:
            for port, source in step["inputs"].items():
                name = ports.split_source(source)[0]
                if name not in ids and name in known and (step["id"], port) not in before:
                    self.conflicts.append(
                        _(
                            "{step}: its input {port} reads {name}, which was removed.",
                            step=step["id"],
                            port=port,
                            name=name,
                        )
                    )


def _order(before: list[str], mine: list[str], theirs: list[str]) -> list[str]:
    """All names, in the order of the side that changed it; where both did, as before, and new ones by name."""
    if mine == theirs or before in (mine, theirs):
        first, second = (theirs, mine) if mine == before else (mine, theirs)
        return list(dict.fromkeys([*first, *second]))
    return list(dict.fromkeys([*(n for n in before if n in mine or n in theirs), *sorted({*mine, *theirs})]))


def _lost(node: StepNode, ids: Sequence[str]) -> list[str]:
    """The inputs that name a step which is not there."""
    return [port for port, source in node.inputs.items() if ports.split_source(source)[0] not in ids]


def _alike(one: Any, other: Any) -> bool:
    return one is other if one is _NONE or other is _NONE else same(one, other)


def _told(value: Any) -> str:
    if value is _NONE:
        return _("the default")
    return _("another text") if is_long(value) else brief(value)


def _is_group(value: Any) -> bool:
    return isinstance(value, Mapping) and referred(value) is None


def _same_names(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return one.keys() == other.keys()


def _fields(node: StepNode | None) -> dict[str, Any]:
    assert node is not None
    return {name: getattr(node, name) for name in StepNode.model_fields}


def _among(names: Sequence[str], kept: Sequence[str]) -> list[str]:
    """Those of ``names`` that are in ``kept`` too, in the order of ``names``."""
    return [n for n in names if n in kept]


def _moved(base: list[str], new: list[str]) -> set[str]:
    return moved(_among(base, new), _among(new, base))


def _renamed(
    base: PipelineDocument, mine: PipelineDocument, theirs: PipelineDocument
) -> tuple[PipelineDocument, PipelineDocument, PipelineDocument]:
    """The three with a step that one side renamed under its new id everywhere, so that the other's changes find it."""
    for old, new in list(_renames(base, mine)):
        if old in theirs.ids and new not in theirs.ids:
            base, theirs = RenameStep(old, new).apply(base), RenameStep(old, new).apply(theirs)
    for old, new in list(_renames(base, theirs)):
        if old in mine.ids and new not in mine.ids:
            base, mine = RenameStep(old, new).apply(base), RenameStep(old, new).apply(mine)
    return base, mine, theirs


def _renames(base: PipelineDocument, new: PipelineDocument) -> Iterator[tuple[str, str]]:
    """(old id, new id) of each step that is there under another id and else as it was."""
    gone = [s for s in base.steps if s.id not in new.ids]
    come = [s for s in new.steps if s.id not in base.ids]
    for step in gone:
        alike = [s for s in come if _but_id(s) == _but_id(step)]
        if len(alike) == 1 and sum(_but_id(s) == _but_id(step) for s in gone) == 1:
            yield step.id, alike[0].id


def _but_id(node: StepNode) -> tuple[Any, ...]:
    return node.type, node.params, node.title, node.note, node.enabled, node.position


def _set_apart(
    base: PipelineDocument, mine: PipelineDocument, theirs: PipelineDocument
) -> tuple[PipelineDocument, list[str]]:
    """``mine`` with other ids for steps of another type that both sides added under one id."""
    told: list[str] = []
    for step in mine.steps:
        if step.id in theirs.ids and step.id not in base.ids and theirs.step(step.id).type != step.type:
            taken = PipelineDocument(
                name="taken", steps=(*theirs.steps, *(s for s in mine.steps if s.id not in theirs.ids))
            )
            fresh = new_id(taken, step.id)
            mine = RenameStep(step.id, fresh).apply(mine)
            told.append(
                _("Both added a step {step!r}; the one from here is called {fresh!r} now.", step=step.id, fresh=fresh)
            )
    return mine, told
