"""Parameters to try a step type with in the contract test. Each step's own test module has them as ``CASES``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Case:
    """Parameters to try a step with. ``runs`` False: its own tests run it, as it needs a model or a dataset."""

    params: dict[str, Any]
    runs: bool = True
