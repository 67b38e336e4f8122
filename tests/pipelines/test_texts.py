"""What the engine says to people is made of templates: no text that reaches them is built from pieces."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ENGINE = Path(__file__).parents[2] / "pipelines"
RAISED = ("Error", "Misfit", "Refused", "Diagnostic", "ParameterProblem")  # what is raised, or told before a run
PLAIN = ("NotImplementedError", "RuntimeError", "AttributeError", "OSError", "PermissionError", "ConnectError")
REFUSED = ("ValueError",)  # reaches people from a parameter's validator only
TOLD = ("at", "_report", "progress")  # methods that tell the analyst something
NAMES = ("NotFoundError", "ColumnMissingError")  # what they are given are names; they make the sentence themselves


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            yield function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", ""), node


def built(node: ast.AST) -> bool:
    """Whether a text of several words is put together there, in place of a template."""
    if isinstance(node, ast.IfExp):
        return built(node.body) or built(node.orelse)
    if isinstance(node, ast.BoolOp):
        return any(built(v) for v in node.values)
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add | ast.Mod) and any(has_words(part) for part in ast.walk(node))
    return isinstance(node, ast.JoinedStr) and any(has_letters(part) for part in node.values)


def has_letters(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and any(c.isalpha() for c in str(node.value))


def has_words(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value.strip()


def literal(node: ast.AST) -> bool:
    """Whether a sentence stands there bare, not marked as a message."""
    if isinstance(node, ast.IfExp):
        return literal(node.body) or literal(node.orelse)
    if isinstance(node, ast.BoolOp):
        return any(literal(v) for v in node.values)
    return has_words(node)


def validates(node: ast.AST) -> bool:
    """Whether it is a function that checks a parameter."""
    return isinstance(node, ast.FunctionDef) and any("validator" in ast.unparse(d) for d in node.decorator_list)


def untranslatable(tree: ast.AST) -> list[int]:
    """The lines where a text for people is no message."""
    found: list[int] = []
    validators = {id(call) for function in ast.walk(tree) if validates(function) for _, call in calls(function)}
    for name, call in calls(tree):
        if name in REFUSED and id(call) not in validators:
            continue
        texts = [k.value for k in call.keywords if k.arg in ("message", "fix")]
        if (name.endswith(RAISED) and name not in (*PLAIN, *NAMES)) or name in TOLD:
            texts += call.args
        found += [t.lineno for t in texts if built(t) or literal(t)]
        templated = isinstance(call.func, ast.Name) and name in ("_", "ngettext")
        if templated and any(not isinstance(a, ast.Constant) for a in call.args[: 1 + (name != "_")]):
            found.append(call.lineno)
    return found


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("raise InputError(_('No {x}.', x=1), fix=_('Choose another.'))", []),
        ("raise NotFoundError('step type', name)", []),
        ("raise InputError(f'No {x} here.')", [1]),
        ("raise InputError(_('No.'), fix='Choose ' + x + ' or another.')", [1]),
        ("self.at(node, 'it fails here.')", [1]),
        ("self.at(node, message, _('Take it.') if x else 'Leave it.')", [1]),
        ("_(f'No {x}.')", [1]),
        ("_('No ' + x)", [1]),
    ],
)
def test_the_check_finds_what_it_looks_for(code: str, lines: list[int]) -> None:
    assert untranslatable(ast.parse(code)) == lines


def test_every_text_for_people_is_a_message() -> None:
    found = {
        str(file.relative_to(ENGINE)): lines
        for file in sorted(ENGINE.rglob("*.py"))
        if (lines := untranslatable(ast.parse(file.read_text("utf-8"))))
    }
    assert not found, "these lines have texts that are no messages"
