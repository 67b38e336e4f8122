"""Every step type's example runs and shows something."""

from __future__ import annotations

import pandas as pd
import pytest

from pipelines.execution.examples import demonstrate
from pipelines.steps.base import Behaviour, Example, Step
from pipelines.steps.evaluation.evaluate_model import EvaluateModel
from pipelines.steps.library import STEP_TYPES
from pipelines.steps.transformation.normalize_data import NormalizeData

WITH = [pytest.param(t, id=n) for n, t in STEP_TYPES.items() if t.example is not None]


@pytest.mark.parametrize("step_type", WITH)
def test_an_example_shows_what_the_step_does(step_type: type[Step]) -> None:
    found = demonstrate(step_type)
    assert found is not None
    after = found.output.table
    shown = [*found.given.values(), *([after.frame] if after else [])]
    assert all(len(frame) <= 20 for frame in shown), "small enough to be read"
    if after is not None and found.given and step_type.behaviour is not Behaviour.SINK:
        changed = not any(after.frame.equals(frame) for frame in found.given.values())
        assert changed or found.output.report or found.roles


def test_the_table_may_go_through_steps_before() -> None:
    class Shown(EvaluateModel):
        example = Example(
            {},
            "x,y\n1,a\n2,a\n3,b\n4,b\n5,a\n6,b\n",
            label="y",
            before=(("train_model", {"algorithm": {"type": "decision_tree_classifier"}}), ("score_model", {})),
        )

    found = demonstrate(Shown)
    assert found is not None
    assert found.output.report is not None
    assert "accuracy" in found.output.report.metrics


def test_the_tables_are_as_they_were_written() -> None:
    class Shown(NormalizeData):
        example = Example({"method": "minmax"}, "a,b\n1,x\n3,y\n2,\n")

    found = demonstrate(Shown)
    assert found is not None
    assert found.output.table is not None
    given = pd.DataFrame({"a": [1, 3, 2], "b": ["x", "y", None]})
    pd.testing.assert_frame_equal(found.given["table"], given, check_dtype=False)
    assert found.output.table.frame["a"].tolist() == [0.0, 1.0, 0.5]
