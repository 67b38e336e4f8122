"""What changed between two documents, in words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.document.checks import brief, is_long
from pipelines.document.model import PipelineDocument, StepNode
from pipelines.document.references import referred


def difference(old: PipelineDocument, new: PipelineDocument) -> list[str]:
    """One line a change, in the order of the new document; empty when they say the same. Where a step stands on the
    canvas is no change."""
    lines: list[str] = []
    if old.name != new.name:
        lines.append(f"The pipeline is called {new.name!r} instead of {old.name!r}.")
    if old.description != new.description:
        lines.append("The description changed.")
    lines += _parameters(old, new)
    before, after = {s.id: s for s in old.steps}, {s.id: s for s in new.steps}
    lines += [f"{s.id}: removed ({s.type})." for s in old.steps if s.id not in after]
    shifted = moved([i for i in before if i in after], [i for i in after if i in before])
    for step in new.steps:
        earlier = before.get(step.id)
        if earlier is None:
            lines.append(f"{step.id}: added ({step.type}).")
            continue
        if step.id in shifted:
            lines.append(f"{step.id}: moved to place {new.index(step.id) + 1}.")
        lines += [f"{step.id}: {text}" for text in _changes(earlier, step)]
    return lines


def _parameters(old: PipelineDocument, new: PipelineDocument) -> Iterator[str]:
    before, after = {p.name: p for p in old.parameters}, {p.name: p for p in new.parameters}
    for name in (n for n in before if n not in after):
        yield f"Pipeline parameter {name!r}: removed."
    for name, parameter in after.items():
        earlier = before.get(name)
        if earlier is None:
            yield f"Pipeline parameter {name!r}: added, {brief(parameter.default)}."
            continue
        if not same(earlier.default, parameter.default):
            values = f"{brief(earlier.default)} to {brief(parameter.default)}"
            long = is_long(earlier.default) or is_long(parameter.default)
            yield f"Pipeline parameter {name!r}: {'its default changed' if long else values}."
        if earlier.description != parameter.description:
            yield f"Pipeline parameter {name!r}: its description changed."


def same(one: Any, other: Any) -> bool:
    """Whether two plain values are written alike: 1 and True are not, a NaN and a NaN are."""
    return json.dumps(one) == json.dumps(other)


def _changes(old: StepNode, new: StepNode) -> Iterator[str]:
    if old.type != new.type:
        yield f"is a {new.type} instead of a {old.type}."
    if old.enabled != new.enabled:
        yield "switched on." if new.enabled else "switched off."
    if old.title != new.title:
        yield f"called {new.title!r}." if new.title else "its own title taken off."
    if old.note != new.note:
        yield "its note changed."
    for port in dict.fromkeys((*old.inputs, *new.inputs)):
        if old.inputs.get(port) != new.inputs.get(port):
            yield f"{port} reads {new.inputs.get(port, 'the step before')}."
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
            yield f"{full} back at its default, instead of {brief(before)}."
        elif name not in old:
            yield f"{full} set to {brief(after)}."
        elif is_long(before) or is_long(after):
            yield f"{full} changed."
        else:
            yield f"{full} {brief(before)} to {brief(after)}."


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
