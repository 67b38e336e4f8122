"""Where a step names a column, and how the name is changed there: in lists and rules, in SQL, in Python."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from typing import Any

from pipelines.columns import Columns
from pipelines.document import nested
from pipelines.document.edits import Edit, ReplaceColumn, SetParameter
from pipelines.graph.order import Node
from pipelines.parameters import Form
from pipelines.steps.base import Step

_SQL = re.compile(
    r"""(?P<text>'(?:[^']|'')*')|(?P<quoted>"(?:[^"]|"")*")|(?P<comment>--[^\n]*|/\*.*?\*/)|(?P<word>[^\W\d]\w*)""",
    re.S,
)
_WORD = re.compile(r"[^\W\d]\w*")


def named(step: Step) -> list[tuple[str, str, str]]:
    """(parameter, column, port) for every column that a parameter spells out; no port means the main one."""
    found = [(parameter, column, "") for parameter, column in dict.fromkeys(step.named_columns())]
    for name, form in _forms(step):
        value = getattr(step, name)
        if form.port and isinstance(value, Columns):
            main = next((p.name for p in step.inputs if p.kind == "table"), "")
            if form.port != main:
                found = [f for f in found if f[0] != name] + [(name, column, form.port) for column in value.named()]
    return found


def texts(step: Step) -> Iterator[tuple[str, str, str]]:
    """(parameter, kind, text) for every parameter that is code: ``sql`` (also an expression) or ``python``."""
    for name, form in _forms(step):
        value = getattr(step, name)
        if isinstance(value, str) and form.widget in ("sql", "expression", "python"):
            yield name, "python" if form.widget == "python" else "sql", value


def mentions(node: Node, column: str) -> bool:
    """Whether a step names a column, in a parameter or in its code."""
    if node.step is None:
        return False
    in_parameters = any(c == column for _, c, _ in named(node.step))
    return in_parameters or any(
        _renamed(kind, text, column, column + "_") != text for _, kind, text in texts(node.step)
    )


def in_code(step: Step, column: str) -> list[str]:
    """The parameters whose code names a column."""
    return [name for name, kind, text in texts(step) if _renamed(kind, text, column, column + "_") != text]


def renaming(node: Node, old: str, new: str) -> list[Edit]:
    """The edits that write ``new`` wherever the step names the column ``old``."""
    if node.step is None:
        return []
    edits: list[Edit] = []
    for parameter in dict.fromkeys(p for p, c, _ in named(node.step) if c == old):
        edits.append(ReplaceColumn(node.id, _place(node, parameter, old), old, new))
    for name, kind, text in texts(node.step):
        if (changed := _renamed(kind, text, old, new)) != text:
            edits.append(SetParameter(node.id, name, changed))
    return edits


def _place(node: Node, parameter: str, old: str) -> str:
    """The parameter as the document writes it: some steps take ``exclude`` without ``columns`` around it."""
    params = node.node.params
    if nested.replaced(params.get(parameter), old, old + "_") != params.get(parameter):
        return parameter
    others = ("exclude", "names")
    return next((n for n in others if nested.replaced(params.get(n), old, old + "_") != params.get(n)), parameter)


def _forms(step: Step) -> Iterator[tuple[str, Form]]:
    for name, info in type(step).model_fields.items():
        for each in info.metadata:
            if isinstance(each, Form):
                yield name, each


def _renamed(kind: str, text: str, old: str, new: str) -> str:
    return _in_python(text, old, new) if kind == "python" else _in_sql(text, old, new)


def _in_sql(text: str, old: str, new: str) -> str:
    """SQL with an identifier changed, quoted or plain (where case does not count); texts and comments stay."""
    quoted = '"' + new.replace('"', '""') + '"'
    plain = new if _WORD.fullmatch(new) else quoted

    def change(match: re.Match[str]) -> str:
        found = match.group()
        if match.lastgroup == "quoted" and found[1:-1].replace('""', '"') == old:
            return quoted
        return plain if match.lastgroup == "word" and found.casefold() == old.casefold() else found

    return _SQL.sub(change, text)


def _in_python(text: str, old: str, new: str) -> str:
    """Python with the texts changed that are the column's name, as in ``table["price"]``."""
    lines = text.splitlines(keepends=True)
    try:
        tokens = [t for t in tokenize.generate_tokens(io.StringIO(text).readline) if t.type == tokenize.STRING]
    except (tokenize.TokenError, SyntaxError):
        return text
    for token in reversed(tokens):
        (row, start), (last, end) = token.start, token.end
        if row == last and token.string in (repr(old), f'"{old}"', f"'{old}'"):
            lines[row - 1] = lines[row - 1][:start] + _written(new, token.string[0]) + lines[row - 1][end:]
    return "".join(lines)


def _written(text: str, quote: str) -> str:
    plain: Any = quote not in text and "\\" not in text and text.isprintable()
    return f"{quote}{text}{quote}" if plain else repr(text)
