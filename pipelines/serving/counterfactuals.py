"""What would change an endpoint's answer to a row: the smallest changes that do, with values that training saw."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

from pipelines.chain.contract import Contract
from pipelines.chain.explain import NOISE
from pipelines.chain.predictor import LABELS
from pipelines.errors import InputError
from pipelines.messages import _, alternatives
from pipelines.serving.measure import Measure, measure_of, shares
from pipelines.serving.variants import Ask, Row, answers, between, candidates, contracted, distance, read_row

PAIRED, PAIRED_VALUES = 8, 6  # columns changed two at a time, and values of each


@dataclass(frozen=True)
class Change:
    """Another value of one column."""

    column: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Counterfactual:
    """Changes, and the answer they lead to. ``value``: the number predicted, or the probability of the new class.

    ``distance`` is the size of the changes: of a number the share of training rows between both values, else 1.
    """

    changes: tuple[Change, ...]
    answer: Mapping[str, Any]
    value: float | None
    distance: float

    @property
    def label(self) -> Any:
        return self.answer.get(LABELS)


@dataclass(frozen=True)
class Counterfactuals:
    """The answer to the row as it is, and what would change it."""

    answer: Mapping[str, Any]
    found: tuple[Counterfactual, ...]
    asked: int


def counterfactuals(
    contract: Contract | None, row: Row, ask: Ask, *, target: float | str | None = None, most: int = 12
) -> Counterfactuals:
    """The smallest changes of one column, and where there are none of two, that change the answer to ``row``.

    Of a classifier they lead to another class, or to the class ``target``. Of a prediction they reach the number
    ``target``; without one, what raises and what lowers the prediction most is told for each column, strongest first.
    """
    search = _Search(contracted(contract), row, ask)
    if search.is_number and target is None:
        return Counterfactuals(search.answer, tuple(search.strongest()[:most]), search.asked)
    reached = search.goal(target)
    found = search.smallest(reached) or search.pairs(reached)
    found = sorted(found, key=lambda c: c.distance)[:most]
    return Counterfactuals(search.answer, tuple(found), search.asked)


class _Search:
    """The row with every single change that is tried, and the answers."""

    def __init__(self, contract: Contract, row: Row, ask: Ask) -> None:
        self.contract, self.ask, self.asked = contract, ask, 0
        self.row = read_row(contract, row)
        self.columns = {c.name: c for c in contract.columns if c.name in self.row}
        tried = [Change(n, self.row[n], v) for n, c in self.columns.items() for v in candidates(c, self.row[n])]
        self.answer, *answered = self._answers([(), *((c,) for c in tried)])
        self.singles = [self._told((c,), a) for c, a in zip(tried, answered, strict=True)]

    @property
    def measure(self) -> Measure | None:
        return measure_of(self.contract, self.answer)

    @property
    def is_number(self) -> bool:
        return self.measure is not None and self.measure.kind == "prediction"

    def goal(self, target: float | str | None) -> Callable[[Mapping[str, Any]], bool]:
        """Whether an answer is what is looked for; InputError for a target that cannot be."""
        label = self.answer.get(LABELS)
        if not self.is_number:
            known = self.contract.classes
            if target is not None and known and str(target) not in known:
                message = _("The model tells no class {target!r}.", target=str(target))
                raise InputError(message, fix=_("Its classes are {names}.", names=alternatives(list(known))))
            wanted = None if target is None else str(target)
            return lambda a: a.get(LABELS) not in (None, label) and wanted in (None, str(a.get(LABELS)))
        wished = _number(target)
        rising = wished >= float(label or 0)
        return lambda a: a.get(LABELS) is not None and (a[LABELS] >= wished if rising else a[LABELS] <= wished)

    def strongest(self) -> list[Counterfactual]:
        """Of each column the value that raises the prediction most and the one that lowers it most."""
        before = float(self.answer[LABELS])
        known = [c for c in self.singles if c.value is not None and abs(c.value - before) > NOISE * max(1, abs(before))]
        found: dict[tuple[str, bool], Counterfactual] = {}
        for one in known:
            place = (one.changes[0].column, _moved(one, before) > 0)
            if place not in found or abs(_moved(one, before)) > abs(_moved(found[place], before)):
                found[place] = one
        return sorted(found.values(), key=lambda c: -abs(_moved(c, before)))

    def smallest(self, reached: Callable[[Mapping[str, Any]], bool]) -> list[Counterfactual]:
        """Of each column the smallest change that is enough, looked for between the values first tried too."""
        found = _least(c for c in self.singles if reached(c.answer))
        finer = [
            Change(change.column, change.before, value)
            for one in found.values()
            for change in one.changes
            for value in self._nearer(change)
        ]
        answered = self._answers([(c,) for c in finer])
        closer = [self._told((c,), a) for c, a in zip(finer, answered, strict=True) if reached(a)]
        return list(_least([*found.values(), *closer]).values())

    def pairs(self, reached: Callable[[Mapping[str, Any]], bool]) -> list[Counterfactual]:
        """Changes of two columns that are enough together, of those columns that move the answer most alone."""
        by_column: dict[str, list[Counterfactual]] = {}
        for one in self.singles:
            by_column.setdefault(one.changes[0].column, []).append(one)
        ranked = sorted(by_column.values(), key=lambda few: -max(map(self._moves, few)))[:PAIRED]
        chosen = [sorted(few, key=lambda c: -self._moves(c))[:PAIRED_VALUES] for few in ranked]
        tried = [
            one.changes + other.changes for few, more in combinations(chosen, 2) for one, other in product(few, more)
        ]
        answered = self._answers(tried)
        found = [self._told(changes, a) for changes, a in zip(tried, answered, strict=True) if reached(a)]
        return list(_least(found).values())

    def _nearer(self, change: Change) -> list[Any]:
        """Values between the change's and the next that was tried on the way back to the row's."""
        column, before, after = self.columns[change.column], change.before, change.after
        if not column.type.is_numeric or before is None:
            return []
        tried = [before, *candidates(column, before)]
        low, high = sorted((before, after))
        nearest = min((v for v in tried if low <= v <= high and v != after), key=lambda v: abs(v - after))
        return between(column, nearest, after)

    def _moves(self, found: Counterfactual) -> float:
        """How far a change moves the answer: of a class how much less likely it becomes."""
        label = str(self.answer.get(LABELS))
        before, after = (shares(self.contract, a).get(label) for a in (self.answer, found.answer))
        if before is not None and after is not None:
            return before - after
        moved = self.measure.value(found.answer) - self.measure.value(self.answer) if self.measure else 0.0
        return 0.0 if math.isnan(moved) else abs(moved)

    def _answers(self, changed: Sequence[tuple[Change, ...]]) -> list[Mapping[str, Any]]:
        self.asked += len(changed)
        return answers(self.ask, [self.row | {c.column: c.after for c in changes} for changes in changed])

    def _told(self, changes: tuple[Change, ...], answer: Mapping[str, Any]) -> Counterfactual:
        value = shares(self.contract, answer).get(str(answer.get(LABELS)))
        if value is None and self.measure is not None and self.measure.kind != "probability":
            value = self.measure.value(answer)
        size = sum(distance(self.columns[c.column], c.before, c.after) for c in changes)
        return Counterfactual(changes, answer, None if value is None or math.isnan(value) else value, size)


def _least(found: Iterable[Counterfactual]) -> dict[Any, Counterfactual]:
    """Of changes of the same columns that lead to the same class, the smallest."""
    least: dict[Any, Counterfactual] = {}
    for one in found:
        label = one.label if isinstance(one.label, str) else None
        place = (tuple(c.column for c in one.changes), label)
        if place not in least or one.distance < least[place].distance:
            least[place] = one
    return least


def _moved(found: Counterfactual, before: float) -> float:
    return (found.value or 0.0) - before


def _number(target: float | str | None) -> float:
    try:
        return float(target if target is not None else math.nan)
    except ValueError as error:
        raise InputError(_("The target is a number for this model."), fix=_("Give the value to reach.")) from error
