"""Runs in MLflow: visible while they run, true when they end, and read back as plain facts."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from pipelines.document import codec, edits
from pipelines.document.model import PipelineDocument
from pipelines.errors import InputError, NotFoundError
from pipelines.execution.result import RunResult, Status, StepResult
from pipelines.messages import _, to_plain
from pipelines.sdk import Workspace
from pipelines.steps.base import Report
from pipelines.tracking import Tracking
from pipelines.tracking.writing import flat_params


def empty(name: str) -> PipelineDocument:
    return PipelineDocument(name=name)


@pytest.fixture
def tracking(tricky: Any) -> Tracking:
    return tricky.tracking


def test_a_run_is_running_until_it_ends(tracking: Tracking) -> None:
    run_id = tracking.start(empty("lives"), job_id="job-1", revision=3)
    begun = tracking.get_run(run_id).summary
    assert (begun.status, begun.seconds, begun.job_id, begun.revision, begun.pipeline) == (
        "running",
        None,
        "job-1",
        3,
        "lives",
    )
    took = tracking.finish(run_id, RunResult(Status.DONE, reports={"e": Report({"r2": 0.5})}), empty("lives"))
    ended = tracking.get_run(run_id).summary
    assert (ended.status, ended.metrics) == ("done", {"r2": 0.5})
    assert ended.seconds == took


def test_a_run_of_a_job_began_when_its_job_did(tracking: Tracking) -> None:
    began = time.time() - 60
    run_id = tracking.start(empty("waited"), began=began)
    took = tracking.finish(run_id, RunResult(Status.DONE), empty("waited"))
    found = tracking.get_run(run_id).summary
    assert found.started_at is not None
    assert found.started_at.timestamp() == pytest.approx(began, abs=0.001)
    assert found.seconds == took >= 60


@pytest.mark.parametrize(("status", "mlflow_status"), [(Status.FAILED, "FAILED"), (Status.CANCELLED, "KILLED")])
def test_a_run_that_did_not_succeed_says_so(tracking: Tracking, status: Status, mlflow_status: str) -> None:
    run_id = tracking.start(empty("ends"))
    step = StepResult("s1", "t", "T", Status.FAILED, message="no column 'x'", fix="Look.", trace="Traceback")
    tracking.finish(run_id, RunResult(status, [step] if status is Status.FAILED else []), empty("ends"))
    found = tracking.get_run(run_id)
    assert found.summary.status == status.value
    assert tracking.client.get_run(run_id).info.status == mlflow_status
    expected = {"step": "s1", "message": "no column 'x'", "fix": "Look."} if status is Status.FAILED else None
    assert found.error == expected


def test_a_run_left_behind_ends_as_failed_and_a_finished_one_stays(tracking: Tracking) -> None:
    left, done = tracking.start(empty("left")), tracking.start(empty("left"))
    tracking.finish(done, RunResult(Status.DONE), empty("left"))
    other = Tracking(tracking.home)
    other.abandon(left)
    other.abandon(done)
    assert tracking.get_run(left).summary.status == "failed"
    message = (tracking.get_run(left).error or {})["message"]
    assert to_plain(message) == to_plain(_("The run's process ended before the run did."))
    assert tracking.get_run(done).summary.status == "done"


def test_all_that_a_run_found_comes_back(tricky: Any) -> None:
    found = tricky.tracking.get_run(tricky.run_id)
    assert [s.id for s in found.steps] == ["houses", "label", "train", "score", "evaluate"]
    assert all(s.status.is_final and s.key for s in found.steps)
    assert found.params["train.algorithm.max_iter"] == "12"
    assert found.params["train.algorithm.type"] == "boosted_trees_classifier"
    assert found.params["label.column"] == "sold"
    assert codec.loads(found.yaml).ids == [s.id for s in found.steps]
    assert found.reports["evaluate"].metrics["accuracy"] == found.summary.metrics["accuracy"]
    assert (found.datasets[0].name, found.datasets[0].rows) == ("houses", 400)
    assert (found.models[0].step, found.models[0].task) == ("train", "classification")


def test_mlflow_has_lineage_pictures_and_the_model(tricky: Any) -> None:
    client = tricky.tracking.client
    run = client.get_run(tricky.run_id)
    used = run.inputs.dataset_inputs[0].dataset
    assert used.name == "houses"
    assert tricky.workspace.datasets.get("houses").content_hash.startswith(used.digest)
    assert '"name": "rooms"' in used.schema
    assert [m.model_id for m in run.outputs.model_outputs] == [tricky.model_uri.removeprefix("models:/")]
    pictures = {f.path for f in client.list_artifacts(tricky.run_id, "evaluation/evaluate")}
    assert {"evaluation/evaluate/roc.png", "evaluation/evaluate/confusion_matrix.png"} <= pictures
    path = Path(client.download_artifacts(tricky.run_id, "evaluation/evaluate/roc.png"))
    assert path.read_bytes().startswith(b"\x89PNG")
    assert client.get_logged_model(run.outputs.model_outputs[0].model_id).status == "READY"


def test_lists_filter_by_pipeline_status_and_text(tracking: Tracking) -> None:
    name = 'it\'s a "list" / 100%'
    done, running = tracking.start(empty(name)), tracking.start(empty(name))
    tracking.finish(done, RunResult(Status.DONE), empty(name))
    assert [r.run_id for r in tracking.list_runs(pipeline=name)] == [running, done]
    assert [r.run_id for r in tracking.list_runs(pipeline=name, limit=1, offset=1)] == [done]
    assert [r.run_id for r in tracking.list_runs(pipeline=name, status="running")] == [running]
    assert {r.run_id for r in tracking.list_runs(text="IT'S A \"list")} == {running, done}
    assert tracking.list_runs(pipeline="no such") == []
    assert tracking.list_runs(text="' OR 1=1 --") == []
    with pytest.raises(InputError, match="no run status 'odd'"):
        tracking.list_runs(status="odd")


def test_a_deleted_run_leaves_the_lists_and_can_return(tracking: Tracking) -> None:
    run_id = tracking.start(empty("gone"))
    tracking.delete_run(run_id)
    assert tracking.list_runs(pipeline="gone") == []
    with pytest.raises(NotFoundError):
        tracking.get_run(run_id)
    tracking.restore_run(run_id)
    assert [r.run_id for r in tracking.list_runs(pipeline="gone")] == [run_id]


@pytest.mark.parametrize("run_id", ["0" * 32, "../../etc", "", "x' OR 'a'='a"])
def test_an_unknown_run_is_not_found(tracking: Tracking, run_id: str) -> None:
    with pytest.raises(NotFoundError):
        tracking.get_run(run_id)


def test_runs_side_by_side_show_what_differs(tricky: Any) -> None:
    first = tricky.tracking.get_run(tricky.run_id)
    changed = edits.SetParameter("train", "algorithm", {"type": "boosted_trees_classifier", "max_iter": 20})
    second = tricky.workspace.run(changed.apply(codec.loads(first.yaml)))
    found = tricky.tracking.compare([tricky.run_id, second.run_id])
    assert found.params == {"train.algorithm.max_iter": ["12", "20"]}
    assert found.metrics["accuracy"] == [first.summary.metrics["accuracy"], second.result.metrics["accuracy"]]
    assert [run for run, _ in found.curves["roc"]] == [tricky.run_id, second.run_id]
    assert found.differences[0] == []
    assert "max_iter" in found.differences[1][0]
    with pytest.raises(InputError, match="1 runs"):
        tricky.tracking.compare([tricky.run_id, tricky.run_id])


def test_params_are_flat_short_and_named_by_step() -> None:
    document = codec.loads(
        """
format: 1
name: p
steps:
- {id: clean, type: clean_missing_data, params: {columns: {kind: numeric, exclude: [a, b]}, strategy: median}}
- {id: odd, type: no_such_type, params: {mapping: {"a b": 1}, text: x}}
- {id: off, type: set_label, params: {column: y}, enabled: false}
"""
    )
    long = edits.SetParameter("odd", "text", "é" * 9000).apply(document)
    found = flat_params(long)
    assert found["clean.columns.kind"] == "numeric"
    assert found["clean.columns.exclude"] == "a, b"
    assert found["odd.mapping"] == '{"a b": 1}'
    assert len(found["odd.text"]) == 6000
    assert not [k for k in found if k.startswith("off.")]


def test_more_values_than_one_call_takes_are_all_logged(tracking: Tracking) -> None:
    steps = "".join(f"- {{id: s{i}, type: no_such, params: {{a: {i}, b: x}}}}\n" for i in range(120))
    document = codec.loads("format: 1\nname: many\nsteps:\n" + steps)
    run_id = tracking.start(document)
    metrics = {f"m{i} <=50K": i / 7 for i in range(1200)} | {"bad": float("nan")}
    tracking.finish(run_id, RunResult(Status.DONE, reports={"e": Report(metrics)}), document)
    found = tracking.get_run(run_id)
    assert len(found.params) == 240
    assert len(found.summary.metrics) == 1200
    assert found.summary.metrics["m3 __50K"] == 3 / 7


@pytest.mark.services
def test_processes_that_begin_together_make_one_good_store(tmp_path: Path) -> None:
    code = (
        "import sys; from pipelines.workspace import Home; from pipelines.tracking import Tracking;"
        "from pipelines.document.model import PipelineDocument as D;"
        "print(Tracking(Home.open(sys.argv[1])).start(D(name='same')))"
    )
    root = Path(__file__).parents[3]
    environment = os.environ | {"PYTHONPATH": str(root), "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-c", code, str(tmp_path / "ws")]
    started = [
        subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    ids = [p.communicate(timeout=120)[0].strip() for p in started]
    assert [p.returncode for p in started] == [0] * 4
    assert {r.run_id for r in Tracking(Workspace.open(tmp_path / "ws").home).list_runs(pipeline="same")} == set(ids)
    assert not (tmp_path / "mlruns").exists()
    assert not (tmp_path / "mlflow.db").exists()
