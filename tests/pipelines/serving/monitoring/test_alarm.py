"""The drift rule of the promotion gate, on samples as the gateway writes them."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from pipelines.document import codec
from pipelines.inference.gate import Gate, Verdict
from pipelines.records import utc_now
from pipelines.sdk import Workspace
from pipelines.serving.monitoring.samples import Answered, Sampler, forget

pytestmark = pytest.mark.services

LOANS = """
format: 2
name: loans
steps:
- {id: loans, type: dataset, params: {dataset: german-credit}}
- {id: label, type: set_label, params: {column: credit-risk}}
- {id: split, type: split_data, params: {train_fraction: 0.7, random_state: 0, stratify: true}}
- {id: train, type: train_model, params: {algorithm: {type: logistic_regression}}}
"""


@pytest.fixture(scope="module")
def run_id(credit: Workspace) -> str:
    """A run whose model is version 1 of ``loans``, behind the endpoint ``loans``."""
    run_id = credit.run(codec.loads(LOANS)).run_id
    credit.models.publish(run_id, "loans")
    credit.endpoints.create("loans", "models:/loans/1")
    return run_id


def _asked(workspace: Workspace, rows: pd.DataFrame, model: str = "models:/loans/1") -> None:
    sampler = Sampler(workspace.home, 10_000)
    records = rows.to_dict("records")
    for start in range(0, len(records), 50):
        table = {"columns": list(rows.columns), "data": [list(r.values()) for r in records[start : start + 50]]}
        asked = json.dumps({"dataframe_split": table}).encode()
        answered = json.dumps({"predictions": [{"Scored Labels": "good"}] * len(table["data"])}).encode()
        sampler.offer(Answered("loans", utc_now(), f"r{start}", "v1", model, asked, answered))
    sampler.close()


def _rule(workspace: Workspace, run_id: str, gate: Gate | None = None) -> Verdict | None:
    return next((v for v in workspace.models.judge(run_id, "loans", gate=gate) if v.rule == "drift"), None)


def test_drifted_columns_hold_the_alias_back_until_the_rule_is_off(credit: Workspace, run_id: str) -> None:
    rows = credit.datasets.read("german-credit").drop(columns="credit-risk")
    forget(credit.home, "loans")
    _asked(credit, rows.head(300))
    same = _rule(credit, run_id)
    assert same is not None
    assert (same.state, same.message) == ("passed", "300 rows asked of late are as in training.")

    forget(credit.home, "loans")
    _asked(credit, rows.head(300).assign(housing="houseboat"))
    found = _rule(credit, run_id)
    assert found is not None
    assert (found.state, found.facts["columns"]) == ("failed", ["housing"])
    assert found.message == (
        "The last 300 rows that endpoint 'loans' was asked differ much from training in column 'housing'. "
        "Train again on newer data."
    )
    made = credit.models.publish(run_id, "loans")
    assert (made.version, made.aliases) == (2, [])
    assert [v.state for v in credit.models.promote("loans", 2) if v.rule == "drift"] == ["failed"]
    off = Gate(drift=False)
    assert _rule(credit, run_id, off) is None
    credit.models.promote("loans", 2, gate=off)
    assert credit.models.get("models:/loans@champion").version == 2


def test_what_cannot_be_judged_holds_nothing_back(credit: Workspace, run_id: str) -> None:
    rows = credit.datasets.read("german-credit").drop(columns="credit-risk")
    forget(credit.home, "loans")
    none = _rule(credit, run_id)
    assert none is not None
    assert (none.state, none.message) == (
        "unknown",
        "Could not be judged: no requests to an endpoint of this model are kept.",
    )
    _asked(credit, rows.assign(housing="houseboat"), "models:/other/1")
    assert _rule(credit, run_id) == none
    _asked(credit, rows.head(20).assign(housing="houseboat"))
    few = _rule(credit, run_id)
    assert few is not None
    assert (few.state, few.message) == (
        "unknown",
        "Could not be judged: only 20 rows were asked, and 50 are needed.",
    )
