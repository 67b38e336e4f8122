"""Step types of the analyst's own: found, changed, wrong, switched off, and taken along by models."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from pipelines import Pipeline, Workspace
from pipelines.chain import storage
from pipelines.cli import app
from pipelines.document import codec
from pipelines.errors import InputError, SekkeiError
from pipelines.inference.loading import folder_of, load_folder
from pipelines.sdk.step_check import check_step
from pipelines.settings import Settings
from pipelines.steps import custom, library
from tests.pipelines.steps import test_contract as contract
from tests.pipelines.steps.samples import sample

PAGE = Path(__file__).parents[3] / "docs" / "custom-steps.md"
TEXT = next(c for c in re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL) if "class " in c)
PARAMS = {"number": "curb-weight", "group": "make"}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    home = tmp_path / "workspace"
    (home / "steps").mkdir(parents=True)
    (home / ".furnished").touch()
    yield Workspace.open(home)
    shutil.rmtree(home / "steps", ignore_errors=True)  # this process goes on and would know them


def put(workspace: Workspace, text: str = TEXT, name: str = "group_distance") -> Path:
    file = workspace.home.root / "steps" / f"{name}.py"
    file.write_text(text, "utf-8")
    return file


def cars(workspace: Workspace) -> Pipeline:
    workspace.datasets.add_frame("cars", sample("automobile_price")[["make", "curb-weight", "price"]].dropna())
    return (
        Pipeline("cars")
        .add("dataset", dataset="cars")
        .add("set_label", column="price")
        .add("split_data", train_fraction=0.7)
        .add("group_distance", **PARAMS)
        .add("train_model", algorithm={"type": "ridge"})
        .add("score_model")
        .add("evaluate_model")
    )


def test_the_page_example_is_found_by_its_file(workspace: Workspace) -> None:
    assert "group_distance" not in library.STEP_TYPES
    put(workspace)
    found = library.get("group_distance")
    assert found.title == "Group Distance"
    assert found in library.CATEGORIES["Transformation"]
    assert list(library.STEP_TYPES)[:3] == list(library.BUILT_IN)[:3]
    described = next(d for d in Workspace.library()["steps"] if d["type"] == "group_distance")
    assert described["params"]["properties"]["output"]["default"] == "distance"


def test_the_page_example_keeps_the_contract(workspace: Workspace) -> None:
    put(workspace)
    step = library.get("group_distance").model_validate({"number": "float number", "group": "text"})
    contract.test_its_parameters_survive_yaml("group_distance", step.model_dump(mode="json"))
    contract.test_columns_without_any_value_give_a_result_or_a_reason(step)
    for count in (0, 1, 2):
        contract.test_hardly_any_rows_give_a_result_or_a_reason(step, contract.rows().iloc[:count])
    for split in (False, True):
        contract.test_its_input_is_left_as_it_was_and_its_output_is_the_same_again(step, split)
    for kept in (
        contract.test_a_link_keeps_the_rows,
        contract.test_a_link_is_a_scikit_learn_object,
        contract.test_a_link_learns_from_training_rows_only,
        contract.test_one_row_comes_out_as_it_does_among_others,
        contract.test_columns_that_stand_alone_come_out_as_they_do_in_a_table,
        contract.test_unseen_categories_and_new_gaps_are_scored,
        contract.test_what_a_link_says_it_needs_is_enough,
        contract.test_the_label_may_be_absent_when_the_model_is_used,
    ):
        kept(step)


def test_it_is_checked_on_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "group_distance.py"
    file.write_text(TEXT, "utf-8")
    assert check_step(file)["title"] == "Group Distance"
    found = CliRunner().invoke(app, ["steps", "check", str(file), "--json"])
    assert found.exit_code == 0


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("def make(", "def make((", r"group_distance.py, line \d+: "),
        ("import numpy as np", "import nothing_like_it", r"line \d+: ModuleNotFoundError"),
        ('type: ClassVar[str] = "group_distance"', 'type: ClassVar[str] = "other"', "Its type is 'other'"),
        ("class GroupDistance(Step):", "class GroupDistance:", "declares 0 step types"),
        ('    title: ClassVar[str] = "Group Distance"\n', "", "title is missing"),
        ("    behaviour: ClassVar[Behaviour] = Behaviour.FITTED\n", "", "behaviour is missing"),
        (
            '    """How far a number is from the mean of its group in the training rows."""\n',
            '    """%s."""\n' % ("far " * 40),
            "at most 110",
        ),
        ('description="The column of numbers."', "description=None", "'number' has no description"),
        (
            "self.mean_ = float(numbers.mean())",
            "self.mean_ = float(numbers.mean())\n        self.f_ = lambda: 1",
            "cannot",
        ),
        ("return {self.output: numbers", "return {self.output: numbers.mean() + numbers", "Row 1 alone"),
    ],
)
def test_a_check_says_what_is_broken(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert old in TEXT
    file = tmp_path / "group_distance.py"
    file.write_text(TEXT.replace(old, new), "utf-8")
    with pytest.raises(InputError, match=words):
        check_step(file)


def test_a_broken_file_is_told_and_breaks_nothing_else(workspace: Workspace) -> None:
    put(workspace)
    put(workspace, "x = 1\ndef (", "broken")
    put(workspace, TEXT.replace('"group_distance"', '"join_data"'), "join_data")
    assert "group_distance" in library.STEP_TYPES
    assert library.get("join_data").__module__.startswith("pipelines.")
    told = {p.type: p for p in library.problems()}
    assert (told["broken"].line, told["broken"].said) == (2, "steps/broken.py, line 2: invalid syntax")
    assert "which no file replaces" in told["join_data"].said
    with pytest.raises(InputError, match=r"steps/broken\.py, line 2"):
        Pipeline("p").add("broken")
    document = codec.loads("format: 1\nname: p\nsteps:\n- {id: broken, type: broken}\n")
    assert any("steps/broken.py, line 2" in d.message for d in workspace.inspect(document).errors)


def test_a_changed_file_is_another_step(workspace: Workspace) -> None:
    file = put(workspace)
    first = library.get("group_distance")
    pipeline = cars(workspace)
    before = workspace.run(pipeline).result
    put(workspace, TEXT.replace("numbers - np.array", "2 * numbers - np.array"))
    second = library.get("group_distance")
    assert second is not first
    assert second.release != first.release
    after = workspace.run(pipeline).result
    assert after.failure is None
    statuses = {s.id: s.status.value for s in after.steps}
    assert (statuses["split_data"], statuses["group_distance"]) == ("reused", "done")
    assert before.metrics != after.metrics
    file.unlink()
    assert "group_distance" not in library.STEP_TYPES


def test_switched_off_it_is_not_there_and_its_models_do_not_load(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(workspace)
    step = library.get("group_distance").model_validate({"number": "x", "group": "text"})
    storage.dump(contract.fit_link(step, contract.table()), tmp_path / "link.skops")
    assert storage.load(tmp_path / "link.skops").number == "x"
    off = Settings(python_steps=False)
    monkeypatch.setattr("pipelines.steps.custom.settings", lambda: off)
    monkeypatch.setattr("pipelines.chain.storage.settings", lambda: off)
    assert "group_distance" not in library.STEP_TYPES
    with pytest.raises(SekkeiError, match=r"not trusted: sekkei_steps\.group_distance"):
        storage.load(tmp_path / "link.skops")


def test_a_preview_runs_it_in_a_process_of_its_own(workspace: Workspace) -> None:
    put(workspace)
    found = workspace.inspect(cars(workspace))
    assert found.ok, found.errors
    table = found.tables["group_distance"]
    assert "distance" in table.frame
    put(workspace, TEXT.replace("    def make(self", "    def make(self, *, wrong", 1))
    assert "group_distance" in workspace.inspect(cars(workspace)).failures


@pytest.mark.services
def test_it_travels_with_the_model(workspace: Workspace, tmp_path: Path) -> None:
    file = put(workspace)
    run = workspace.run(cars(workspace))
    assert run.result.failure is None
    made = workspace.models.publish(run.run_id, "cars")  # in a process that knows nothing of the workspace
    assert made.parity is not None
    folder = folder_of(workspace.home, made.model_uri)
    (copy,) = (folder / "code" / custom.PACKAGE).glob("group_distance_*.py")
    assert copy.read_text("utf-8") == TEXT
    rows = sample("automobile_price")[["make", "curb-weight"]].head(5)
    expected = load_folder(folder).predict(rows)
    file.write_text(TEXT.replace("numbers - np.array", "9 * numbers - np.array"), "utf-8")
    pd.testing.assert_frame_equal(load_folder(folder).predict(rows), expected)
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(folder, elsewhere)
    shutil.rmtree(workspace.home.root / "steps")
    script = (
        "import sys, json, pandas as pd; from pathlib import Path\n"
        "from pipelines.inference.loading import load_folder\n"
        "rows = pd.DataFrame(json.loads(sys.argv[2]))\n"
        "print(json.dumps(load_folder(Path(sys.argv[1])).predict(rows)['Scored Labels'].tolist()))"
    )
    command = [sys.executable, "-W", "ignore", "-c", script, str(elsewhere), rows.to_json(orient="records")]
    told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=PAGE.parents[1])
    assert json.loads(told.stdout.splitlines()[-1]) == expected["Scored Labels"].tolist()


def test_a_copy_that_was_tampered_with_is_not_imported(tmp_path: Path) -> None:
    folder = tmp_path / "code" / custom.PACKAGE
    folder.mkdir(parents=True)
    (folder / "strange_0123456789ab.py").write_text("raise SystemExit('run')\n")
    custom.shipped(folder)
    assert not storage.is_trusted(f"{custom.PACKAGE}.strange_0123456789ab.Link")
