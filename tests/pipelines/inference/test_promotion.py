"""Publishing with edits, the promotion gate, the way back, and training again: on real loans."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pytest

from pipelines.document import codec
from pipelines.document.model import InferenceEdits
from pipelines.errors import NotFoundError, ParameterError
from pipelines.inference.gate import Alarm, Gate, decide
from pipelines.inference.of_run import model_of
from pipelines.jobs import Job
from pipelines.records import Database
from pipelines.sdk import Workspace
from pipelines.sdk.running import Order, execute
from pipelines.tracking import Tracking

pytestmark = pytest.mark.services

GOOD = """
format: 2
name: loans
steps:
- {id: loans, type: dataset, params: {dataset: german-credit}}
- {id: label, type: set_label, params: {column: credit-risk}}
- {id: split, type: split_data, params: {train_fraction: 0.7, random_state: 0, stratify: true}}
- {id: scale, type: normalize_data, params: {method: zscore}}
- {id: train, type: train_model, params: {algorithm: {type: logistic_regression}}}
- {id: score, type: score_model}
- {id: evaluate, type: evaluate_model}
"""
POOR = GOOD.replace(
    "- {id: split", "- {id: few, type: select_columns, params: {columns: [telephone, credit-risk]}}\n- {id: split"
)


@dataclass(frozen=True)
class Loans:
    workspace: Workspace
    pipeline_id: str
    good: str
    poor: str


def ran(workspace: Workspace, job: Job) -> str:
    finished = execute(workspace.home, Database(workspace.home.database_url), Order.from_payload(job.payload))
    assert finished.result.failure is None
    return finished.run_id


@pytest.fixture(scope="module")
def loans(credit: Workspace) -> Loans:
    kept = credit.pipelines.create(codec.loads(GOOD))
    job = credit.submit(codec.loads(GOOD), pipeline_id=kept.id, revision=1)
    poor = credit.run(codec.loads(POOR)).run_id
    return Loans(credit, kept.id, ran(credit, job), poor)


def test_the_gate_holds_back_what_is_worse_and_the_alias_goes_back_in_one_step(loans: Loans) -> None:
    models = loans.workspace.models
    first = models.publish(loans.good, "loans")
    assert first.aliases == ["champion"]
    assert first.parity is not None
    assert "REST, CSV" in first.parity["ways"]
    assert {g["rule"]: g["state"] for g in first.gate} == {
        "quality": "passed", "parity": "passed", "latency": "passed", "drift": "unknown",
    }  # fmt: skip

    second = models.publish(loans.poor, "loans")
    assert (second.version, second.aliases) == (2, [])
    quality = next(g for g in second.gate if g["rule"] == "quality")
    assert quality["state"] == "failed"
    assert quality["message"].startswith("Worse than version 1: ROC AUC")
    assert quality["facts"]["high"] < 0
    assert quality["facts"]["rows"] == 300
    assert models.get("models:/loans@champion").version == 1

    verdicts = models.promote("loans", 2, gate=Gate.off())
    assert verdicts == []
    assert models.get("models:/loans@champion").version == 2
    assert models.before("loans") == 1
    assert models.rollback("loans") == 1
    assert models.get("models:/loans@champion").version == 1
    assert [v.state for v in models.promote("loans", 2)][:1] == ["failed"]
    assert models.get("models:/loans@champion").version == 1


def test_each_rule_says_what_it_found(loans: Loans) -> None:
    workspace = loans.workspace
    published = workspace.models.get("models:/loans/1")
    slow = workspace.models.promote("loans", 1, "quick", gate=Gate(latency_ms=0.001))
    assert "allowed" in next(v for v in slow if v.rule == "latency").message
    assert published.aliases == ["champion"]
    model = model_of(workspace.home, loans.good)
    found = decide(Gate(), workspace.home, model, model.chain, published, None, Alarm(True, "Ages have drifted."))
    assert {v.rule: v.state for v in found} == {
        "quality": "passed", "parity": "failed", "latency": "unknown", "drift": "failed",
    }  # fmt: skip
    same = next(v for v in found if v.rule == "quality")
    assert same.facts["gain"] == same.facts["low"] == same.facts["high"] == 0
    unknown = workspace.models.judge(loans.good, "loans", gate=Gate(dataset="no-such"))
    assert unknown[0].state == "unknown"
    on_all = decide(Gate(dataset="german-credit", tolerance=0), workspace.home, model, model.chain, published, None)
    assert (on_all[0].state, on_all[0].facts["rows"], on_all[0].facts["left_out"]) == ("passed", 300, 700)


def test_a_published_model_answers_by_the_edits_everywhere(loans: Loans) -> None:
    workspace = loans.workspace
    workspace.inference.edit("loans", ids=["telephone"], passed=["housing", "case"], threshold=0.3, explanations=2)
    try:
        made = workspace.models.publish(loans.good, "edited")
        assert made.edits == InferenceEdits(
            ids=("telephone",), passed=("housing", "case"), threshold=0.3, explanations=2
        )
        assert made.parity is not None
        assert made.parity["largest_difference"] <= 1e-12
        contract = made.contract
        assert contract is not None
        assert (contract["case"].passed, contract["case"].required) == (True, False)
        rows = workspace.datasets.read("german-credit").head(3).drop(columns="credit-risk").assign(case=[7, 8, 9])
        from pipelines.inference.loading import load

        found = load(workspace.home, made.model_uri).predict(rows)
        assert list(found) == [
            "telephone", "housing", "case", "Scored Labels", "Scored Probabilities",
            "Reason 1", "Effect 1", "Reason 2", "Effect 2",
        ]  # fmt: skip
        assert found["case"].tolist() == ["7", "8", "9"]
        tables = workspace.inference.tables(loans.good, "realtime")
        assert list(tables) == ["web_service_input", "scale", "score", "web_service_output"]
        assert tables["scale"]["age"].abs().max() < 10
        derived = workspace.inference.derive(loans.good)
        assert derived.realtime.step("web_service_output").params == {"threshold": 0.3, "explanations": 2}
    finally:
        workspace.inference.edit("loans", ids=None, passed=None, threshold=None, explanations=None)


def test_an_edit_that_the_model_cannot_fulfil_publishes_nothing(loans: Loans) -> None:
    with pytest.raises(ParameterError, match="of its own"):
        loans.workspace.models.publish(
            loans.good, "nothing", edits=InferenceEdits(passed=("Reason 1",), explanations=1)
        )
    assert "nothing" not in [m.name for m in loans.workspace.models.list()]


def test_training_again_on_a_new_version_keeps_the_edits_and_says_what_changed(loans: Loans) -> None:
    workspace = loans.workspace
    workspace.inference.edit("loans", threshold=0.4)
    rows = workspace.datasets.read("german-credit")
    more = rows.sample(200, random_state=0).assign(purpose="A99")
    workspace.datasets.add_frame("german-credit", pd.concat([rows, more], ignore_index=True))
    try:
        version = workspace.models.get("models:/loans@champion")
        choice = workspace.models.data_choices(version)[0]
        assert (choice.dataset, choice.used, choice.newest, choice.is_newer) == ("german-credit", 1, 2, True)
        job = workspace.models.retrain("models:/loans@champion")
        assert [j.id for j in workspace.models.retrainings("loans")] == [job.id]
        run_id = ran(workspace, job)
        detail = workspace.runs.get(run_id)
        assert (detail.summary.retrains, detail.summary.pipeline_id) == ("loans", loans.pipeline_id)
        told = workspace.models.changes(version, run_id)
        assert told[0] == "loans: german-credit version 2 (1,200 rows) instead of german-credit version 1."
        assert "Inference pipelines: threshold set to 0.4." in told
        assert any(t.startswith("Column 'purpose' has new values: 'A99'") for t in told)
        verdict = workspace.models.judge(run_id, "loans")[0]
        assert verdict.state == "passed"
        assert "rows that a version was trained on were left out" in verdict.message
        made = workspace.models.publish(run_id, "loans")
        assert (made.version, made.aliases, made.edits.threshold) == (3, ["champion"], 0.4)
        with pytest.raises(NotFoundError, match="Did you mean 'german-credit'"):
            workspace.models.retrain("models:/loans@champion", {"german-credits": 1})
    finally:
        workspace.inference.edit("loans", threshold=None)


def test_a_rollback_needs_a_version_to_go_back_to(loans: Loans) -> None:
    workspace = loans.workspace
    workspace.models.set_alias("loans", "spare", 1)
    with pytest.raises(NotFoundError, match="loans"):
        workspace.models.rollback("loans", "spare")
    assert Tracking(workspace.home).alias_changes("loans", "spare")[0].before is None
