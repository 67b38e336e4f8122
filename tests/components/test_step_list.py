"""An act on the list is the edit that it looks like."""

from __future__ import annotations

from dataclasses import replace

import pytest

from components.step_list import edit_of
from components.step_view import StepView
from pipelines.document.edits import DuplicateStep, Edit, EnableStep, MoveStep, RemoveStep

FIRST = StepView("a", 1, "A", "Data Input", "", "idle", "", 0, 0, True)
STEPS = [FIRST, replace(FIRST, id="b", number=2), replace(FIRST, id="c", number=3, enabled=False)]


@pytest.mark.parametrize(
    ("event", "edit"),
    [
        ({"act": "up", "id": "b"}, MoveStep("b", 0)),
        ({"act": "down", "id": "b"}, MoveStep("b", 2)),
        ({"act": "up", "id": "a"}, None),
        ({"act": "down", "id": "c"}, None),
        ({"act": "move", "id": "a", "to": 2}, MoveStep("a", 2)),
        ({"act": "duplicate", "id": "a"}, DuplicateStep("a")),
        ({"act": "power", "id": "a"}, EnableStep("a", False)),
        ({"act": "power", "id": "c"}, EnableStep("c", True)),
        ({"act": "remove", "id": "a"}, RemoveStep("a")),
        ({"act": "explode", "id": "a"}, None),
    ],
)
def test_edit_of_an_act(event: dict[str, object], edit: Edit | None) -> None:
    assert edit_of(event, STEPS) == edit
