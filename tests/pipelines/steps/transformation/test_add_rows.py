"""Add rows."""

from __future__ import annotations

from tests.pipelines.steps.cases import Case

CASES = [Case({}), Case({"columns": "shared"})]
