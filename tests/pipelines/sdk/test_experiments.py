"""A run is filed in the pipeline's own experiment, or in the one that was asked for, and is found either way."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.document import codec
from pipelines.sdk import Pipeline, Workspace
from pipelines.sdk.running import Order
from pipelines.settings import settings


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace.open(tmp_path / "workspace")


def test_a_run_is_filed_where_it_was_asked_for_and_found_by_its_pipeline(workspace: Workspace) -> None:
    wine = Pipeline('wine\'s "own"').add("dataset", dataset="wine-quality")
    own, other = workspace.run(wine), workspace.run(wine, experiment=" trials ")
    tracking = workspace.runs.tracking
    names = [tracking.client.get_experiment(tracking.experiment_of(str(r.run_id))).name for r in (own, other)]
    assert names == ['wine\'s "own"', "trials"]
    assert set(workspace.runs.experiments()) == set(names)
    found = workspace.runs.list(pipeline='wine\'s "own"')
    assert {r.run_id for r in found} == {own.run_id, other.run_id}
    assert workspace.runs.list(pipeline="trials") == []


def test_a_job_keeps_the_experiment_it_was_filed_with(workspace: Workspace) -> None:
    job = workspace.submit(Pipeline("wine").add("dataset", dataset="wine-quality"), experiment="trials")
    assert Order.from_payload(job.payload).experiment == "trials"


def test_the_command_line_names_the_experiment(workspace: Workspace, tmp_path, monkeypatch) -> None:
    file = tmp_path / "wine.yaml"
    file.write_text(codec.dumps(Pipeline("wine").add("dataset", dataset="wine-quality").document), "utf-8")
    monkeypatch.setenv("SEKKEI_HOME", str(tmp_path / "workspace"))
    settings.cache_clear()
    told = CliRunner().invoke(app, ["run", str(file), "--experiment", "trials"])
    settings.cache_clear()
    assert told.exit_code == 0, told.output
    assert "trials" in workspace.runs.experiments()
