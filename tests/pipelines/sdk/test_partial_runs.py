"""Runs of a part of a pipeline, runs with values of their own, and what is told of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.document.edits import EnableStep, SetParameter
from pipelines.document.model import PipelineDocument
from pipelines.document.parameter_edits import PromoteParameter
from pipelines.errors import DiagnosticsError, NotFoundError, ParameterError
from pipelines.execution.cache import ResultStore
from pipelines.execution.result import RunResult
from pipelines.sdk import Workspace
from pipelines.sdk.running import Order

CARS = """
- {id: cars, type: dataset, params: {dataset: cars}}
- {id: label, type: set_label, params: {column: price}}
- {id: split, type: split_data, params: {train_fraction: 0.7}}
- {id: clean, type: clean_missing_data, params: {strategy: median, columns: {kind: numeric}}}
- {id: train, type: train_model, params: {algorithm: {type: ridge}}}
- {id: score, type: score_model}
- {id: export, type: export_data, params: {file_name: scores}}
"""


@pytest.fixture
def cars(workspace: Workspace, document: Callable[..., PipelineDocument], furnished: Workspace) -> PipelineDocument:
    workspace.datasets.add_frame("cars", furnished.datasets.read("automobile-price"))
    return document(CARS, "cars")


def statuses(result: RunResult) -> dict[str, str]:
    return {s.id: s.status.value for s in result.steps}


def reasons(result: RunResult) -> dict[str, str]:
    return {s.id: s.reason for s in result.steps if not s.reused}


def test_a_run_until_a_step_runs_what_it_needs_and_the_next_run_reuses_it(workspace, cars):
    found = workspace.run(cars, until="clean").result
    assert statuses(found) == dict.fromkeys(["cars", "label", "split", "clean"], "done")
    found = workspace.run(cars, until="train").result
    assert statuses(found) == dict.fromkeys(["cars", "label", "split", "clean"], "reused") | {"train": "done"}
    assert reasons(found) == {"train": "it was not part of the last run"}


def test_what_is_wrong_behind_the_last_step_wanted_stops_nothing(workspace, cars):
    wrong = SetParameter("train", "algorithm.type", "rige").apply(cars)
    with pytest.raises(DiagnosticsError):
        workspace.run(wrong)
    with pytest.raises(DiagnosticsError):
        workspace.run(wrong, until="train")
    assert workspace.run(wrong, until="clean").result.failure is None


def test_from_a_step_on_everything_is_computed_anew_and_kept_in_place_of_the_old(workspace, cars):
    first = workspace.run(cars).result
    key = next(s.key for s in first.steps if s.id == "clean")
    place = workspace.home.cache / key[:2] / key
    before = place.stat().st_ino
    found = workspace.run(cars, fresh_from="clean").result
    assert [s for s, status in statuses(found).items() if status == "reused"] == ["cars", "label", "split"]
    assert reasons(found) == {
        "clean": "it was asked to run again",
        **dict.fromkeys(["train", "score", "export"], "the step before it ran again"),
    }
    assert place.stat().st_ino != before
    assert [s.key for s in found.steps] == [s.key for s in first.steps]
    assert not list(Path(workspace.home.cache).glob("*/*.part"))
    assert "clean" not in reasons(workspace.run(cars).result)


def test_a_step_that_is_not_reused_says_why(workspace, cars, furnished):
    workspace.run(cars)
    found = workspace.run(SetParameter("clean", "strategy", "mean").apply(cars)).result
    assert reasons(found) == {
        "clean": "its parameter strategy changed",
        **dict.fromkeys(["train", "score"], "the step before it ran again"),
        "export": "it writes its file in every run",
    }
    rows = furnished.datasets.read("automobile-price")
    workspace.datasets.add_frame("cars", rows.iloc[:150])
    found = workspace.run(cars).result
    assert reasons(found)["cars"] == "the dataset has a new version"
    assert reasons(found)["label"] == "the step before it ran again"
    kept = ResultStore(workspace.home.cache)
    shutil.rmtree(kept.rows_path(next(s.key for s in found.steps if s.id == "clean")).parent)
    assert reasons(workspace.run(cars).result)["clean"] == "its result was not kept"
    found = workspace.run(SetParameter("train", "algorithm", {"type": "ridge", "alpha": 2.0}).apply(cars)).result
    assert reasons(found)["train"] == "its parameter algorithm.alpha changed"


def test_steps_that_are_not_there_or_not_run_are_told(workspace, cars):
    with pytest.raises(NotFoundError, match="Did you mean 'train'"):
        workspace.run(cars, until="trian")
    with pytest.raises(ParameterError, match="does not come to 'train'"):
        workspace.run(cars, until="clean", fresh_from="train")
    with pytest.raises(ParameterError, match="switched off"):
        workspace.run(EnableStep("clean", False).apply(cars), until="clean")


def test_an_estimate_comes_from_earlier_runs_and_counts_what_is_kept_as_nothing(workspace, cars):
    assert set(workspace.estimate(cars).values()) == {None}
    took = {s.id: s.seconds for s in workspace.run(cars).result.steps}
    kept = workspace.estimate(cars)
    assert kept == {**dict.fromkeys(took, 0.0), "export": took["export"]}
    fresh = workspace.estimate(cars, fresh_from="train")
    assert fresh == {**kept, "train": took["train"], "score": took["score"]}
    assert list(workspace.estimate(cars, until="split")) == ["cars", "label", "split"]
    changed = workspace.estimate(cars, overrides=["clean.strategy=mean"])
    assert changed["clean"] == took["clean"]


def test_an_estimate_of_a_pipeline_comes_from_its_jobs(workspace, cars):
    made = workspace.pipelines.create(cars)
    job = workspace.submit(cars, pipeline_id=made.id, until="split")
    assert job.payload["until"] == "split"
    assert set(workspace.estimate(cars, made.id).values()) == {None}


def test_pipeline_parameters_are_set_for_a_run_and_logged(workspace, cars):
    made = PromoteParameter("split", "train_fraction", "share").apply(cars)
    found = workspace.run(made, overrides=["share=0.5", "clean.strategy=mean"], until="clean")
    detail = workspace.runs.get(found.run_id)
    assert detail.params["parameters.share"] == "0.5"
    assert detail.params["split.train_fraction"] == "0.5"
    assert detail.params["clean.strategy"] == "mean"
    assert "{name: share, default: 0.5}" in detail.yaml
    with pytest.raises(ParameterError, match="Did you mean 'share'"):
        workspace.run(made, overrides=["shares=0.5"])
    with pytest.raises(ParameterError, match=r"split\.PARAM"):
        workspace.run(made, overrides=["split=0.5"])
    with pytest.raises(DiagnosticsError):
        workspace.run(made, overrides={"share": 7})


def test_a_job_carries_the_values_and_the_document_as_it_was(workspace, cars):
    made = PromoteParameter("split", "train_fraction", "share").apply(cars)
    job = workspace.submit(made, overrides={"share": 0.5}, fresh_from="clean")
    order = Order.from_payload(job.payload)
    assert order.document == made
    assert order.parameters == {"share": 0.5}
    assert order.as_run.defaults == {"share": 0.5}
    assert (order.until, order.fresh_from) == (None, "clean")
