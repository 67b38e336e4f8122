"""References of step parameters to pipeline parameters: ``{$parameter: name}`` in the place of a value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pipelines.document.model import PipelineDocument, StepNode

KEY = "$parameter"


def reference(name: str) -> dict[str, str]:
    """What stands in a document for the value of the pipeline parameter ``name``."""
    return {KEY: name}


def referred(value: Any) -> str | None:
    """The pipeline parameter that ``value`` refers to; None when it is a value of its own."""
    return str(value[KEY]) if isinstance(value, Mapping) and len(value) == 1 and KEY in value else None


def references(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every reference inside ``value``, as (where, name of the pipeline parameter)."""
    name = referred(value)
    if name is not None:
        yield path, name
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from references(inner, (*path, str(key)))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from references(inner, (*path, index))


def replace_references(value: Any, put: Callable[[str], Any]) -> Any:
    """``value`` with ``put(name)`` in the place of every reference; the same object when it has none."""
    name = referred(value)
    if name is not None:
        return put(name)
    if isinstance(value, Mapping):
        made = {key: replace_references(inner, put) for key, inner in value.items()}
        return made if any(made[k] is not value[k] for k in made) else value
    if isinstance(value, list | tuple):
        items = [replace_references(inner, put) for inner in value]
        return items if any(a is not b for a, b in zip(items, value, strict=True)) else value
    return value


def users(document: PipelineDocument, name: str) -> list[tuple[str, str]]:
    """Every (step, dotted parameter) that refers to the pipeline parameter ``name``."""
    return [
        (node.id, dotted(path)) for node in document.steps for path, found in references(node.params) if found == name
    ]


def dotted(path: tuple[str | int, ...]) -> str:
    """The parameter that a path leads to, as in ``algorithm.max_depth``; a place in a list is the list's."""
    names: list[str] = []
    for part in path:
        if isinstance(part, int):
            break
        names.append(part)
    return ".".join(names)


def filled(node: StepNode, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """A step's parameters with the pipeline parameters' ``values`` in them; an unknown reference stays one."""
    return replace_references(node.params, lambda name: values.get(name, reference(name)))
