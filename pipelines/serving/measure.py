"""The number that stands for an answer: a prediction, the probability of a class, an anomaly's score."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pipelines.chain.contract import Contract
from pipelines.chain.explain import NUMBERS
from pipelines.chain.predictor import LABELS, PROBABILITIES

Kind = Literal["prediction", "probability", "score"]


@dataclass(frozen=True)
class Measure:
    """The field of an answer that holds the number. ``of``: the class whose probability it is, where that is known."""

    kind: Kind
    field: str
    of: str = ""

    def value(self, answer: Mapping[str, Any]) -> float:
        """The number in an answer; NaN where there is none."""
        found = answer.get(self.field)
        return math.nan if found is None else float(found)


def measure_of(contract: Contract, answer: Mapping[str, Any]) -> Measure | None:
    """The number that stands for ``answer`` and those compared with it; None where the answer has no number.

    Of two classes it is the probability of the second, of more that of the class predicted, as in ``chain.explain``.
    """
    if PROBABILITIES in answer:
        is_score = contract.task == "anomaly"
        second = contract.classes[1] if len(contract.classes) == 2 and not is_score else ""
        return Measure("score" if is_score else "probability", PROBABILITIES, second)
    label = answer.get(LABELS)
    if (own := f"{PROBABILITIES}_{label}") in answer:
        return Measure("probability", own, str(label))
    is_number = contract.task in NUMBERS and isinstance(label, int | float) and not isinstance(label, bool)
    return Measure("prediction", LABELS) if is_number else None


def shares(contract: Contract, answer: Mapping[str, Any]) -> dict[str, float]:
    """The probability of each class, in the classes' order; nothing where the answer has none, or cannot name them."""
    if contract.task == "anomaly":
        return {}
    if answer.get(PROBABILITIES) is not None:
        share, classes = float(answer[PROBABILITIES]), contract.classes
        return {classes[0]: 1 - share, classes[1]: share} if len(classes) == 2 else {}
    start = f"{PROBABILITIES}_"
    return {k.removeprefix(start): float(v) for k, v in answer.items() if k.startswith(start) and v is not None}
