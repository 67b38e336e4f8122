"""Split data."""

from __future__ import annotations

from tests.pipelines.steps.cases import Case

CASES = [
    Case({}),
    Case({"stratify": True, "train_fraction": 0.5}),
    Case({"shuffle": False}),
    Case({"stratify": "bool"}),
]
