"""Edit metadata."""

from __future__ import annotations

from tests.pipelines.steps.cases import Case

CASES = [
    Case({"columns": ["text"], "data_type": "category", "new_names": ["colour"]}),
    Case({"columns": ["int-number", "Int64"], "type": "float"}),
    Case({"columns": ["Int64", "nothing"], "type": "integer"}),
    Case({"columns": {"kind": "boolean"}, "type": "text", "role": "id"}),
    Case({"columns": ["text", "x"], "new_names": ["x", "text"]}),
    Case({"columns": ["boolean", "int-number"], "type": "text"}),
]
