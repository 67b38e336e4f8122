"""Addresses within MLflow's pages. Each is empty when the pages are not up."""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import quote


def ui_url(base: str | None, *parts: str, query: str = "") -> str:
    """The page at ``parts`` of the MLflow pages at ``base``."""
    if not base:
        return ""
    path = "/".join(quote(part, safe="") for part in parts)
    return f"{base.rstrip('/')}/#/{path}" + (f"?{query}" if query else "")


def run_url(base: str | None, experiment_id: str, run_id: str) -> str:
    """A run's page."""
    return ui_url(base, "experiments", experiment_id, "runs", run_id)


def compare_url(base: str | None, run_ids: Sequence[str], experiment_ids: Sequence[str]) -> str:
    """The page with runs side by side."""
    runs, experiments = (quote(json.dumps(list(ids))) for ids in (run_ids, experiment_ids))
    return ui_url(base, "compare-runs", query=f"runs={runs}&experiments={experiments}")


def model_url(base: str | None, name: str, version: int | None = None) -> str:
    """The page of a registered model, or of one version of it."""
    return ui_url(base, "models", name, *([] if version is None else ["versions", str(version)]))
