"""A chain as a file, without pickle: skops writes it, and only types of known origin are built when it is read."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import skops.io

from pipelines.errors import SekkeiError
from pipelines.messages import _, listed
from pipelines.settings import settings

TRUSTED_PACKAGES = ("pipelines.", "sklearn.", "numpy.", "scipy.")
CUSTOM_STEPS = "sekkei_steps."  # found in the workspace's own copies of its step files, or in the model's code folder
TRUSTED_FUNCTIONS = (
    "pipelines.chain.",
    "pipelines.steps.",
    "sklearn.feature_selection.",
    "sklearn.utils.validation.check_array",
    "functools.partial",
)
TRUSTED_CLASSES = frozenset(
    {
        "lightgbm.basic.Booster",  # written as LightGBM's own text of the trees, and read from it
        "lightgbm.sklearn.LGBMClassifier",
        "lightgbm.sklearn.LGBMRegressor",
        "collections.OrderedDict",
        "collections.defaultdict",
    }
)
TRUSTED_BUILTINS = frozenset({"builtins.slice", "builtins.range", "builtins.complex", "builtins.bytes"})


def dump(chain: Any, path: str | Path) -> None:
    """Write a chain, or one fitted link. The contract goes along as JSON."""
    skops.io.dump(chain, Path(path))


def load(path: str | Path) -> Any:
    """Read what ``dump`` wrote. SekkeiError names the types that are not trusted, and nothing of the file is built."""
    file = Path(path)
    if not file.is_file():
        raise SekkeiError(_("There is no model file {file!r}.", file=file.name))
    try:
        found = skops.io.get_untrusted_types(file=file)
    except Exception as error:
        raise SekkeiError(_("{file!r} is no model file: {error}", file=file.name, error=error)) from error
    refused = [t for t in found if not is_trusted(t)]
    if refused:
        raise SekkeiError(
            _(
                "{file!r} holds types that are not trusted: {types}.",
                file=file.name,
                types=listed(sorted(refused)[:8]),
            ),
            fix=_("Load only models that this installation wrote."),
        )
    return skops.io.load(file, trusted=found)


def is_trusted(name: str) -> bool:
    """Whether a type or function, by its full name, may be built when a model is read.

    Classes of the packages a chain is made of, and few of their functions: among the others are some that run code.
    """
    if name.startswith(CUSTOM_STEPS) and not settings().python_steps:
        return False
    if name in TRUSTED_BUILTINS or name in TRUSTED_CLASSES or name.startswith(TRUSTED_FUNCTIONS):
        return True
    if not name.startswith((*TRUSTED_PACKAGES, CUSTOM_STEPS)):
        return False
    module, _, attribute = name.rpartition(".")
    try:
        return isinstance(getattr(import_module(module), attribute, None), type)
    except ImportError:
        return False
