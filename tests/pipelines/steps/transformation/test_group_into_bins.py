"""Group into bins."""

from __future__ import annotations

from tests.pipelines.steps.cases import Case

CASES = [
    *(Case({"strategy": s, "n_bins": 4}) for s in ("quantile", "uniform", "kmeans")),
    Case({"edges": [0.25, 0.5], "columns": ["x"], "encode": "label"}),
]
