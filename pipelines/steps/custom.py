"""Step types of the analyst's own: Python files in a workspace's ``steps`` folder, each declaring one type.

A file is read when it is new or has changed, and imported from a copy named by its content: a model that was trained
with it keeps meaning that content. What is wrong with a file is told with its line and hides that file alone.
"""

from __future__ import annotations

import hashlib
import importlib
import logging
import re
import shutil
import sys
import threading
import traceback
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from pipelines.messages import _
from pipelines.settings import settings
from pipelines.steps.base import Behaviour, Step

FOLDER = "steps"
PACKAGE = "sekkei_steps"
COPIES = ".versions"
AT_A_DISTANCE = (
    Behaviour.ROW_WISE,
    Behaviour.FITTED,
    Behaviour.ROW_CHANGING,
    Behaviour.COMBINE,
    Behaviour.SPLIT,
)
"""What a preview can run in a process of its own, as it asks nothing of the engine."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_logger = logging.getLogger(__name__)
_reading = threading.Lock()
_folders: list[Path] = []
_found: dict[tuple[Path, int, int], type[Step] | Problem] = {}


@dataclass(frozen=True)
class Problem:
    """Why a file declares no step type; ``line`` is 0 where none is to blame."""

    file: Path
    message: str
    line: int = 0

    @property
    def type(self) -> str:
        return self.file.stem

    @property
    def said(self) -> str:
        """One line, with the place."""
        place = f"{FOLDER}/{self.file.name}"
        if self.line:
            return _("{file}, line {line}: {message}", file=place, line=self.line, message=self.message)
        return _("{file}: {message}", file=place, message=self.message)


def follow(workspace: Path) -> None:
    """Let the step types of this workspace be known to this process, from now on and as they change."""
    folder = workspace / FOLDER
    with _reading:
        if folder in _folders:
            _folders.remove(folder)
        _folders.append(folder)
        _package(folder / COPIES)


def followed() -> list[Path]:
    """The workspaces whose step types are known, for another process to follow."""
    return [folder.parent for folder in _folders]


def shipped(folder: Path) -> None:
    """Let a model be read that brought step types along in ``folder``, each still the content that its name says."""
    copies = [f for f in folder.glob("*.py") if f.name != "__init__.py"]
    if copies and all(f.stem.rpartition("_")[2] == _digest(f.read_bytes()) for f in copies):
        _package(folder)


def source_of(module: str) -> Path | None:
    """The file that a module of the package was read from, or another with the same content."""
    name = module.removeprefix(f"{PACKAGE}.")
    places = (Path(p) / f"{name}.py" for p in sys.modules[PACKAGE].__path__)
    return next((p for p in places if p.is_file()), None)


def types(taken: Collection[str]) -> dict[str, type[Step]]:
    """The step types by their type, as the files are now; those named in ``taken`` are the library's own."""
    return {t.type: t for t in _all(taken) if not isinstance(t, Problem)}


def problems(taken: Collection[str]) -> list[Problem]:
    """What is wrong with files."""
    return [p for p in _all(taken) if isinstance(p, Problem)]


def declared(file: Path, taken: Collection[str] = (), copies: Path | None = None) -> type[Step] | Problem:
    """The step type that a file declares, or why it declares none."""
    try:
        source = file.read_bytes()
        compile(source, str(file), "exec")
        if file.stem in taken:
            return Problem(file, _("{type!r} is a step type of the library, which no file replaces.", type=file.stem))
        if not _NAME.fullmatch(file.stem):
            return Problem(file, _("A file's name is its step type: small letters, digits and _."))
        return _declared(file, source, copies or file.parent / COPIES)
    except SyntaxError as error:
        return Problem(file, str(error.msg), error.lineno or 0)
    except (OSError, ValueError) as error:
        return Problem(file, str(error))


def _all(taken: Collection[str]) -> Iterable[type[Step] | Problem]:
    if not _folders or not settings().python_steps:
        return []
    found: dict[str, type[Step] | Problem] = {}
    for file, state in _files():
        key = (file, *state)
        with _reading:
            if key not in _found:
                for old in [k for k in _found if k[0] == file]:
                    del _found[old]
                _found[key] = each = declared(file, taken)
                if isinstance(each, Problem):
                    _logger.warning("%s", each.said)
        found[file.stem] = _found[key]
    return found.values()


def _files() -> Iterable[tuple[Path, tuple[int, int]]]:
    for folder in _folders:
        try:
            files = sorted(f for f in folder.iterdir() if f.suffix == ".py" and not f.name.startswith(("_", ".")))
            yield from [(f, (s.st_mtime_ns, s.st_size)) for f in files for s in [f.stat()]]
        except OSError:  # no such folder, or a file that has just gone
            continue


def _declared(file: Path, source: bytes, copies: Path) -> type[Step] | Problem:
    name = f"{file.stem}_{_digest(source)}"
    copy = copies / f"{name}.py"
    _package(copies)
    if not copy.exists():
        copies.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
        importlib.invalidate_caches()
    try:
        module = importlib.import_module(f"{PACKAGE}.{name}")
    except (Exception, SystemExit) as error:
        copy.unlink(missing_ok=True)
        lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == str(copy)]
        return Problem(file, f"{type(error).__name__}: {error}".splitlines()[0][:300], (lines or [0])[-1] or 0)
    return _checked(file, module)


def _checked(file: Path, module: ModuleType) -> type[Step] | Problem:
    """The one step type of a module, once it has all that the library asks of a declaration."""
    own = [t for t in vars(module).values() if isinstance(t, type) and t.__module__ == module.__name__]
    steps = [t for t in own if issubclass(t, Step) and isinstance(vars(t).get("type"), str)]
    if len(steps) != 1:
        return Problem(
            file, _("It declares {count} step types; a file declares one class with a type.", count=len(steps))
        )
    step = steps[0]
    if step.type != file.stem:
        return Problem(
            file, _("Its type is {type!r}; it is named like the file, {name!r}.", type=step.type, name=file.stem)
        )
    for name in ("title", "category"):
        if not isinstance(getattr(step, name, None), str) or not getattr(step, name):
            return Problem(file, _("{name} is missing.", name=name))
    if not isinstance(getattr(step, "behaviour", None), Behaviour):
        return Problem(file, _("{name} is missing.", name="behaviour"))
    if not (step.__doc__ or "").strip() or step.__doc__ == Step.__doc__:
        return Problem(file, _("The class has no docstring; its first line tells what the step does."))
    step.release = int(module.__name__.rpartition("_")[2], 16)  # another content is another step to kept results
    step.runs_code = step.behaviour in AT_A_DISTANCE
    return step


def _digest(source: bytes) -> str:
    return hashlib.sha256(source).hexdigest()[:12]


def _package(place: Path | None = None) -> None:
    """The package that the copies are imported from, with one more folder it is looked for in."""
    package = sys.modules.get(PACKAGE)
    if package is None:
        package = sys.modules[PACKAGE] = ModuleType(PACKAGE)
        package.__path__ = []
    if place is not None and str(place) not in package.__path__:
        package.__path__.append(str(place))


_package()
