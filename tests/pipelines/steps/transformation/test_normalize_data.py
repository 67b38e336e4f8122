"""Normalize data."""

from __future__ import annotations

from tests.pipelines.steps.cases import Case

CASES = [Case({"method": m}) for m in ("zscore", "minmax", "robust", "maxabs")]
