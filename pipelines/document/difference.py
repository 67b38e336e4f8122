"""What changed between two documents, in words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.document.model import PipelineDocument, StepNode
from pipelines.document.references import referred
from pipelines.document.values import brief, is_long
from pipelines.messages import _


def difference(old: PipelineDocument, new: PipelineDocument) -> list[str]:
    """One line a change, in the order of the new document; empty when they say the same. Where a step stands on the
    canvas is no change."""
    lines: list[str] = []
    if old.name != new.name:
        lines.append(_("The pipeline is called {new!r} instead of {old!r}.", new=new.name, old=old.name))
    if old.description != new.description:
        lines.append(_("The description changed."))
    lines += _parameters(old, new)
    before, after = {s.id: s for s in old.steps}, {s.id: s for s in new.steps}
    lines += [_("{step}: removed ({type}).", step=s.id, type=s.type) for s in old.steps if s.id not in after]
    shifted = moved([i for i in before if i in after], [i for i in after if i in before])
    for step in new.steps:
        earlier = before.get(step.id)
        if earlier is None:
            lines.append(_("{step}: added ({type}).", step=step.id, type=step.type))
            continue
        if step.id in shifted:
            lines.append(_("{step}: moved to place {place}.", step=step.id, place=new.index(step.id) + 1))
        lines += [_("{step}: {change}", step=step.id, change=text) for text in _changes(earlier, step)]
    edits = (d.inference.model_dump(mode="json", exclude_defaults=True) for d in (old, new))
    return lines + [_("Inference pipelines: {change}", change=text) for text in _values("", *edits)]


def _parameters(old: PipelineDocument, new: PipelineDocument) -> Iterator[str]:
    before, after = {p.name: p for p in old.parameters}, {p.name: p for p in new.parameters}
    for name in (n for n in before if n not in after):
        yield _("Pipeline parameter {name!r}: removed.", name=name)
    for name, parameter in after.items():
        earlier = before.get(name)
        if earlier is None:
            yield _("Pipeline parameter {name!r}: added, {value}.", name=name, value=brief(parameter.default))
            continue
        if not same(earlier.default, parameter.default):
            if is_long(earlier.default) or is_long(parameter.default):
                yield _("Pipeline parameter {name!r}: its default changed.", name=name)
            else:
                before_it, after_it = brief(earlier.default), brief(parameter.default)
                yield _("Pipeline parameter {name!r}: {old} to {new}.", name=name, old=before_it, new=after_it)
        if earlier.description != parameter.description:
            yield _("Pipeline parameter {name!r}: its description changed.", name=name)


def same(one: Any, other: Any) -> bool:
    """Whether two plain values are written alike: 1 and True are not, a NaN and a NaN are."""
    return json.dumps(one) == json.dumps(other)


def _changes(old: StepNode, new: StepNode) -> Iterator[str]:
    if old.type != new.type:
        yield _("is a {new} instead of a {old}.", new=new.type, old=old.type)
    if old.enabled != new.enabled:
        yield _("switched on.") if new.enabled else _("switched off.")
    if old.title != new.title:
        yield _("called {title!r}.", title=new.title) if new.title else _("its own title taken off.")
    if old.note != new.note:
        yield _("its note changed.")
    for port in dict.fromkeys((*old.inputs, *new.inputs)):
        if old.inputs.get(port) != new.inputs.get(port):
            yield _("{port} reads {source}.", port=port, source=new.inputs.get(port, _("the step before")))
    yield from _values("", old.params, new.params)


def _values(prefix: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for name in dict.fromkeys((*old, *new)):
        before, after, full = old.get(name), new.get(name), f"{prefix}{name}"
        if name in old and name in new and (before == after or (before != before and after != after)):
            continue
        references = referred(before) is not None or referred(after) is not None
        if isinstance(before, Mapping) and isinstance(after, Mapping) and not references:
            yield from _values(f"{full}.", before, after)
        elif name not in new:
            yield _("{parameter} back at its default, instead of {value}.", parameter=full, value=brief(before))
        elif name not in old:
            yield _("{parameter} set to {value}.", parameter=full, value=brief(after))
        elif is_long(before) or is_long(after):
            yield _("{parameter} changed.", parameter=full)
        else:
            yield _("{parameter} {old} to {new}.", parameter=full, old=brief(before), new=brief(after))


def moved(old: list[str], new: list[str]) -> set[str]:
    """The ids that changed places: all but a longest run of those that kept their order."""
    places = {step: i for i, step in enumerate(old)}
    best: list[list[str]] = []  # best[i]: a longest run in order that ends with new[i]
    for i, step in enumerate(new):
        runs = [best[j] for j in range(i) if places[new[j]] < places[step]]
        best.append([*_longest(runs), step])
    return set(new) - set(_longest(best))


def _longest(runs: list[list[str]]) -> list[str]:
    return max(runs, key=len) if runs else []
