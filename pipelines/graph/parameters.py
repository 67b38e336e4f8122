"""A step's parameters as written, made into a step; what does not fit is told in an analyst's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pipelines.columns import Columns
from pipelines.document.model import StepNode
from pipelines.document.nested import value_at
from pipelines.document.references import dotted, filled, reference, references, replace_references
from pipelines.document.values import shown
from pipelines.errors import SekkeiError, nearest
from pipelines.messages import Message, _, alternatives, listed
from pipelines.steps.base import Step


@dataclass(frozen=True, slots=True)
class ParameterProblem:
    """What is wrong with one parameter. ``better`` is a value (or, for an unknown name, a name) that would be right."""

    parameter: str
    message: str
    fix: str = ""
    better: Any = None
    unknown: bool = False


def read(
    step_type: type[Step], node: StepNode, values: Mapping[str, Any]
) -> tuple[Step | None, tuple[ParameterProblem, ...]]:
    """The step that ``node`` describes, with the pipeline parameters' ``values`` in the place of references to them."""
    unknown = tuple(_unknown_reference(node, path, name, values) for path, name in _unknown(node, values))
    if unknown:
        return None, unknown
    return parse(step_type, filled(node, values))


def _unknown(node: StepNode, values: Mapping[str, Any]) -> list[tuple[tuple[str | int, ...], str]]:
    return [(path, name) for path, name in references(node.params) if name not in values]


def _unknown_reference(
    node: StepNode, path: tuple[str | int, ...], name: str, values: Mapping[str, Any]
) -> ParameterProblem:
    parameter, best = dotted(path), nearest(name, list(values))
    message = _("There is no pipeline parameter {name!r}.", name=name)
    if best is None:
        return ParameterProblem(parameter, message, _("Add it to the pipeline, or write a value here."))
    written = value_at(node.params, parameter.split("."))
    better = replace_references(written, lambda found: reference(best if found == name else found))
    return ParameterProblem(parameter, message, _("Did you mean {best!r}?", best=best), better)


def parse(step_type: type[Step], params: Mapping[str, Any]) -> tuple[Step | None, tuple[ParameterProblem, ...]]:
    """The step with these parameters, or None and every parameter that is not right."""
    try:
        return step_type.model_validate(dict(params)), ()
    except ValidationError as error:
        return None, _problems(step_type, params, error)
    except SekkeiError as error:
        parameter = getattr(error, "parameter", "")
        return None, (ParameterProblem(parameter, error.message, error.fix),)


def _problems(step_type: type[Step], params: Mapping[str, Any], error: ValidationError) -> tuple[ParameterProblem, ...]:
    """One problem a parameter: a parameter that may be one of several things gives an error for each of them."""
    grouped: dict[str, list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        grouped.setdefault(_dotted(detail, params), []).append(detail)
    return tuple(_problem(step_type, name, details, params) for name, details in grouped.items())


def _problem(
    step_type: type[Step], name: str, details: list[ErrorDetails], params: Mapping[str, Any]
) -> ParameterProblem:
    first = details[0]
    kind, value, context = first["type"], first["input"], first.get("ctx") or {}
    if kind == "missing":
        return ParameterProblem(name, _("{name!r} is not set.", name=name), _("Give a value for {name!r}.", name=name))
    if kind == "extra_forbidden":
        return _unknown_parameter(step_type, name, params)
    if kind == "union_tag_invalid":
        tags = [t.strip().strip("'") for t in str(context.get("expected_tags", "")).split(",")]
        return _no_choice(f"{name}.{_discriminator(context)}", str(context.get("tag")), tags)
    if kind == "union_tag_not_found":
        full = f"{name}.{_discriminator(context)}"
        return ParameterProblem(
            full, _("{full!r} is not set.", full=full), _("Choose a value for {full!r}.", full=full)
        )
    if kind == "literal_error" and len(details) == 1:
        return _no_choice(name, value, _choices(context))
    if kind in ("value_error", "assertion_error"):
        raised = context.get("error")
        fix = raised.fix if isinstance(raised, SekkeiError) else ""
        text = _sentence(raised.message if isinstance(raised, SekkeiError) else _words(raised) or first["msg"])
        return ParameterProblem(name, _("{name!r}: {text}", name=name, text=text) if name else text, fix)
    wanted = alternatives(list(dict.fromkeys(_wanted(d) for d in details)))
    return ParameterProblem(
        name,
        _("{name!r} is {value}, but it must be {wanted}.", name=name, value=shown(value), wanted=wanted),
    )


def _unknown_parameter(step_type: type[Step], name: str, params: Mapping[str, Any]) -> ParameterProblem:
    parent, _dot, last = name.rpartition(".")
    known = list(step_type.model_fields) if not parent else _fields_at(step_type, parent, params)
    best = nearest(last, known)
    full = f"{parent}.{best}" if parent and best else best
    message = _("There is no parameter {name!r}.", name=name)
    others = _("The parameters here are {known}.", known=listed(known)) if known else _("Take it out.")
    fix = _("Did you mean {full!r}?", full=full) if best else others
    return ParameterProblem(name, message, fix, full, unknown=True)


def _fields_at(step_type: type[Step], parent: str, params: Mapping[str, Any]) -> list[str]:
    """The fields of the model nested at ``parent``, found by its ``type`` where it can be one of several."""
    model: type[BaseModel] | None = step_type
    parts = parent.split(".")
    for depth, part in enumerate(parts):
        if part.isdecimal() or model is None:
            continue
        info = model.model_fields.get(part)
        models = _models(info.annotation) if info is not None else []
        end = depth + 2 if parts[depth + 1 : depth + 2] and parts[depth + 1].isdecimal() else depth + 1
        tag = value_at(params, [*parts[:end], "type"])
        model = next((m for m in models if len(models) == 1 or _tag(m) == tag), None)
    return [n for n in model.model_fields if n != "type"] if model is not None else []


def _tag(model: type[BaseModel]) -> Any:
    field = model.model_fields.get("type")
    return None if field is None else field.default


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [m for argument in getattr(annotation, "__args__", ()) for m in _models(argument)]


def _no_choice(name: str, value: Any, choices: list[str]) -> ParameterProblem:
    best = nearest(str(value), choices)
    fix = _("Did you mean {best!r}?", best=best) if best else _("Choose one of {choices}.", choices=listed(choices, 20))
    return ParameterProblem(name, _("{name!r} cannot be {value}.", name=name, value=shown(value)), fix, best)


def _choices(context: Mapping[str, Any]) -> list[str]:
    text = str(context.get("expected", "")).replace(" or ", ", ")
    return [t.strip().strip("'") for t in text.split(",") if t.strip()]


def _discriminator(context: Mapping[str, Any]) -> str:
    return str(context.get("discriminator", "type")).strip("'")


_WANTED = {
    "int": _("a whole number"),
    "float": _("a number"),
    "string": _("text"),
    "bool": _("true or false"),
    "list": _("a list"),
    "tuple": _("a list"),
    "set": _("a list"),
    "dict": _("a group of named values"),
    "model": _("a group of named values"),
    "none_required": _("empty"),
    "date": _("a date"),
    "datetime": _("a date and time"),
    "finite_number": _("a finite number"),
}
_BOUNDS = {
    "greater_than": ("gt", _("above {bound}")),
    "greater_than_equal": ("ge", _("at least {bound}")),
    "less_than": ("lt", _("below {bound}")),
    "less_than_equal": ("le", _("at most {bound}")),
    "multiple_of": ("multiple_of", _("a multiple of {bound}")),
    "string_too_short": ("min_length", _("at least {bound} characters long")),
    "string_too_long": ("max_length", _("at most {bound} characters long")),
    "too_short": ("min_length", _("a list of at least {bound}")),
    "too_long": ("max_length", _("a list of at most {bound}")),
}


def _wanted(detail: ErrorDetails) -> str:
    """What the parameter should have been, for one of pydantic's kinds of error."""
    kind, context = detail["type"], detail.get("ctx") or {}
    if kind in _BOUNDS:
        key, text = _BOUNDS[kind]
        bound = context.get(key)
        if kind == "string_too_short" and bound == 1:
            return _("filled in")
        return Message(text, {"bound": f"{bound:g}" if isinstance(bound, float) else bound})
    if kind == "model_type" and context.get("class_name") == Columns.__name__:
        return _("a list of columns, or a rule such as {kind: numeric}")
    if kind == "literal_error":
        return _("one of {choices}", choices=listed(_choices(context)))
    if kind == "string_pattern_mismatch":
        return _("a name of letters, digits and underscores")
    if kind == "int_from_float":
        return _("a whole number")
    stem = kind.removesuffix("_type").removesuffix("_parsing").removesuffix("_parsing_size")
    return _WANTED.get(kind) or _WANTED.get(stem) or _("a value of another kind")


def _dotted(detail: ErrorDetails, params: Mapping[str, Any]) -> str:
    """The parameter's name from the root, without the tags pydantic puts in the path for the members of a union."""
    value: Any = params
    names: list[str] = []
    for part in detail["loc"]:
        if isinstance(value, Mapping) and part in value:
            names.append(str(part))
            value = value[part]
        elif isinstance(value, list | tuple) and isinstance(part, int) and part < len(value):
            value = value[part]
            if isinstance(value, Mapping):  # a place in a list of groups is named, one in a list of values is not
                names.append(str(part))
        elif detail["type"] == "missing" and part == detail["loc"][-1]:
            names.append(str(part))
    return ".".join(names)


def _sentence(text: str) -> str:
    text = text if isinstance(text, Message) else text.strip()
    return text if text.endswith((".", "?", "!")) else _("{text}.", text=text)


def _words(error: Exception | None) -> str:
    """What an error says, with its template where it has one."""
    said = error.args[0] if error is not None and error.args else ""
    return said if isinstance(said, str) else str(said)
