"""Ids for new steps."""

from __future__ import annotations

import re

from pipelines.document.model import PipelineDocument


def new_id(document: PipelineDocument, name: str) -> str:
    """An id nothing in the document has, from a step type or another id: ``split``, ``split_2``."""
    stem = re.sub(r"[^A-Za-z0-9_-]+", "_", _SHORT.get(name, name)).strip("-")
    stem = re.sub(r"_\d+$", "", stem) or "step"
    stem = (stem if re.match(r"[A-Za-z_]", stem) else f"_{stem}")[:56]
    taken = set(document.ids)
    number = 1
    while (found := stem if number == 1 else f"{stem}_{number}") in taken:
        number += 1
    return found


_SHORT = {
    "clean_missing_data": "clean",
    "select_columns": "columns",
    "set_label": "label",
    "split_data": "split",
    "train_model": "train",
    "score_model": "score",
    "evaluate_model": "evaluate",
    "normalize_data": "normalize",
    "encode_categories": "encode",
    "join_data": "join",
    "apply_sql": "sql",
    "cross_validate_model": "cross_validate",
    "export_data": "export",
    "execute_python": "python",
    "remove_duplicate_rows": "distinct",
    "filter_rows": "filter",
    "group_into_bins": "bins",
}
