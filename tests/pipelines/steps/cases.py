"""What a step type's own test module declares: ``CASES`` for the contract test, and ``BARE`` to measure it against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Case:
    """Parameters to try a step with. ``runs`` False: its own tests run it, as it needs a model or a dataset."""

    params: dict[str, Any]
    runs: bool = True


@dataclass(frozen=True)
class Bare:
    """A step's work done by the library below it, as an analyst would write it by hand.

    ``call`` takes the DataFrames of ``tables`` (see ``many_rows``), and last the model where the step takes one; what
    it gives is what the step's table holds, where that is a DataFrame. ``before`` are steps that the first table goes
    through first. ``rows``: with more, ``call`` itself takes too long to be measured. ``also`` says what ``call`` does
    beside the obvious, as the step does it.
    """

    params: dict[str, Any]
    call: Callable[..., Any]
    tables: tuple[str, ...] = ("adult",)
    columns: tuple[str, ...] = ()
    label: str = ""
    before: tuple[tuple[str, dict[str, Any]], ...] = ()
    rows: int | None = None
    also: str = ""
