"""Filter rows."""

from __future__ import annotations

from tests.pipelines.steps.cases import Case

CASES = [Case({"expression": "\"float number\" > 9 and text <> 'red'"})]
