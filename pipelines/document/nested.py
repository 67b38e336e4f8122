"""Parameters by dotted name: values inside groups of values, changed without changing what they were in.

A number is a place in a list of groups: ``algorithm.estimators.0.max_depth``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.document.references import referred


def value_at(params: Mapping[str, Any], names: Sequence[str]) -> Any:
    """The value that the names lead to; None where there is none."""
    value: Any = params
    for name in names:
        value = _inner(value, name)
    return value


def with_value(params: Mapping[str, Any], names: Sequence[str], value: Any) -> dict[str, Any]:
    """``params`` with the value there; another ``type`` in a group takes the rest of the group away."""
    made: dict[str, Any] = _with_value(params, names, value)
    return made


def _with_value(params: Any, names: Sequence[str], value: Any) -> Any:
    first, *rest = names
    if rest:
        inner = _inner(params, first)
        if not isinstance(inner, Mapping) and _place(inner, rest[0]) is None:
            inner = {}
        if rest == ["type"] and inner.get("type") != value:
            inner = {}
        value = _with_value(inner, rest, value)
    at = _place(params, first)
    return {**params, first: value} if at is None else [*params[:at], value, *params[at + 1 :]]


def _inner(value: Any, name: str) -> Any:
    """What ``name`` leads to in a group, or in a list of them; None where it leads nowhere."""
    if isinstance(value, Mapping):
        return value.get(name)
    at = _place(value, name)
    return None if at is None else value[at]


def _place(value: Any, name: str) -> int | None:
    """The place in a list that ``name`` is the number of."""
    found = isinstance(value, list) and name.isdecimal() and int(name) < len(value)
    return int(name) if found else None


def with_own_groups(params: Mapping[str, Any], names: Sequence[str], defaults: Mapping[str, Any]) -> Mapping[str, Any]:
    """``params`` where no group around the names comes from a pipeline parameter: its value there stands in it."""
    for depth in range(1, len(names)):
        name = referred(value_at(params, names[:depth]))
        if name is not None:
            params = with_value(params, names[:depth], defaults.get(name))
    return params


def without(params: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """``params`` with nothing there."""
    *outer, last = names
    inner = value_at(params, outer)
    if not isinstance(inner, Mapping):
        return dict(params)
    left = {k: v for k, v in inner.items() if k != last}
    return with_value(params, outer, left) if outer else left


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
