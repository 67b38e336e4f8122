"""What the measuring of a scored table gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pipelines.steps.base import Curve


@dataclass(frozen=True)
class Assessment:
    """Metrics with what there is to show beside them."""

    metrics: dict[str, float]
    curves: tuple[Curve, ...] = ()
    tables: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    confusion: dict[str, Any] | None = None
    notes: tuple[str, ...] = ()
