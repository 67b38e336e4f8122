"""Where tuning looks: the ranges that an algorithm declares, or those that an analyst writes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import ValidationError

from pipelines.algorithms.base import Algorithm
from pipelines.errors import InputError, nearest
from pipelines.messages import _, declared
from pipelines.parameters import Search

if TYPE_CHECKING:
    import optuna

AUTO = "auto"
GRID_POINTS = 5
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_RANGE = re.compile(rf"\s*({_NUMBER})\s+to\s+({_NUMBER})(\s+log)?\s*")


def searches_of(algorithm: Algorithm, ranges: Mapping[str, str | Sequence[Any]]) -> dict[str, Search]:
    """The range of each parameter to tune. InputError: a parameter is not there, or a range cannot be read."""
    offered = algorithm.searches()
    if not ranges:
        if not offered:
            raise InputError(
                _("{title} says of no parameter where to look.", title=declared(algorithm.title)),
                fix=_("Name parameters in ranges, such as {example}.", example="{alpha: 0.01 to 10 log}"),
            )
        return offered
    return {name: _search(algorithm, name, given, offered) for name, given in ranges.items()}


def with_values(algorithm: Algorithm, values: Mapping[str, Any]) -> Algorithm:
    """The algorithm with these values, checked. InputError: they do not go together, or with the others."""
    try:
        return type(algorithm).model_validate(algorithm.model_dump() | dict(values))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(str(p) for p in first["loc"][:1])
        raise InputError(
            _(
                "{title} cannot have these values: {reason}",
                title=declared(algorithm.title),
                reason=f"{name} {first['msg']}",
            ),
            fix=_("Give other values or ranges."),
        ) from None


def drawn(trial: optuna.Trial, searches: Mapping[str, Search]) -> dict[str, Any]:
    """The values of a trial. Choices are drawn by their place, as they may be of any kind."""
    found: dict[str, Any] = {}
    for name, search in searches.items():
        if search.choices:
            found[name] = search.choices[trial.suggest_categorical(name, list(range(len(search.choices))))]
            continue
        low, high = bounds(search)
        if isinstance(low, int) and isinstance(high, int):
            found[name] = trial.suggest_int(name, low, high, log=search.log)
        else:
            found[name] = trial.suggest_float(name, low, high, log=search.log)
    return found


def bounds(search: Search) -> tuple[float, float]:
    """The ends of a range of numbers, whole ones if both are."""
    if search.low is None or search.high is None:
        raise ValueError("The range has no ends.")
    return search.low, search.high


def written(search: Search) -> str:
    """A range of numbers as a document has it; whole ends stay whole, others keep their point."""
    low, high = (repr(v) if isinstance(v, int) else repr(float(f"{v:.6g}")) for v in bounds(search))
    return f"{low} to {high}" + (" log" if search.log else "")


def as_drawn(searches: Mapping[str, Search], values: Mapping[str, Any]) -> dict[str, Any] | None:
    """Values as a trial holds them; None where one lies outside its range."""
    found: dict[str, Any] = {}
    for name, search in searches.items():
        value = values[name]
        if search.choices:
            same = [
                i for i, c in enumerate(search.choices) if c == value and isinstance(c, bool) == isinstance(value, bool)
            ]
            if not same:
                return None
            found[name] = same[0]
            continue
        if isinstance(value, bool) or not isinstance(value, int | float) or not _within(search, value):
            return None
        found[name] = value
    return found


def points(search: Search) -> list[Any]:
    """The values of a range that a grid tries: all choices, or up to five numbers evenly from end to end."""
    if search.choices:
        return list(search.choices)
    low, high = bounds(search)
    even = (np.geomspace if search.log else np.linspace)(low, high, GRID_POINTS)
    if isinstance(low, int) and isinstance(high, int):
        return sorted({int(v) for v in np.rint(even)})
    return [low, *(float(f"{v:.6g}") for v in even[1:-1]), high]


def _within(search: Search, value: float) -> bool:
    low, high = bounds(search)
    whole = isinstance(low, int) and isinstance(high, int)
    return low <= value <= high and (not whole or isinstance(value, int))


def _search(algorithm: Algorithm, name: str, given: str | Sequence[Any], offered: Mapping[str, Search]) -> Search:
    known = [n for n in type(algorithm).model_fields if n != "type"]
    if name not in known:
        best = nearest(name, known)
        raise InputError(
            _("{title} has no parameter {name!r}.", title=declared(algorithm.title), name=name),
            fix=_("Did you mean {name!r}?", name=best)
            if best
            else _("Its parameters are {names}.", names=", ".join(known)),
        )
    if given == AUTO:
        if name not in offered:
            raise InputError(
                _("{title} does not say where to look for {name!r}.", title=declared(algorithm.title), name=name),
                fix=_("Write values, or a range such as 0.1 to 10 log."),
            )
        return offered[name]
    if not given:
        raise InputError(_("There is no value to try for {name!r}.", name=name), fix=_("Write one or more values."))
    search = read(name, given) if isinstance(given, str) else Search(choices=tuple(given))
    for value in search.choices or bounds(search):
        with_values(algorithm, {name: value})
    return search


def read(name: str, given: str) -> Search:
    """A range as a document has it, ``0.01 to 10 log``. InputError when it cannot be read."""
    found = _RANGE.fullmatch(given)
    if found is None:
        raise InputError(
            _("The range {given!r} of {name!r} cannot be read.", given=given, name=name),
            fix=_("Write values as a list, or a range such as 1 to 20 or 0.01 to 10 log."),
        )
    low, high = (float(v) if re.search(r"[.eE]", v) else int(v) for v in found.group(1, 2))
    if not low < high or (found.group(3) and low <= 0):
        raise InputError(
            _("The range {given!r} of {name!r} holds nothing to draw from.", given=given, name=name),
            fix=_("It goes from a smaller number to a larger one; with log, both above 0."),
        )
    return Search(low, high, log=bool(found.group(3)))
