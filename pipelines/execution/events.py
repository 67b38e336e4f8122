"""What a run tells while it goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipelines.execution.result import StepResult


@dataclass(frozen=True)
class StepChanged:
    """A step has a new status."""

    result: StepResult


@dataclass(frozen=True)
class Progress:
    """How far a running step is, from 0 to 1, in words."""

    step: str
    done: float
    text: str = ""


Event = StepChanged | Progress
Sink = Callable[[Event], None]


def ignore(event: Event) -> None:
    """A sink for those who do not listen."""
