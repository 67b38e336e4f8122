from __future__ import annotations

from pathlib import Path

from pipelines.document.checks import FORMAT
from pipelines.document.codec import loads
from pipelines.document.migrations import MIGRATIONS, migrate
from pipelines.steps.library import STEP_TYPES

GOLDEN = Path(__file__).parents[2] / "golden"


def test_every_older_format_has_a_migration_and_a_golden_document_that_opens():
    assert sorted(MIGRATIONS) == list(range(1, FORMAT))
    for number in range(1, FORMAT + 1):
        document = loads((GOLDEN / f"format_{number}.yaml").read_text())
        assert document.format == FORMAT
        assert document.steps


def test_probability_of_linear_machines_became_calibration():
    old = loads((GOLDEN / "format_1.yaml").read_text())
    new = loads((GOLDEN / "format_2.yaml").read_text())
    calibrations = {}
    for document in (old, new):
        for step in document.steps[-2:]:
            step_type, params = STEP_TYPES[step.type], step.params
            calibrations[document.description, step.id] = step_type.model_validate(params).algorithm.calibration
    assert list(calibrations.values()) == [None, "sigmoid"] * 2
    assert [s.params for s in old.steps] == [s.params for s in new.steps]


def test_a_linear_machine_inside_another_algorithm_is_migrated_and_a_mistake_is_left():
    machine = {"type": "linear_svm_classifier", "probability": False}
    steps = [
        {"params": {"algorithm": {"type": "voting_classifier", "estimators": [machine, {"type": "gaussian_nb"}]}}},
        {"params": {"algorithm": {**machine, "probability": "perhaps"}}},
        {"params": {"algorithm": {"type": "svm_classifier", "probability": False}}},
        "no step",
    ]
    found = migrate({"format": 1, "steps": steps})["steps"]
    member = found[0]["params"]["algorithm"]["estimators"][0]
    assert member == {"type": "linear_svm_classifier", "calibration": None}
    assert found[1:] == steps[1:]
    assert migrate({"format": 1, "steps": "none"}) == {"format": FORMAT, "steps": "none"}


def test_the_second_table_that_went_on_is_read_by_name():
    code = {"id": "code", "type": "execute_python_tables", "params": {"code": "c", "output": "second"}}
    steps = [
        {"id": "cars", "type": "dataset"},
        code,
        {"id": "off", "type": "sort_rows", "enabled": False},
        {"id": "sorted", "type": "sort_rows"},
        {"id": "next", "type": "sort_rows"},
        {"id": "joined", "type": "join_data", "inputs": {"right": "code"}},
        {"id": "first", "type": "execute_r", "params": {"output": "first"}},
        "no step",
    ]
    found = {s["id"]: s for s in migrate({"format": 2, "steps": steps})["steps"][:-1]}
    assert found["code"]["params"] == {"code": "c"}
    assert found["off"]["inputs"] == found["sorted"]["inputs"] == {"table": "code.second"}
    assert "inputs" not in found["next"]
    assert found["joined"]["inputs"] == {"right": "code.second"}
    assert found["first"]["params"] == {}
    assert code["params"]["output"] == "second"


def test_formats_are_passed_one_at_a_time():
    migrations = {
        1: lambda data: {**data, "steps": [{**s, "kind": s["type"]} for s in data["steps"]]},
        2: lambda data: {**data, "title": data["name"]},
    }
    data = migrate({"format": 1, "name": "n", "steps": [{"type": "t"}]}, migrations, newest=3)
    assert data == {"format": 3, "name": "n", "title": "n", "steps": [{"type": "t", "kind": "t"}]}


def test_what_is_no_document_or_from_the_future_comes_back_as_it_is():
    for data in (None, [], {"name": "x"}, {"format": "1"}, {"format": 7}, {"format": True}):
        assert migrate(data) == data
