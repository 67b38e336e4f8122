"""An act on steps is the edit that it looks like; several steps are one edit; copies fit where they are pasted."""

from __future__ import annotations

import pytest

from components import step_clipboard
from components.step_acts import Together, edit_of, joined
from pipelines.document.edits import DuplicateStep, Edit, EnableStep, MoveStep, RemoveStep
from pipelines.document.history import History
from pipelines.document.model import PipelineDocument

DOCUMENT = PipelineDocument.model_validate(
    {
        "name": "one",
        "parameters": [{"name": "share", "default": 0.6}],
        "steps": [
            {"id": "a", "type": "dataset", "params": {"dataset": "wine-quality"}},
            {"id": "b", "type": "split_data", "params": {"train_fraction": {"$parameter": "share"}}, "note": "why"},
            {"id": "c", "type": "remove_duplicate_rows", "inputs": {"table": "a"}, "enabled": False},
            {"id": "d", "type": "add_rows", "inputs": {"other": "b"}, "title": "Both"},
        ],
    }
)


@pytest.mark.parametrize(
    ("act", "steps", "edit"),
    [
        ("up", ["b"], MoveStep("b", 0)),
        ("down", ["b"], MoveStep("b", 2)),
        ("up", ["a"], None),
        ("down", ["d"], None),
        ("duplicate", ["a"], DuplicateStep("a")),
        ("power", ["a"], EnableStep("a", False)),
        ("power", ["c"], EnableStep("c", True)),
        ("remove", ["a"], RemoveStep("a")),
        ("remove", ["gone"], None),
        ("explode", ["a"], None),
    ],
)
def test_edit_of_an_act_on_one_step(act: str, steps: list[str], edit: Edit | None) -> None:
    assert edit_of(act, steps, DOCUMENT) == edit


def test_a_drag_moves_to_its_place() -> None:
    assert edit_of("move", ["a"], DOCUMENT, to=2) == MoveStep("a", 2)


@pytest.mark.parametrize(
    ("act", "ids"),
    [
        ("remove", ["a", "d"]),
        ("up", ["b", "c", "a", "d"]),
        ("down", ["a", "d", "b", "c"]),
        ("duplicate", ["a", "b", "c", "split_data", "remove_duplicate_rows", "d"]),
    ],
)
def test_several_steps_are_one_to_undo(act: str, ids: list[str]) -> None:
    history = History(DOCUMENT)
    edit = edit_of(act, ["c", "b"], DOCUMENT)
    assert isinstance(edit, Together)
    found = history.apply(edit).ids
    assert len(found) == len(ids)
    assert [f for f in found if f in DOCUMENT.ids] == [i for i in ids if i in DOCUMENT.ids]
    assert history.undo() == DOCUMENT


def test_switching_several_switches_all_the_same_way() -> None:
    edit = edit_of("power", ["b", "c"], DOCUMENT)
    assert edit is not None
    assert [s.enabled for s in edit.apply(DOCUMENT).steps] == [True, False, False, True]


def test_copies_keep_what_was_written_and_read_one_another() -> None:
    target = PipelineDocument.model_validate({"name": "two", "steps": [{"id": "b", "type": "dataset"}]})
    edit = joined(step_clipboard.pasted(target, step_clipboard.copied(DOCUMENT, ["b", "c", "d"]), "b"))
    assert edit is not None
    made = edit.apply(target)
    split, single, both = made.steps[1:]
    assert split.id != "b"
    assert (split.params, split.note) == ({"train_fraction": 0.6}, "why")
    assert (single.enabled, single.inputs) == (False, {})
    assert (both.title, both.inputs) == ("Both", {"other": split.id})
