"""Encode categories."""

from __future__ import annotations

from tests.pipelines.steps.cases import Case

CASES = [
    Case({"method": "onehot"}),
    Case({"method": "onehot", "max_categories": 3, "drop": "first", "columns": ["text", "int-number"]}),
    Case({"method": "ordinal"}),
]
