"""Set label."""

from __future__ import annotations

from tests.pipelines.steps.cases import Case

CASES = [Case({"column": "bool"}), Case({"column": "y", "ids": ["text"], "weight": "x"})]
