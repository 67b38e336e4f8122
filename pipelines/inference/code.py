"""What a stored chain needs to run elsewhere: the engine's modules it is made of, and the libraries these import."""

from __future__ import annotations

import ast
import json
import shutil
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from pipelines.steps import custom

PACKAGE = "pipelines"
ROOT = Path(__file__).parents[2]
SOURCES = ROOT / PACKAGE


def modules_in(file: Path) -> set[str]:
    """The modules of every type and function that a skops file names."""
    with ZipFile(file) as archive:
        return set(_named(json.loads(archive.read("schema.json"))))


def closure(modules: set[str]) -> tuple[set[Path], set[str]]:
    """The engine's files that ``modules`` import, directly or not, and the other packages imported on the way."""
    files: set[Path] = set()
    packages = {m.partition(".")[0] for m in modules} - {PACKAGE, custom.PACKAGE}
    ways = [m for m in modules if m.partition(".")[0] in (PACKAGE, custom.PACKAGE)]
    seen: set[str] = set()
    while ways:
        module = ways.pop()
        if module in seen or not module:
            continue
        seen.add(module)
        file = _file(module)
        if file is None:  # a name imported from a module
            continue
        files.add(file)
        ways.append(module.rpartition(".")[0])
        for name in imports(file):
            top = name.partition(".")[0]
            if top == PACKAGE:
                ways.append(name)
            else:
                packages.add(top)
    return files, packages - sys.stdlib_module_names


@cache
def imports(file: Path) -> frozenset[str]:
    """The modules a file imports when it runs, each with the names taken from it.

    Inside functions too, but for a package's own file: it imports in functions what only the project's users ask for.
    """
    visitor = _Imports(inside=file.name != "__init__.py")
    visitor.visit(ast.parse(file.read_text("utf-8"), str(file)))
    return frozenset(visitor.found)


def copy(files: set[Path], place: Path) -> list[Path]:
    """The files under ``place`` as they stand in the project; gives the packages' folders.

    Files of step types of the analyst's own make a package of their own there.
    """
    folders = set()
    for file in files:
        target = place / (file.relative_to(ROOT) if file.is_relative_to(SOURCES) else Path(custom.PACKAGE, file.name))
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
        folders.add(place / target.relative_to(place).parts[0])
    if place / custom.PACKAGE in folders:
        (place / custom.PACKAGE / "__init__.py").touch()
    return sorted(folders)


def pinned(packages: set[str]) -> list[str]:
    """The distributions that hold these packages, each at the version installed here."""
    known = packages_distributions()
    names = {p if p in known[p] else known[p][0] for p in packages if p in known}
    return [f"{name}=={version(name)}" for name in sorted(names, key=str.casefold)]


def _named(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        module = node.get("__module__")
        if isinstance(module, str):
            yield module
        for value in node.values():
            yield from _named(value)
    elif isinstance(node, list):
        for value in node:
            yield from _named(value)


def _file(module: str) -> Path | None:
    if module.startswith(f"{custom.PACKAGE}."):
        return custom.source_of(module)
    path = ROOT.joinpath(*module.split("."))
    for candidate in (path / "__init__.py", path.with_suffix(".py")):
        if candidate.is_file():
            return candidate
    return None


class _Imports(ast.NodeVisitor):
    def __init__(self, *, inside: bool) -> None:
        self.inside = inside
        self.found: set[str] = set()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        if self.inside:
            self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            for other in node.orelse:
                self.visit(other)
        else:
            self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        self.found |= {name.name for name in node.names}

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.module and not node.level:
            self.found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
