"""What a step does, in one line: its main choice, and what differs from the defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.column_picker import in_words, parsed
from components.language import _, said
from components.parameters import Parameter, choice, parameters, variant_named
from components.wording import listed
from pipelines.steps.base import Step

PARTS, LONGEST = 3, 80
_NAMING = {"column", "new_column", "dataset", "string", "list", "choices"}  # their values speak for themselves


def summary(step: Step) -> str:
    """The line; the step type's own where it has one."""
    if type(step).summary is not Step.summary:
        return said(step.summary())
    values = step.model_dump(mode="json")
    shown = sorted((p for p in parameters(type(step)) if p.applies(values)), key=lambda p: p.kind != "choice")
    parts = [text for i, p in enumerate(shown) if (text := _part(p, values[p.name], leading=i == 0))]
    if not parts:  # all as it comes: then its first number says the most
        parts = [
            _different(p, values[p.name])
            for p in shown
            if p.kind in ("integer", "number") and values[p.name] is not None
        ][:1]
    return listed(parts[:PARTS])[:LONGEST]


def _part(parameter: Parameter, value: Any, *, leading: bool) -> str:
    differs = parameter.required or value != parameter.default
    if parameter.kind == "variant":
        found = variant_named(parameter, value.get("type")) if isinstance(value, Mapping) else None
        return said(str(getattr(found, "title", "")))
    if parameter.kind == "choice" and (leading or differs):
        return choice(value) if isinstance(value, str) else ""
    if not differs or value is None or value == "" or value == []:
        return ""
    return _different(parameter, value)


def _different(parameter: Parameter, value: Any) -> str:
    match parameter.kind:
        case "columns":
            rule = parsed(value)
            return in_words(rule) if rule and rule.names != () else ""
        case "boolean" | "column" if isinstance(value, bool):
            label = said(parameter.label).lower()
            return label if value else _("no {label}", label=label)
        case "integer" | "number":
            return f"{said(parameter.label).lower()} {value:g}" if parameter.name != "random_state" else ""
        case "code":
            return " ".join(str(value).split())
        case kind if kind in _NAMING:
            return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return ""
