"""What a form needs to know of a parameter, read off a step's or an algorithm's declaration."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined, to_jsonable_python

from components.language import said
from components.parameter_labels import label_of
from pipelines.columns import Columns
from pipelines.parameters import Form

Kind = Literal[
    "columns", "column", "new_column", "dataset", "version", "database", "store", "grid", "code", "variant", "variants",
    "boolean", "choice", "choices", "integer", "number", "string", "list", "ranges", "other",
]  # fmt: skip

_CODE = {"expression", "sql", "python", "r"}


@dataclass(frozen=True)
class Parameter:
    """One parameter. ``default`` is a plain value, ``required`` says there is none; ``optional``: it may be empty."""

    name: str
    label: str
    help: str
    kind: Kind
    default: Any
    required: bool
    optional: bool
    low: float | None
    high: float | None
    choices: tuple[Any, ...]
    form: Form
    variants: tuple[type[BaseModel], ...] = ()
    of_text: bool = False  # a list whose values are text, also where they look like numbers

    def applies(self, values: Mapping[str, Any]) -> bool:
        """Whether it means anything beside the values of its siblings."""
        return all(_is_among(values.get(sibling), wanted) for sibling, wanted in self.form.when.items())


def choice(value: str) -> str:
    """A choice of a parameter as the visitor reads it: in the language's words where there are some."""
    found = said(value)
    return found if found != value else value.replace("_", " ")


@cache
def parameters(model: type[BaseModel]) -> tuple[Parameter, ...]:
    """The parameters of a step type or an algorithm, in the order of its declaration."""
    return tuple(_parameter(name, info) for name, info in model.model_fields.items() if not _is_tag(info.annotation))


def effective(model: type[BaseModel], written: Mapping[str, Any]) -> dict[str, Any]:
    """Every parameter's value: as written, or its default."""
    return {p.name: written.get(p.name, p.default) for p in parameters(model)}


def variant_named(parameter: Parameter, tag: Any) -> type[BaseModel] | None:
    """The variant whose ``type`` is ``tag``."""
    return next((v for v in parameter.variants if v.model_fields["type"].default == tag), None)


def _parameter(name: str, info: FieldInfo) -> Parameter:
    form = next((m for m in info.metadata if isinstance(m, Form)), Form())
    members, optional = _members(info.annotation)
    required = info.is_required()
    default = None if required else info.get_default(call_default_factory=True)
    low, high = _bounds(info, members)
    return Parameter(
        name=name,
        label=info.title or label_of(name),
        help=info.description or "",
        kind=_kind(info, members, form),
        default=None if default is PydanticUndefined else _plain(default),
        required=required,
        optional=optional,
        low=low,
        high=high,
        choices=_choices(members),
        form=form,
        variants=_variants(members) if info.discriminator else _listed_variants(members),
        of_text=any(str in _members(a)[0] for m in members for a in get_args(m)[:1]),
    )


def _kind(info: FieldInfo, members: tuple[Any, ...], form: Form) -> Kind:
    if info.discriminator:
        return "variant"
    if form.widget in _CODE:
        return "code"
    if form.widget in ("columns", "column", "new_column", "dataset", "version", "database", "store", "grid", "ranges"):
        return form.widget
    if members == (Columns,):
        return "columns"
    if _listed_variants(members):
        return "variants"
    if all(m is bool or get_origin(m) is Literal for m in members) and members != (bool,):
        return "choice"
    if len(members) != 1:
        return "number" if set(members) == {int, float} else "other"
    only = members[0]
    plain: dict[Any, Kind] = {bool: "boolean", int: "integer", float: "number", str: "string"}
    if only in plain:
        return plain[only]
    if get_origin(only) in (list, tuple):
        inner, _ = _members(get_args(only)[0]) if get_args(only) else ((), False)
        if inner and get_origin(inner[0]) is Literal:
            return "choices"
        return "list" if inner and inner[0] in (str, int, float) else "other"
    return "other"


def _plain(default: Any) -> Any:
    """A default as a document has it; of a variant, its type and what differs from that type's own defaults."""
    if isinstance(default, BaseModel) and "type" in type(default).model_fields:
        return {"type": getattr(default, "type"), **default.model_dump(mode="json", exclude_defaults=True)}  # noqa: B009
    if isinstance(default, list | tuple):
        return [_plain(v) for v in default]
    return to_jsonable_python(default)


def _variants(members: tuple[Any, ...]) -> tuple[type[BaseModel], ...]:
    return tuple(m for m in members if isinstance(m, type) and issubclass(m, BaseModel))


def _listed_variants(members: tuple[Any, ...]) -> tuple[type[BaseModel], ...]:
    """What a list holds, where that is one of several groups of parameters, told apart by their ``type``."""
    if len(members) != 1 or get_origin(members[0]) not in (list, tuple) or not get_args(members[0]):
        return ()
    found = _variants(_members(get_args(members[0])[0])[0])
    return found if len(found) > 1 and all("type" in m.model_fields for m in found) else ()


def _members(annotation: Any) -> tuple[tuple[Any, ...], bool]:
    """The alternatives of a type, without None, and whether None was one of them."""
    found: list[Any] = []
    optional = False
    pending = [annotation]
    while pending:
        each = pending.pop(0)
        origin = get_origin(each)
        if origin in (Union, types.UnionType):
            pending = [*get_args(each), *pending]
        elif hasattr(each, "__metadata__"):
            pending = [get_args(each)[0], *pending]
        elif each is type(None):
            optional = True
        else:
            found.append(each)
    return tuple(found), optional


def _choices(members: tuple[Any, ...]) -> tuple[Any, ...]:
    found: list[Any] = []
    for member in members:
        if get_origin(member) is Literal:
            found += get_args(member)
        elif member is bool and len(members) > 1:
            found += [True, False]
        elif get_origin(member) in (list, tuple) and get_args(member) and get_origin(get_args(member)[0]) is Literal:
            found += get_args(get_args(member)[0])
    return tuple(found)


def _bounds(info: FieldInfo, members: tuple[Any, ...]) -> tuple[float | None, float | None]:
    low = high = None
    whole = members == (int,)
    for mark in info.metadata:
        if (found := getattr(mark, "ge", None)) is not None:
            low = found
        if (found := getattr(mark, "gt", None)) is not None and whole:
            low = found + 1
        if (found := getattr(mark, "le", None)) is not None:
            high = found
        if (found := getattr(mark, "lt", None)) is not None and whole:
            high = found - 1
    return low, high


def _is_tag(annotation: Any) -> bool:
    return get_origin(annotation) is Literal and len(get_args(annotation)) == 1


def _is_among(value: Any, wanted: tuple[Any, ...]) -> bool:
    if isinstance(value, Mapping):  # a variant is asked for by its type
        value = value.get("type", value)
    return value in wanted
