"""Select columns."""

from __future__ import annotations

from tests.pipelines.steps.cases import Case

CASES = [
    Case({}),
    Case({"exclude": ["nothing", "label"]}),
    Case({"columns": ["x", "text"]}),
    Case({"kind": "numeric", "pattern": "^[xyI]"}),
]
