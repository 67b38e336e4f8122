"""Clean missing data."""

from __future__ import annotations

from tests.pipelines.steps.cases import Case

CASES = [
    *(Case({"strategy": s}) for s in ("mean", "median", "most_frequent", "constant", "drop_rows", "drop_columns")),
    Case({"strategy": "constant", "fill_value": "unknown", "columns": {"kind": "text"}}),
    Case({"strategy": "constant", "fill_value": -1.5, "columns": {"kind": "numeric"}}),
    Case({"strategy": "drop_rows", "columns": ["text", "label"]}),
]
