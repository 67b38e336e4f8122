"""Documents as text: safe YAML or JSON in, canonical YAML out.

Plain values are read as YAML 1.2 reads them: ``on``, ``yes`` and ``No`` are text (a column may be called so, and
``on`` is a parameter of a join), and so are dates; keys are always text, as written.
"""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, Never

import yaml
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from pipelines.document.checks import document_of
from pipelines.document.migrations import migrate
from pipelines.document.model import PipelineDocument, PipelineParameter, StepNode
from pipelines.document.ports import library
from pipelines.document.values import MAX_DEPTH, Misfit, Path, cut, plain
from pipelines.errors import DocumentError
from pipelines.messages import _

MAX_BYTES: Final = 1024 * 1024
LINE: Final = 110  # a step that fits in this many characters is written on one line

_NULL, _BOOL, _INT, _FLOAT, _STR = (f"tag:yaml.org,2002:{t}" for t in ("null", "bool", "int", "float", "str"))
_RESOLVERS = (
    (_NULL, r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    (_BOOL, r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    (_INT, r"^[-+]?[0-9]+$", list("-+0123456789")),
    (
        _FLOAT,
        r"^[-+]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|\.inf|\.Inf|\.INF)$|^(?:\.nan|\.NaN|\.NAN)$",
        list("-+.0123456789"),
    ),
)


def loads(text: str | bytes) -> PipelineDocument:
    """The document in ``text``, YAML or JSON, of this format or an older one.

    DocumentError for any mistake, with its line.
    """
    text = _decoded(text)
    data, root = _parsed(text)
    try:
        return document_of(migrate(data))
    except Misfit as misfit:
        node = root if root is not None else _composed(text)
        raise DocumentError(
            _("Line {line}: {message}", line=_line(node, misfit.path), message=misfit.message), fix=misfit.fix
        ) from None


def dumps(document: PipelineDocument) -> str:
    """The canonical text: the same for equal documents, defaults left out, a short step on one line."""
    lines = _dumped({"format": document.format, "name": document.name})
    if document.description:
        lines += _dumped({"description": document.description})
    if document.parameters:
        found = (_slim_parameter(p) for p in document.parameters)
        lines += "parameters:\n" + "".join(map(_item, found))
    if document.steps:
        lines += "steps:\n" + "".join(_item(_slim(s)) for s in document.steps)
    else:
        lines += "steps: []\n"
    if edited := document.inference.model_dump(mode="json", exclude_defaults=True):
        lines += _dumped({"inference": edited})
    if len(lines.encode()) > MAX_BYTES:
        raise DocumentError(
            _("The pipeline is larger than 1 MiB as text."),
            fix=_("Keep data in a dataset, and name it in a dataset step."),
        )
    return lines


def _decoded(text: str | bytes) -> str:
    size = len(text) if isinstance(text, bytes) else len(text.encode(errors="surrogatepass"))
    if size > MAX_BYTES:
        raise DocumentError(
            _("The document is {size:.1f} MiB; 1 MiB is the most that is read.", size=size / MAX_BYTES),
            fix=_("Keep data in a dataset, and name it in a dataset step."),
        )
    if isinstance(text, str):
        return text
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = text[: error.start].count(b"\n") + 1
        raise DocumentError(
            _("Line {line}: the document is not UTF-8 text.", line=line), fix=_("Save it as UTF-8.")
        ) from None


def _parsed(text: str) -> tuple[Any, Node | None]:
    """The plain values, and the nodes they came from where YAML was read."""
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        try:
            return json.loads(text.lstrip("\ufeff"), object_pairs_hook=_unique), None
        except (ValueError, RecursionError):
            pass  # a flow mapping of YAML, or a mistake, which YAML tells with its line
    root = _composed(text)
    return (None if root is None else _value(root)), root


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({k for k, _ in pairs}) < len(pairs):
        raise ValueError
    return dict(pairs)


class _Loader(yaml.SafeLoader):
    """Composes plain values only: no anchors, aliases, tags or merge keys, and no deep nesting."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - as PyYAML declares it
    depth = 0

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        event: Any = self.peek_event()
        if isinstance(event, yaml.AliasEvent):
            _refuse(
                event.start_mark,
                _("the alias '*{anchor}' is not allowed", anchor=cut(str(event.anchor))),
                _("Write the value out."),
            )
        if event.anchor is not None:
            _refuse(
                event.start_mark,
                _("the anchor '&{anchor}' is not allowed", anchor=cut(event.anchor)),
                _("Take it out."),
            )
        if event.tag is not None:
            _refuse(
                event.start_mark, _("the tag '{tag}' is not allowed", tag=cut(event.tag)), _("Write plain values only.")
            )
        if self.depth >= MAX_DEPTH:
            _refuse(
                event.start_mark,
                _("the values are nested too deeply"),
                _("At most {most} levels are read.", most=MAX_DEPTH),
            )
        self.depth += 1
        node: Node | None = super().compose_node(parent, index)
        self.depth -= 1
        return node


class _Dumper(yaml.SafeDumper):
    """Quotes what either YAML 1.1 or the loader here would read as something else."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


for _tag, _pattern, _first in _RESOLVERS:
    _Loader.add_implicit_resolver(_tag, re.compile(_pattern), _first)
    _Dumper.add_implicit_resolver(_tag, re.compile(_pattern), _first)


def _refuse(mark: Any, message: str, fix: str = "") -> Never:
    raise DocumentError(_("Line {line}: {message}.", line=mark.line + 1, message=message), fix=fix)


def _composed(text: str) -> Node | None:
    try:
        return yaml.compose(text.removeprefix("\ufeff"), Loader=_Loader)
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise DocumentError(
            _("Line {line}: the document has a character that cannot be shown.", line=line), fix=_("Take it out.")
        ) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = _reason(error)
        message = _("this is not YAML: {reason}.", reason=reason)
        if mark is not None:
            message = _("Line {line}: this is not YAML: {reason}.", line=mark.line + 1, reason=reason)
        raise DocumentError(message, fix=_advice(error)) from None


def _reason(error: yaml.MarkedYAMLError) -> str:
    if "single document" in (error.context or ""):
        return "a second document begins here, behind '---'"
    return cut((error.problem or error.context or "it cannot be read").replace("<", "").replace(">", ""), 120)


def _advice(error: yaml.MarkedYAMLError) -> str:
    if "\\t" in (error.problem or ""):
        return _("Indent with spaces, not with tabs.")
    if "mapping values" in (error.problem or ""):
        return _("Check the indentation, and put text with ': ' in it in quotes.")
    return _("Check the indentation, the brackets and the quotes there.")


def _value(node: Node) -> Any:
    if isinstance(node, MappingNode):
        found: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                _refuse(key.start_mark, "a name must be text, not a list or a group")
            if key.value in found:
                _refuse(key.start_mark, _("'{key}' is there twice", key=cut(key.value)), _("Keep one of the two."))
            found[key.value] = _value(value)
        return found
    if isinstance(node, SequenceNode):
        return [_value(item) for item in node.value]
    return _scalar(node)


def _scalar(node: Node) -> Any:
    text: str = node.value
    if node.tag == _NULL:
        return None
    if node.tag == _BOOL:
        return text.lower() == "true"
    if node.tag == _INT:
        try:
            return int(text)
        except ValueError:
            _refuse(node.start_mark, _("the number {text} is too long to be read", text=cut(text, 20)))
    if node.tag == _FLOAT:
        return float(re.sub(r"^([-+]?)\.(inf|nan)$", r"\1\2", text.lower()))
    return text


def _line(node: Node | None, path: Path) -> int:
    """The line of the place that ``path`` leads to, or of the nearest place above it that the text has."""
    line = 1 if node is None else node.start_mark.line + 1
    for part in path:
        if isinstance(node, MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == part), None)
            if found is None:
                return line
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            return line
    return line


def _slim_parameter(parameter: PipelineParameter) -> dict[str, Any]:
    found = {"name": parameter.name, "default": _type_first(plain(parameter.default))}
    return found | ({"description": parameter.description} if parameter.description else {})


def _slim(step: StepNode) -> dict[str, Any]:
    """A step without what is at its default, in the order of a document."""
    found: dict[str, Any] = {"id": step.id, "type": step.type}
    if step.title:
        found["title"] = step.title
    if step.inputs:
        found["inputs"] = dict(sorted(step.inputs.items()))
    if step.params:
        found["params"] = _ordered(step.type, plain(step.params))
    if not step.enabled:
        found["enabled"] = False
    if step.note:
        found["note"] = step.note
    if step.position is not None:
        found["position"] = [int(v) if v.is_integer() and abs(v) < 1e15 else v for v in step.position]
    return found


def _ordered(step_type: str, params: dict[str, Any]) -> dict[str, Any]:
    """A step's parameters in the order its type declares them, so that setting one again moves no line.

    What is inside a parameter stays in its order, which may mean something, but a group's ``type`` comes first.
    """
    declared = library().get(step_type)
    order = [n for n in declared.model_fields if n in params] if declared is not None else []
    return {name: _type_first(params[name]) for name in [*order, *sorted(params.keys() - set(order))]}


def _type_first(value: Any) -> Any:
    if isinstance(value, list):
        return [_type_first(v) for v in value]
    if isinstance(value, dict):
        keys = sorted(value, key=lambda name: name != "type")
        return {name: _type_first(value[name]) for name in keys}
    return value


@dataclass(frozen=True, slots=True)
class _Item:
    """An item of a list, known by how its values read in Python."""

    read: str
    values: dict[str, Any] = field(compare=False)


def _item(values: dict[str, Any]) -> str:
    return _laid_out_item(_Item(repr(values), values))


@lru_cache(maxsize=2048)  # of the many steps that are written after an edit, one has changed
def _laid_out_item(item: _Item) -> str:
    text = _dumped([item.values], fits=LINE - 2)
    return "".join(f"  {line}" if line.strip() else line for line in text.splitlines(keepends=True))


def _dumped(value: Any, fits: int = LINE) -> str:
    node = _Dumper(io.StringIO(), sort_keys=False).represent_data(value)
    assert isinstance(node, CollectionNode)
    _lay_out(node, fits)
    node.flow_style = False
    return str(yaml.serialize(node, Dumper=_Dumper, width=1 << 30, allow_unicode=True))


def _lay_out(node: Node, room: int, key: bool = False) -> int | None:
    """Choose one line or a block for each group; the length on one line, None where that cannot be."""
    if isinstance(node, ScalarNode):
        if node.tag == _STR and not key and _is_literal(node.value):
            node.style = "|"
            return None
        if any(c.isspace() and c != " " for c in node.value):
            node.style = '"'  # the only style that keeps every kind of line break
        return len(node.value)
    assert isinstance(node, CollectionNode)
    if isinstance(node, MappingNode):
        lengths = [n for k, v in node.value for n in (_lay_out(k, room, key=True), _lay_out(v, room - 2))]
    else:
        lengths = [_lay_out(item, room - 2) for item in node.value]
    length = None if None in lengths else max(2, sum(2 + (n or 0) for n in lengths))
    node.flow_style = length is not None and length <= room
    return length


def _is_literal(text: str) -> bool:
    """Whether a literal block keeps this text: several lines, none ending in blanks, nothing unprintable."""
    lines = text.split("\n")
    return (
        len(lines) > 1
        and not text[0].isspace()
        and not re.search(r"[ \t]+$", text, re.M)
        and all(c == "\n" or c == "\t" or (c.isprintable() and c != "\ufeff") for c in text)
    )
