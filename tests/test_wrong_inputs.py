"""Thirty and more wrong inputs: each gets a sentence that says what to do, none a trace, and nothing is left behind."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from pipelines.errors import DiagnosticsError, InputError, SekkeiError
from pipelines.sdk import Workspace

HEAD = "format: 1\nname: wrong\nsteps:\n"
GOOD = "- {id: cars, type: dataset, params: {dataset: automobile-price}}\n"

DOCUMENTS = {
    "not YAML": ("steps: [", "Line 1"),
    "a list": ("- 1\n- 2\n", "name"),
    "empty": ("", ""),
    "an alias bomb": ("a: &a [x, x]\nb: *a\n", ""),
    "a Python tag": ("!!python/object/apply:os.system ['true']", ""),
    "an unknown key": ("format: 1\nname: x\nstpes: []\n", "steps"),
    "another format": ("format: 9\nname: x\nsteps: []\n", "format"),
    "no name": ("format: 1\nsteps: []\n", "name"),
    "a key twice": ("format: 1\nname: a\nname: b\nsteps: []\n", "name"),
    "an id twice": (HEAD + GOOD + GOOD, "cars"),
    "a hostile id": (HEAD + "- {id: '../../etc', type: dataset}\n", "id"),
    "steps that are text": ("format: 1\nname: x\nsteps: hello\n", "steps"),
    "binary": ("\x00\x01\x02", ""),
}

PIPELINES = {
    "no steps": ("[]", "step"),
    "an unknown type": ("- {id: a, type: clean_mising_data}", "clean_missing_data"),
    "an unknown dataset": ("- {id: a, type: dataset, params: {dataset: automobil-price}}", "automobile-price"),
    "an unknown version": ("- {id: a, type: dataset, params: {dataset: automobile-price, version: 99}}", "99"),
    "an unknown parameter": (GOOD + "- {id: s, type: split_data, params: {train_fracton: 0.5}}", "train_fraction"),
    "a value out of bounds": (GOOD + "- {id: s, type: split_data, params: {train_fraction: 1.5}}", "1"),
    "a value of another type": (GOOD + "- {id: s, type: split_data, params: {train_fraction: half}}", "number"),
    "a huge value": (GOOD + "- {id: s, type: split_data, params: {train_fraction: 1e400}}", ""),
    "an unknown column": (GOOD + "- {id: l, type: set_label, params: {column: prise}}", "price"),
    "an unknown choice": (GOOD + "- {id: c, type: clean_missing_data, params: {strategy: medain}}", "median"),
    "an unknown algorithm": (
        GOOD + "- {id: t, type: train_model, params: {algorithm: {type: linear_regresion}}}",
        "linear_regression",
    ),
    "an input that does not exist": (GOOD + "- {id: c, type: clean_missing_data, inputs: {table: care}}", "cars"),
    "an input from itself": (GOOD + "- {id: c, type: clean_missing_data, inputs: {table: c}}", "itself"),
    "a cycle": (
        GOOD + "- {id: a, type: clean_missing_data, inputs: {table: b}}\n- {id: b, type: clean_missing_data}",
        "b",
    ),
    "a port that does not exist": (GOOD + "- {id: c, type: clean_missing_data, inputs: {tabel: cars}}", "table"),
    "a step with no input": ("- {id: c, type: clean_missing_data}", "no step before it"),
    "a model without a label": (GOOD + "- {id: t, type: train_model, params: {algorithm: {type: ridge}}}", "label"),
    "a score without a model": (GOOD + "- {id: s, type: score_model}", "model"),
    "missing numbers for a linear model": (
        GOOD
        + "- {id: l, type: set_label, params: {column: price}}\n"
        + "- {id: t, type: train_model, params: {algorithm: {type: ridge}}}",
        "missing",
    ),
    "a text label for a regression": (
        GOOD
        + "- {id: l, type: set_label, params: {column: make}}\n"
        + "- {id: t, type: train_model, params: {algorithm: {type: linear_regression}}}",
        "make",
    ),
    "SQL that is none": (GOOD + "- {id: q, type: apply_sql, params: {query: selekt 1}}", ""),
    "SQL that reads a file": (
        GOOD + "- {id: q, type: apply_sql, params: {query: \"select * from '/etc/passwd'\"}}",
        "",
    ),
    "SQL that writes a file": (GOOD + "- {id: q, type: apply_sql, params: {query: \"copy t1 to 'x.csv'\"}}", ""),
    "an expression over no column": (
        GOOD + "- {id: f, type: filter_rows, params: {expression: horsepwer > 3}}",
        "horsepower",
    ),
    "Python that does not parse": (
        GOOD + "- {id: p, type: execute_python, params: {code: 'def run(table: return'}}",
        "line",
    ),
    "Python without its function": (GOOD + "- {id: p, type: execute_python, params: {code: 'x = 1'}}", "run"),
    "Python that never ends": (
        GOOD + '- {id: p, type: execute_python, params: {code: "def run(table):\\n    while True: pass"}}',
        "seconds",
    ),
    "an export with a path": (GOOD + "- {id: e, type: export_data, params: {file_name: ../../x.csv}}", ""),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_that_cannot_be_read_says_why(furnished: Workspace, name: str) -> None:
    text, said = DOCUMENTS[name]
    with pytest.raises(InputError) as caught:
        furnished.inspect(text)
    assert said in str(caught.value)
    _is_for_analysts(str(caught.value))


@pytest.mark.services
@pytest.mark.parametrize("name", PIPELINES)
def test_a_pipeline_that_cannot_run_says_why_before_it_runs(furnished: Workspace, name: str) -> None:
    steps, said = PIPELINES[name]
    text = f"format: 1\nname: wrong\nsteps: {steps}\n" if steps == "[]" else HEAD + steps
    inspection = furnished.inspect(text)
    assert not inspection.ok
    told = " ".join(str(d) for d in inspection.errors)
    assert said in told
    _is_for_analysts(told)
    with pytest.raises(DiagnosticsError):
        furnished.run(text)


def test_rows_that_do_not_fit_a_contract_are_refused_by_name(furnished: Workspace) -> None:
    run = furnished.run(
        HEAD + GOOD + "- {id: l, type: set_label, params: {column: price}}\n"
        "- {id: t, type: train_model, params: {algorithm: {type: boosted_trees_regressor, max_iter: 5}}}\n"
    )
    chain = run.result.models["t"]
    rows = furnished.datasets.read("automobile-price").drop(columns=["price"]).head(3)
    for wrong, said in [
        (rows.drop(columns=["make"]), "make"),
        (rows.assign(height="tall"), "height"),
        (rows.rename(columns={"width": "Width"}), "Width"),
    ]:
        with pytest.raises(SekkeiError, match=said) as caught:
            chain.predict(wrong)
        _is_for_analysts(str(caught.value))


@pytest.mark.parametrize("name", ["../up", "a/b", "", " ", "x" * 300, "nul\0", ".hidden", "tab\there"])
def test_a_hostile_dataset_name_leaves_nothing(workspace: Workspace, name: str) -> None:
    before = sorted(workspace.home.datasets.rglob("*"))
    with pytest.raises(InputError):
        workspace.datasets.add_frame(name, pd.DataFrame({"x": [1]}))
    assert sorted(workspace.home.datasets.rglob("*")) == before


def test_a_pipeline_file_that_is_too_large_is_refused(furnished: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_text("#" * 2_000_000)
    with pytest.raises(InputError, match="larger"):
        furnished.read_document(path)


def _is_for_analysts(text: str) -> None:
    assert text.strip()
    for trace in ("Traceback", "pydantic", "Error:", "<class", "0x", "site-packages"):
        assert trace not in text, text
