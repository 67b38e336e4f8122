"""An endpoint watched through the real gateway: rows as in training, shifted ones, and none kept where that is off."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pandas as pd
import pytest

from pipelines.addresses import service_addresses
from pipelines.document import codec
from pipelines.processes import free_port
from pipelines.sdk import Workspace
from pipelines.serving.example import request_body
from pipelines.serving.monitoring import samples
from pipelines.serving.monitoring.report import Report
from pipelines.workspace import Home
from tests.pipelines.serving.monitoring.loans import LOANS

pytestmark = pytest.mark.services

ROOT = Path(__file__).parents[4]


@dataclass(frozen=True)
class Loans:
    workspace: Workspace
    key: str
    rows: pd.DataFrame

    def ask(self, rows: pd.DataFrame) -> None:
        """One request for every ten rows."""
        url = self.workspace.endpoints.get("loans").url
        with httpx.Client(trust_env=False, timeout=60) as client:
            for start in range(0, len(rows), 10):
                body = request_body(rows.iloc[start : start + 10].to_dict("records"))
                headers = {"authorization": f"Bearer {self.key}", "content-type": "application/json"}
                assert client.post(url, content=body, headers=headers).status_code == 200

    def sampled(self, rows: int) -> Report:
        """The report once so many rows are written."""
        end = time.monotonic() + 60
        while (found := self.workspace.endpoints.drift("loans")).rows < rows:
            assert time.monotonic() < end, found
            time.sleep(0.1)
        return found


@contextmanager
def gateway(home: Home, rows: int) -> Iterator[None]:
    port = free_port("127.0.0.1")
    command = [sys.executable, "-m", "pipelines.services", "service", "api", f"--home={home.root}", f"--port={port}"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "SEKKEI_MONITOR_ROWS": str(rows)}
    with (home.root / "gateway.log").open("ab") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        end = time.monotonic() + 60
        while service_addresses(home).api_url is None:
            assert time.monotonic() < end, (home.root / "gateway.log").read_text()
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def loans(credit: Workspace) -> Loans:
    run = credit.run(codec.loads(LOANS))
    credit.models.publish(run.run_id, "loans")
    _, key = credit.endpoints.create("loans", "models:/loans/1")
    return Loans(credit, key, credit.datasets.read("german-credit").drop(columns="credit-risk"))


def test_drift_is_seen_through_the_gateway(loans: Loans) -> None:
    endpoints, home = loans.workspace.endpoints, loans.workspace.home
    with gateway(home, rows=0):
        endpoints.wait("loans")
        loans.ask(loans.rows.head(20))
    assert not samples.place(home, "loans").exists()
    assert endpoints.drift("loans").reason == "No request was answered by this version yet."

    with gateway(home, rows=10_000):
        endpoints.wait("loans")
        loans.ask(loans.rows.head(20))
        few = loans.sampled(20)
        assert {d.state for d in few.columns} == {"few"}
        loans.ask(loans.rows.iloc[20:300])
        same = loans.sampled(300)
        assert same.source == "the training rows of its run"
        assert (same.training_rows, same.dropped) == (700, 0)
        assert {d.column for d in same.columns} == set(loans.rows.columns)
        assert {d.state for d in same.columns} == {"stable"}
        assert sorted((d.column, d.state) for d in same.answers) == [
            ("Scored Labels", "stable"),
            ("Scored Probabilities", "stable"),
        ]

        samples.forget(home, "loans")
        shifted = loans.rows.head(300).assign(housing="houseboat")
        shifted["credit-amount"] *= 4
        loans.ask(shifted)
        found = loans.sampled(300)
        assert {d.column for d in found.columns if d.state == "drifted"} == {"housing", "credit-amount"}
        assert next(d for d in found.columns if d.column == "housing").unseen == 1.0
        assert "Scored Probabilities" in {d.column for d in found.drifted}
        asked = samples.read(home, "loans", endpoints.get("loans").created_at, None).samples[0]
        known = {r.id for r in endpoints.requests("loans", 1000)}
        assert asked.id in known
        assert (asked.model, asked.row["housing"]) == ("models:/loans/1", "houseboat")
        assert set(asked.prediction) >= {"Scored Labels", "Scored Probabilities"}

        asked_rows = samples.read(home, "loans", endpoints.get("loans").created_at, None).samples
        assert [s.number for s in asked_rows[:10]] == list(range(1, 11))
        told = pd.DataFrame([{"request_id": s.id, "row": s.number} for s in asked_rows])
        told["credit-risk"] = loans.workspace.datasets.read("german-credit")["credit-risk"].head(300).to_numpy()
        told.to_csv(home.root / "told.csv", index=False)
        live = endpoints.add_truth("loans", home.root / "told.csv")
        assert (live.given, live.matched, live.rows) == (300, 300, 300)
        assert 0 < live.metrics["roc_auc"] < 1
        assert set(live.training) >= {"accuracy", "roc_auc"}

        version = loans.workspace.models.get("models:/loans/1")
        drift = next(v for v in loans.workspace.models.judge(version.run_id, "loans") if v.rule == "drift")
        assert (drift.state, sorted(drift.facts["columns"])) == ("failed", ["credit-amount", "housing"])

        traffic = endpoints.traffic("loans", "hour")
        assert (traffic.whole.requests, traffic.whole.refused, traffic.whole.failed) == (62, 0, 0)
        assert traffic.whole.p50 is not None
        command = [sys.executable, "-m", "pipelines", "endpoint", "monitor", "loans", "--json"]
        environment = os.environ | {"SEKKEI_HOME": str(home.root), "PYTHONWARNINGS": "ignore"}
        said = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        columns = json.loads(said.stdout)["drift"]["columns"]
        assert columns[0]["state"] == "drifted"

    without = endpoints.drift("loans")
    assert [d.column for d in without.columns] == [d.column for d in found.columns]
    assert without.answers == []
    assert without.answers_reason.startswith("The predictions could not be compared:")

    endpoints.delete("loans")
    assert not samples.place(home, "loans").exists()


def test_where_the_rows_of_the_run_are_gone_the_dataset_stands_in_and_then_that_is_said(
    loans: Loans,
) -> None:
    from pipelines.serving.monitoring.reference import TrainingDataGoneError, training_rows

    workspace = loans.workspace
    contract = workspace.models.get("models:/loans/1").contract
    assert contract is not None
    shutil.rmtree(workspace.home.cache)
    workspace.home.cache.mkdir()
    found = training_rows(workspace.home, workspace.database, "models:/loans/1", contract)
    assert (len(found.rows), found.source) == (1000, "all rows of dataset german-credit v1")
    workspace.datasets.delete("german-credit")
    with pytest.raises(TrainingDataGoneError, match="neither the rows of the run nor the dataset"):
        training_rows(workspace.home, workspace.database, "models:/loans/1", contract)
    with pytest.raises(TrainingDataGoneError, match="not in the registry"):
        training_rows(workspace.home, workspace.database, "models:/other/1", contract)
