"""Apply sql."""

from __future__ import annotations

from tests.pipelines.steps.cases import Case

CASES = [Case({"query": 'select a."float number" + b.y as s, a.key, a.label from t1 a join t2 b on a.key = b.key'})]
