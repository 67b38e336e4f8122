"""Shadows: a deployment that is asked what another one was, whose answers are compared, counted and thrown away."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import Any

TOLERANCE = 1e-9


@dataclass
class Comparison:
    """How many requests a shadow answered the same, differently, or not at all; skipped: it could not keep up.

    ``rows`` counts the rows of both kinds of answers, ``rows_different`` those that differ.
    """

    same: int = 0
    different: int = 0
    failed: int = 0
    skipped: int = 0
    rows: int = 0
    rows_different: int = 0

    def to_dict(self) -> dict[str, int]:
        """As the records keep it."""
        return asdict(self)

    @property
    def requests(self) -> int:
        return self.same + self.different + self.failed + self.skipped

    def count(self, answered: tuple[int, bytes], shadow: tuple[int, bytes]) -> None:
        """Compare a request's answer with the shadow's, both as status and body; refusals are compared by status."""
        if shadow[0] != 200 and answered[0] == 200:
            self.failed += 1
            return
        if answered[0] != 200 or shadow[0] != 200:
            same = answered[0] == shadow[0]
            self.same, self.different = self.same + same, self.different + (not same)
            return
        mine, other = _rows(answered[1]), _rows(shadow[1])
        unequal = sum(not _alike(a, b) for a, b in zip(mine, other, strict=False)) + abs(len(mine) - len(other))
        self.rows += max(len(mine), len(other))
        self.rows_different += unequal
        if unequal:
            self.different += 1
        else:
            self.same += 1


def _rows(content: bytes) -> list[Any]:
    found = json.loads(content)
    predictions = found.get("predictions") if isinstance(found, dict) else found
    return predictions if isinstance(predictions, list) else [predictions]


def _alike(one: Any, other: Any) -> bool:
    """Equal, numbers to within rounding: two versions of one model differ in the last digits on other machines."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_alike(value, other[name]) for name, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_alike, one, other))
    if isinstance(one, float) or isinstance(other, float):
        if isinstance(one, int | float) and isinstance(other, int | float):
            return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
        return False
    return bool(one == other) and type(one) is type(other)
