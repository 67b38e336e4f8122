"""Plain values into a document, with every mistake told in an analyst's words."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from pipelines.document.model import ID_PATTERN, InferenceEdits, PipelineDocument, PipelineParameter, StepNode
from pipelines.document.references import references
from pipelines.document.values import Misfit, Path, cut, plain, shown
from pipelines.errors import nearest
from pipelines.messages import _, listed

MAX_STEPS = 500
MAX_PARAMETERS = 200
FORMAT = 3

_DOCUMENT_KEYS = tuple(PipelineDocument.model_fields)
_STEP_KEYS = tuple(StepNode.model_fields)
_PARAMETER_KEYS = tuple(PipelineParameter.model_fields)


def document_of(data: Any) -> PipelineDocument:
    """The document that ``data`` (mappings, lists, plain values) describes. Misfit for the first mistake."""
    if not isinstance(data, Mapping):
        raise Misfit(
            (),
            _("A pipeline document holds named values, but this is {data}.", data=shown(data)),
            fix=_("Start with 'format: 3', 'name' and 'steps'."),
        )
    _known_keys(data, _DOCUMENT_KEYS, (), _("A pipeline document"))
    _format(data.get("format", FORMAT))
    if data.get("name") is None:
        raise Misfit((), _("The pipeline has no name."), fix=_("Add a line like 'name: my-pipeline'."))
    name = _text(data["name"], ("name",), _("The pipeline's name"), 100, blank=False)
    steps = data.get("steps")
    if steps is None:
        steps = []
    if not isinstance(steps, Sequence) or isinstance(steps, str):
        raise Misfit(("steps",), _("'steps' must be a list of steps, but it is {steps}.", steps=shown(steps)))
    if len(steps) > MAX_STEPS:
        raise Misfit(
            ("steps",),
            _(
                "The pipeline has {number} steps; {most} is the most it can have.",
                number=len(steps),
                most=MAX_STEPS,
            ),
        )
    nodes = tuple(_node(step, index) for index, step in enumerate(steps))
    _unique([n.id for n in nodes], "steps", "id", _("Steps"))
    parameters = _parameters(data.get("parameters"))
    description = _text(data.get("description") or "", ("description",), _("The description"), 4000, lines=True)
    fields = {"parameters": parameters, "steps": nodes, "inference": inference_of(data.get("inference"))}
    return _made(PipelineDocument, (), name=name, description=description, **fields)


def inference_of(data: Any) -> InferenceEdits:
    """The edits of the inference pipelines, checked as in a document."""
    if data is None or isinstance(data, InferenceEdits):
        return data or InferenceEdits()
    path: Path = ("inference",)
    if not isinstance(data, Mapping):
        example = _("Write it as {threshold: 0.3}.")
        raise Misfit(path, _("'inference' must hold named values, but it is {data}.", data=shown(data)), fix=example)
    _known_keys(data, tuple(InferenceEdits.model_fields), path, _("'inference'"))
    return _made(InferenceEdits, path, **{str(k): plain(v, (*path, str(k))) for k, v in data.items()})


def node_of(data: Mapping[str, Any], index: int = 0) -> StepNode:
    """One step, checked as in a document."""
    return _node(data, index)


def parameter_of(data: Any, index: int = 0) -> PipelineParameter:
    """One pipeline parameter, checked as in a document."""
    path: Path = ("parameters", index)
    example = _("Write it as {name: threshold, default: 0.5}.")
    if not isinstance(data, Mapping):
        raise Misfit(path, _("Pipeline parameter {number} is {data}.", number=index + 1, data=shown(data)), fix=example)
    name = data.get("name")
    who = (
        _("Pipeline parameter {name!r}", name=name)
        if isinstance(name, str)
        else _("Pipeline parameter {number}", number=index + 1)
    )
    _known_keys(data, _PARAMETER_KEYS, path, who)
    rule = _("A name starts with a letter or underscore and has at most 64 letters, digits, '_' and '-'.")
    if not isinstance(name, str) or not re.fullmatch(ID_PATTERN.strip("^$"), name):
        raise Misfit(
            (*path, "name"), _("{name} cannot be the name of a pipeline parameter.", name=shown(name)), fix=rule
        )
    if "default" not in data:
        raise Misfit(path, _("{who} has no default.", who=who), fix=example)
    default = plain(data["default"], (*path, "default"))
    nested = next((found for _, found in references(default)), None)
    if nested is not None:
        fix = _("Write its value.")
        raise Misfit(
            (*path, "default"),
            _("{who}: the default refers to another parameter, {nested!r}.", who=who, nested=cut(nested)),
            fix=fix,
        )
    description = _text(_or(data, "description", ""), (*path, "description"), _("{who}: the description", who=who), 400)
    return _made(PipelineParameter, path, name=name, default=default, description=description)


def pipeline_name(name: Any) -> str:
    """``name`` if a pipeline may have it; Misfit when not."""
    return _text(name, ("name",), _("The pipeline's name"), 100, blank=False)


def _node(data: Any, index: int) -> StepNode:
    path: Path = ("steps", index)
    if isinstance(data, StepNode):
        data = {name: getattr(data, name) for name in _STEP_KEYS}
    if not isinstance(data, Mapping):
        raise Misfit(
            path,
            _(
                "Step {number} must be written as {{id: …, type: …}}, but it is {data}.",
                number=index + 1,
                data=shown(data),
            ),
        )
    who = _("Step {id!r}", id=data["id"]) if isinstance(data.get("id"), str) else _("Step {number}", number=index + 1)
    _known_keys(data, _STEP_KEYS, path, who)
    fields = {
        "id": _step_id(data.get("id"), (*path, "id"), who),
        "type": _step_type(data.get("type"), (*path, "type"), who),
        "title": _text(_or(data, "title", ""), (*path, "title"), _("{who}: the title", who=who), 120),
        "note": _text(_or(data, "note", ""), (*path, "note"), _("{who}: the note", who=who), 2000, lines=True),
        "enabled": _truth(_or(data, "enabled", True), (*path, "enabled"), who),
        "params": _params(_or(data, "params", {}), (*path, "params"), who),
        "inputs": _inputs(_or(data, "inputs", {}), (*path, "inputs"), who),
        "position": _position(data.get("position"), (*path, "position"), who),
    }
    return _made(StepNode, path, **fields)


def _or(data: Mapping[str, Any], key: str, default: Any) -> Any:
    value = data.get(key)
    return default if value is None else value


def _known_keys(data: Mapping[Any, Any], known: Sequence[str], path: Path, who: str) -> None:
    for key in data:
        if key not in known:
            best = nearest(str(key), known)
            fix = _("Did you mean {best!r}?", best=best) if best else _("It can have {known}.", known=listed(known))
            raise Misfit((*path, str(key)), _("{who} cannot have {key!r}.", who=who, key=cut(str(key))), fix=fix)


def _format(value: Any) -> None:
    if value == FORMAT and type(value) is int:
        return
    if type(value) is int and value > FORMAT:
        raise Misfit(
            ("format",),
            _(
                "This document has format {value}, written by a newer Sekkei; this one reads format {format}.",
                value=cut(str(value)),
                format=FORMAT,
            ),
            fix=_("Open it with the newer Sekkei."),
        )
    message = _("The format must be {format}, but it is {value}.", format=FORMAT, value=shown(value))
    raise Misfit(("format",), message, fix=_("Write 'format: {format}'.", format=FORMAT))


def _step_id(value: Any, path: Path, who: str) -> str:
    rule = _("An id starts with a letter or underscore and has at most 64 letters, digits, '_' and '-'.")
    if value is None:
        raise Misfit(path[:-1], _("{who} has no id.", who=who), fix=rule)
    if not isinstance(value, str) or not re.fullmatch(ID_PATTERN.strip("^$"), value):
        raise Misfit(path, _("{value} cannot be the id of a step.", value=shown(value)), fix=rule)
    return value


def _step_type(value: Any, path: Path, who: str) -> str:
    if value is None:
        raise Misfit(
            path[:-1], _("{who} has no type.", who=who), fix=_("Say what it does, as in 'type: select_columns'.")
        )
    return _text(value, path, _("{who}: the type", who=who), 64, blank=False)


def _text(value: Any, path: Path, what: str, most: int, *, blank: bool = True, lines: bool = False) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise Misfit(path, _("{what} must be text, but it is {value}.", what=what, value=shown(value)))
    if not blank and not value.strip():
        raise Misfit(path, _("{what} is empty.", what=what))
    if len(value) > most:
        raise Misfit(
            path,
            _(
                "{what} is {length} characters long; {most} is the most it can be.",
                what=what,
                length=len(value),
                most=most,
            ),
        )
    bad = next((c for c in value if unicodedata.category(c) in ("Cc", "Cs") and not (lines and c in "\n\t")), None)
    if bad is not None:
        raise Misfit(
            path, _("{what} has a character that cannot be shown, {bad!r}.", what=what, bad=bad), fix=_("Take it out.")
        )
    return value


def _truth(value: Any, path: Path, who: str) -> bool:
    if not isinstance(value, bool):
        raise Misfit(path, _("{who}: 'enabled' must be true or false, but it is {value}.", who=who, value=shown(value)))
    return value


def _params(value: Any, path: Path, who: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        wanted = _("named values, as in {strategy: median}")
        raise Misfit(
            path, _("{who}: 'params' must be {wanted}, but it is {value}.", who=who, wanted=wanted, value=shown(value))
        )
    return {str(key): plain(item, (*path, str(key))) for key, item in value.items()}


def _inputs(value: Any, path: Path, who: str) -> dict[str, str]:
    if not isinstance(value, Mapping):
        wanted = _("a step's id for each input, as in {table: split}")
        raise Misfit(
            path, _("{who}: 'inputs' must be {wanted}, but it is {value}.", who=who, wanted=wanted, value=shown(value))
        )
    for port, source in value.items():
        what = _("{who}: the input {port!r}", who=who, port=cut(str(port)))
        _text(str(port), (*path, str(port)), _("{who}: an input's name", who=who), 64, blank=False)
        _text(source, (*path, str(port)), what, 130, blank=False)
    return {str(port): str(source) for port, source in value.items()}


def _position(value: Any, path: Path, who: str) -> tuple[float, float] | None:
    if value is None:
        return None
    pair = list(value) if isinstance(value, list | tuple) else []
    if len(pair) != 2 or not all(_finite(v) for v in pair):
        raise Misfit(
            path,
            _(
                "{who}: 'position' must be two numbers, as in [120, 80], but it is {value}.",
                who=who,
                value=shown(value),
            ),
        )
    return float(pair[0]), float(pair[1])


def _finite(value: Any) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def _parameters(value: Any) -> tuple[PipelineParameter, ...]:
    if value is None:
        return ()
    path: Path = ("parameters",)
    if not isinstance(value, Sequence) or isinstance(value, str):
        example = _("Write each as '- {name: threshold, default: 0.5}'.")
        raise Misfit(
            path, _("'parameters' must be a list of named values, but it is {value}.", value=shown(value)), fix=example
        )
    if len(value) > MAX_PARAMETERS:
        raise Misfit(
            path,
            _(
                "The pipeline has {number} parameters; {most} is the most it can have.",
                number=len(value),
                most=MAX_PARAMETERS,
            ),
        )
    found = tuple(parameter_of(item, index) for index, item in enumerate(value))
    _unique([p.name for p in found], "parameters", "name", _("Pipeline parameters"))
    return found


def _unique(names: Sequence[str], section: str, key: str, what: str) -> None:
    seen: dict[str, int] = {}
    for index, name in enumerate(names):
        if name in seen:
            raise Misfit(
                (section, index, key),
                _(
                    "{what} {first} and {second} have the same {key}, {name!r}.",
                    what=what,
                    first=seen[name] + 1,
                    second=index + 1,
                    key=key,
                    name=name,
                ),
                fix=_("Give one of them another {key}.", key=key),
            )
        seen[name] = index


def _made(model: type[Any], path: Path, **fields: Any) -> Any:
    """The model; whatever it still refuses is told without its own words."""
    try:
        return model(**fields)
    except ValidationError as error:
        where = [str(part) for part in error.errors()[0]["loc"]]
        name = ".".join(where) or "document"
        raise Misfit((*path, *where), _("The value of {name!r} cannot be used.", name=name)) from error
