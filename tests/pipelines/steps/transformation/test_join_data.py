"""Join data."""

from __future__ import annotations

from tests.pipelines.steps.cases import Case

CASES = [
    *(Case({"on": ["key"], "how": h}) for h in ("inner", "left", "right", "outer", "semi", "anti")),
    Case({"left_on": ["text", "category"], "right_on": ["arrow", "category"], "suffix": "_2"}),
]
