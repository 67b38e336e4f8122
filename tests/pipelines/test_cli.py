"""The command line as its users call it: a process of its own, JSON on standard output and nothing else there."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from pipelines.datasets import databases
from tests.command_line import Call, CommandLine

pytestmark = pytest.mark.services

CARS = """
format: 1
name: cars
steps:
- {id: cars, type: dataset, params: {dataset: automobile-price}}
- {id: label, type: set_label, params: {column: price}}
- {id: split, type: split_data, params: {train_fraction: 0.7, random_state: 0}}
- {id: clean, type: clean_missing_data, params: {strategy: median, columns: {kind: numeric}}}
- {id: train, type: train_model, params: {algorithm: {type: ridge}}}
- {id: score, type: score_model}
- {id: evaluate, type: evaluate_model}
"""


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory, command_line: CommandLine) -> Call:
    home = tmp_path_factory.mktemp("cli") / "workspace"
    return partial(command_line.call, environment={"SEKKEI_HOME": str(home)})


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pipelines") / "cars.yaml"
    path.write_text(CARS)
    return path


def test_steps_lists_the_library_with_schemas(call: Call) -> None:
    code, found = call("steps")
    assert code == 0
    kinds = {s["type"]: s for s in found["steps"]}
    assert {"type", "category", "title", "behaviour", "params"} <= kinds["clean_missing_data"].keys()
    assert "strategy" in kinds["clean_missing_data"]["params"]["properties"]
    assert {a["type"] for a in found["algorithms"]} >= {"linear_regression", "k_means", "boosted_trees_classifier"}


def test_a_dataset_is_added_listed_and_shown(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("name;age\nAda;36\nBob;?\n")
    code, made = call("dataset", "add", "people", file, "--missing", "?")
    assert code == 0
    assert made == {
        "name": "people",
        "version": 1,
        "rows": 2,
        "columns": [{"name": "name", "type": "text", "missing": 0}, {"name": "age", "type": "float", "missing": 1}],
    }
    assert call("dataset", "show", "people")[1] == made
    assert made in call("dataset", "list")[1]["datasets"]


def test_a_query_becomes_a_dataset_and_connections_are_names(call: Call, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("SEKKEI_CONNECTION_SALES", f"sqlite:///{tmp_path}/hidden-place.db")
    databases.write("sales", "t", pd.DataFrame({"a": [1, 2, 3]}))
    code, made = call("dataset", "add", "few", "--connection", "sales", "--query", "SELECT * FROM t WHERE a > 1")
    assert (code, made["rows"]) == (0, 2)
    found = call("connection", "list")[1]
    assert found == {"connections": [{"name": "sales", "kind": "database", "system": "sqlite"}]}
    assert call("dataset", "add", "few", "--connection", "sales")[0] == 1
    assert "SEKKEI_HTTP_IMPORT" in str(call("dataset", "add", "few", "--address", "https://example.org/x.csv")[1])


def test_validate_tells_what_is_wrong_and_how_to_mend_it(call: Call, pipeline: Path, tmp_path: Path) -> None:
    assert call("validate", pipeline) == (0, {"ok": True, "diagnostics": []}) or call("validate", pipeline)[1]["ok"]
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(CARS.replace("column: price", "column: prise"))
    code, found = call("validate", wrong)
    assert code == 1
    assert not found["ok"]
    first = next(d for d in found["diagnostics"] if d["severity"] == "error")
    assert first["step"] == "label"
    assert "price" in first["message"] + first["fix"]


def test_a_part_is_run_with_values_of_its_own(call: Call, pipeline: Path, tmp_path: Path) -> None:
    text = CARS.replace("steps:", "parameters:\n- {name: price, default: prise}\nsteps:", 1)
    file = tmp_path / "parts.yaml"
    file.write_text(text.replace("column: price", "column: {$parameter: price}"))
    code, found = call("run", file, "--until", "label")
    assert code == 1
    assert found["error"]["step"] == "label"
    code, found = call("run", file, "--until", "label", "--set", "price=price")
    assert code == 0
    assert [s["id"] for s in found["steps"]] == ["cars", "label"]
    code, found = call("run", file, "--until", "label", "--fresh", "label", "--set", "price=price")
    assert [s["status"] for s in found["steps"]] == ["reused", "done"]
    assert found["steps"][1]["reason"] == "it was asked to run again"
    code, found = call("run", file, "--set", "prize=price")
    assert code == 1
    assert found["error"]["fix"] == "Did you mean 'price'?"


def test_a_run_is_published_and_scores_a_file(call: Call, pipeline: Path, tmp_path: Path) -> None:
    code, run = call("run", pipeline)
    assert code == 0
    assert run["status"] == "done"
    assert 0.5 < run["metrics"]["r2"] < 1
    assert [s["id"] for s in run["steps"]] == ["cars", "label", "split", "clean", "train", "score", "evaluate"]
    code, model = call("publish", run["run_id"], "cars", "--alias", "champion")
    assert code == 0
    assert model["version"] == 1
    rows = pd.DataFrame({c: ["gas" if c == "fuel-type" else None] for c in ["fuel-type"]})
    rows.to_csv(tmp_path / "rows.csv", index=False)
    code, failed = call("score", "models:/cars@champion", tmp_path / "rows.csv", tmp_path / "out.csv")
    assert code == 1
    assert "needs column" in failed["error"]["message"]
    assert not (tmp_path / "out.csv").exists()
    source = Path(__file__).parents[2] / "pipelines" / "samples" / "datasets" / "automobile_price.csv"
    code, scored = call("score", "models:/cars@champion", source, tmp_path / "out.csv")
    assert (code, scored["rows"]) == (0, 201)
    assert "Scored Labels" in pd.read_csv(tmp_path / "out.csv").columns


def test_inference_pipelines_are_shown_and_a_model_goes_through_the_gate(call: Call, pipeline: Path) -> None:
    code, run = call("run", pipeline, "--set", "train.algorithm.alpha=10")
    assert code == 0
    code, shown = call("inference", "show", run["run_id"], "--kind", "batch")
    assert code == 0
    assert "type: dataset_input" in shown["yaml"]
    assert {f["change"] for f in shown["fates"]} == {"kept", "replaced", "removed", "added"}
    code, held = call("publish", run["run_id"], "gated", "--latency-ms", "0.001", "--without", "drift")
    assert (code, held["promoted"], held["aliases"]) == (1, False, [])
    assert [g["rule"] for g in held["gate"]] == ["quality", "parity", "latency"]
    code, found = call("model", "promote", "gated", "1", "--without", "all")
    assert (code, found["verdicts"]) == (0, [])
    code, wrong = call("model", "rollback", "gated")
    assert (code, "gated" in wrong["error"]["message"]) == (1, True)
    code, edited = call("inference", "edit", "automobile-price", "--set", "ids=[make]", "--set", "explanations=3")
    assert (code, edited["edits"]) == (0, {"ids": ["make"], "explanations": 3})
    code, wrong = call("inference", "edit", "automobile-price", "--set", "treshold=3")
    assert (code, "edits nothing" in wrong["error"]["message"]) == (1, True)


def test_set_overrides_a_parameter(call: Call, pipeline: Path) -> None:
    code, run = call("run", pipeline, "--set", "split.train_fraction=0.5", "--set", "train.algorithm.alpha=10")
    assert code == 0
    assert next(s["rows"] for s in run["steps"] if s["id"] == "score") == 101
    code, wrong = call("run", pipeline, "--set", "spilt.train_fraction=0.5")
    assert code == 1
    assert "split" in wrong["error"]["fix"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("dataset", "show", "automobil-price"), "automobile-price"),
        (("dataset", "add", "x", "no/such/file.csv"), "no/such/file.csv"),
        (("run", "no-such.yaml"), "no-such.yaml"),
        (("publish", "0" * 32, "x"), "run"),
        (("score", "models:/nothing@champion", "in.csv", "out.csv"), "nothing"),
        (("endpoint", "create", "Bad Name!", "models:/nothing/1"), "Bad Name!"),
        (("endpoint", "delete", "nothing"), "nothing"),
    ],
)
def test_a_wrong_call_gets_a_sentence(call: Call, arguments: tuple[str, ...], said: str) -> None:
    code, found = call(*arguments)
    assert code == 1
    assert said in found["error"]["message"] + found["error"]["fix"]
