"""The palette holds the whole library, found by the words people know."""

from __future__ import annotations

import pytest

from components.step_palette import edit_of, entries
from pipelines.algorithms.library import ALGORITHMS
from pipelines.document.edits import AddStep
from pipelines.steps.library import STEP_TYPES


def test_every_step_type_and_algorithm_is_there() -> None:
    ids = [e["id"] for e in entries()]
    assert ids == [*STEP_TYPES, *(f"train_model/{a}" for a in ALGORITHMS)]
    assert all(e["help"] and e["title"] for e in entries())


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("standardscaler", "normalize_data"),
        ("logisticregression", "train_model/logistic_regression"),
        ("gradient boosting", "train_model/boosted_trees_classifier"),
        ("impute", "clean_missing_data"),
        ("clustering", "train_model/k_means"),
        ("fill blanks", "clean_missing_data"),
        ("dedupe", "remove_duplicate_rows"),
        ("delete column", "select_columns"),
        ("dummy", "encode_categories"),
        ("currency", "replace_values"),
        ("spelling", "group_categories"),
        ("stratify", "split_data"),
        ("yes/no", "edit_metadata"),
    ],
)
def test_words_find_entries(word: str, found: str) -> None:
    assert found in [e["id"] for e in entries() if all(w in e["words"] for w in word.split())]


def test_picking_adds_behind_the_selected_step() -> None:
    assert edit_of("split_data", "label") == AddStep("split_data", "label", {})
    assert edit_of("train_model/ridge", None) == AddStep("train_model", None, {"algorithm": {"type": "ridge"}})
    assert edit_of("train_model/rigde", None) is None
    assert edit_of("no_such", None) is None
