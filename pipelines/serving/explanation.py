"""Why an endpoint gives a row its answer: how far each column's value moves it, found by asking the endpoint."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.chain.contract import Contract
from pipelines.chain.explain import NOISE
from pipelines.serving.measure import Measure, measure_of
from pipelines.serving.variants import Ask, Row, answers, contracted, read_row


@dataclass(frozen=True)
class Effect:
    """How far a column's value moves the answer from where the column's typical value would have it."""

    column: str
    value: Any
    typical: Any
    effect: float


@dataclass(frozen=True)
class Explanation:
    """What moves an answer, strongest first. ``value`` is the number that stands for the answer, by ``measure``.

    ``measure`` None: the answer holds no number, so nothing can be told.
    """

    answer: Mapping[str, Any]
    measure: Measure | None
    value: float | None
    effects: tuple[Effect, ...] = ()


def explanation(contract: Contract | None, row: Row, ask: Ask) -> Explanation:
    """The effects of the row's values, each against its typical value alone, as ``chain.explain`` gives them."""
    contract = contracted(contract)
    given = read_row(contract, row)
    columns = [c for c in contract.columns if not c.passed and c.example is not None and c.name in given]
    first, *others = answers(ask, [given, *(given | {c.name: c.example} for c in columns)])
    measure = measure_of(contract, first)
    if measure is None or math.isnan(before := measure.value(first)):
        return Explanation(first, measure, None)
    least = NOISE * max(1.0, abs(before))
    found = [
        Effect(c.name, given[c.name], c.example, before - measure.value(other))
        for c, other in zip(columns, others, strict=True)
    ]
    told = sorted((e for e in found if abs(e.effect) > least), key=lambda e: -abs(e.effect))
    return Explanation(first, measure, before, tuple(told))
