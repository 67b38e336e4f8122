"""An estimator as Python code: what an algorithm is without Sekkei."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sklearn import config_context


def code_of(estimator: Any) -> str:
    """Code that makes the estimator, with the parameters that are not its defaults; none where it has code of ours."""
    classes = {type(e).__name__: _public(type(e).__module__) for e in _inside(estimator)}
    if any(module.startswith("pipelines") for module in classes.values()):
        return ""
    with config_context(print_changed_only=True):
        made = estimator.__repr__(N_CHAR_MAX=100_000)
    modules: dict[str, list[str]] = {}
    for name, module in sorted(classes.items()):
        if f"{name}(" in made:
            modules.setdefault(module, []).append(name)
    imports = [f"from {module} import {', '.join(names)}" for module, names in sorted(modules.items())]
    return "\n".join([*imports, "", f"model = {made}", ""])


def _inside(value: Any) -> Iterator[Any]:
    """The estimator, and those (and kernels) that its parameters hold."""
    if hasattr(value, "get_params") and not isinstance(value, type):
        yield value
        for inner in value.get_params(deep=False).values():
            yield from _inside(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _inside(inner)
    elif isinstance(value, Mapping):
        yield from _inside(list(value.values()))


def _public(module: str) -> str:
    """The module from which a class is imported: ``sklearn.linear_model`` for ``sklearn.linear_model._ridge``."""
    first, *rest = module.split(".")
    shown = [first, *rest[: next((i for i, p in enumerate(rest) if p.startswith("_")), len(rest))]]
    return "lightgbm" if first == "lightgbm" else ".".join(shown)
