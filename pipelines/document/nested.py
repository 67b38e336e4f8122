"""Parameters by dotted name: values inside groups of values, changed without changing what they were in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.document.references import referred


def value_at(params: Mapping[str, Any], names: Sequence[str]) -> Any:
    """The value that the names lead to; None where there is none."""
    value: Any = params
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def with_value(params: Mapping[str, Any], names: Sequence[str], value: Any) -> dict[str, Any]:
    """``params`` with the value there; another ``type`` in a group takes the rest of the group away."""
    first, *rest = names
    if rest:
        inner = params.get(first)
        inner = inner if isinstance(inner, Mapping) else {}
        if rest == ["type"] and inner.get("type") != value:
            inner = {}
        value = with_value(inner, rest, value)
    return {**params, first: value}


def with_own_groups(params: Mapping[str, Any], names: Sequence[str], defaults: Mapping[str, Any]) -> Mapping[str, Any]:
    """``params`` where no group around the names comes from a pipeline parameter: its value there stands in it."""
    for depth in range(1, len(names)):
        name = referred(value_at(params, names[:depth]))
        if name is not None:
            params = with_value(params, names[:depth], defaults.get(name))
    return params


def without(params: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """``params`` with nothing there."""
    first, *rest = names
    if not rest:
        return {k: v for k, v in params.items() if k != first}
    inner = params.get(first)
    if not isinstance(inner, Mapping):
        return dict(params)
    return {**params, first: without(inner, rest)}


def replaced(value: Any, old: str, new: str) -> Any:
    """``value`` with ``new`` in the place of ``old``: as a whole text, or in a list or the names of a rule.

    A rule's ``kind`` and ``pattern`` are no column names, and stay; so do references to pipeline parameters.
    """
    if referred(value) is not None:
        return value
    if isinstance(value, str):
        return new if value == old else value
    if isinstance(value, list):
        return [replaced(v, old, new) for v in value]
    if isinstance(value, Mapping):
        return {
            (new if k == old and k not in ("kind", "pattern") else k): v
            if k in ("kind", "pattern")
            else replaced(v, old, new)
            for k, v in value.items()
        }
    return value
