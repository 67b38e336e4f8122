"""The engine on real data: order, reuse, leaks, failures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipelines.document import edits
from pipelines.document.model import PipelineDocument
from pipelines.execution.cache import ResultStore
from pipelines.execution.datasets import WholeDatasets
from pipelines.execution.events import Event, StepChanged
from pipelines.execution.result import RunResult, Status
from pipelines.execution.runner import Runner
from pipelines.graph.order import leak_proof, resolve
from pipelines.sdk import Workspace

Make = Callable[[str], PipelineDocument]
Run = Callable[[PipelineDocument], RunResult]

CARS = """
- {id: cars, type: dataset, params: {dataset: automobile-price}}
- {id: columns, type: select_columns, params: {columns: {kind: all, exclude: [normalized-losses]}}}
- {id: label, type: set_label, params: {column: price}}
- {id: clean, type: clean_missing_data, params: {strategy: drop_rows}}
- {id: split, type: split_data, params: {train_fraction: 0.7, random_state: 0}}
- {id: train, type: train_model, params: {algorithm: {type: linear_regression}}}
- {id: score, type: score_model}
- {id: evaluate, type: evaluate_model}
"""


@pytest.fixture
def store(tmp_path: Path) -> ResultStore:
    return ResultStore(tmp_path / "cache")


@pytest.fixture
def run(furnished: Workspace, store: ResultStore) -> Run:
    return lambda document: Runner(WholeDatasets(furnished.datasets), store).run(leak_proof(resolve(document)))


def steps_of(result: RunResult) -> dict[str, str]:
    return {s.id: s.status.value for s in result.steps}


def test_published_facts_of_automobile_price_come_out(document: Make, run: Run) -> None:
    result = run(document(CARS))
    assert result.status is Status.DONE
    rows = {s.id: s.rows for s in result.steps}
    assert rows["cars"] == 201
    assert rows["clean"] == 193
    assert rows["score"] == 58
    assert 0.66 < result.metrics["r2"] < 0.93


def test_a_second_run_reuses_every_step_and_gives_the_same_numbers(document: Make, run: Run) -> None:
    first, second = run(document(CARS)), run(document(CARS))
    assert set(steps_of(second).values()) == {"reused"}
    assert second.metrics == first.metrics
    assert second.models.keys() == first.models.keys()


def test_only_what_an_edit_touches_runs_again(document: Make, run: Run) -> None:
    cars = document(CARS)
    run(cars)
    changed = edits.SetParameter("train", "algorithm", {"type": "ridge", "alpha": 2.0}).apply(cars)
    assert steps_of(run(changed)) == dict.fromkeys(
        ["cars", "columns", "label", "clean", "split"], "reused"
    ) | dict.fromkeys(["train", "score", "evaluate"], "done")


def test_a_reused_result_equals_a_cold_one(document: Make, run: Run, furnished: Workspace, tmp_path: Path) -> None:
    cars = document(CARS)
    run(cars)
    changed = edits.SetParameter("train", "algorithm", {"type": "ridge", "alpha": 2.0}).apply(cars)
    warm = run(changed)
    cold = Runner(WholeDatasets(furnished.datasets), ResultStore(tmp_path / "other")).run(leak_proof(resolve(changed)))
    assert warm.metrics == cold.metrics


def test_a_failing_step_is_named_and_later_ones_are_skipped(document: Make, run: Run) -> None:
    result = run(document(CARS.replace("strategy: drop_rows", "strategy: mean, columns: [make]")))
    assert result.status is Status.FAILED
    assert result.failure is not None
    assert result.failure.id == "clean"
    assert "make" in result.failure.message
    assert steps_of(result)["train"] == "skipped"


def test_a_cancelled_run_stops_before_the_next_step(document: Make, furnished: Workspace, store: ResultStore) -> None:
    seen: list[Event] = []
    runner = Runner(WholeDatasets(furnished.datasets), store, seen.append, cancelled=lambda: len(seen) >= 2)
    result = runner.run(leak_proof(resolve(document(CARS))))
    assert result.status is Status.CANCELLED
    assert steps_of(result) == {"cars": "done"} | dict.fromkeys(
        ["columns", "label", "clean", "split", "train", "score", "evaluate"], "cancelled"
    )


def test_events_tell_running_then_done(document: Make, furnished: Workspace, store: ResultStore) -> None:
    seen: list[Event] = []
    Runner(WholeDatasets(furnished.datasets), store, seen.append).run(leak_proof(resolve(document(CARS))))
    told = [(e.result.id, e.result.status.value) for e in seen if isinstance(e, StepChanged)]
    assert told[:4] == [("cars", "running"), ("cars", "done"), ("columns", "running"), ("columns", "done")]


def test_a_result_half_written_by_a_killed_process_is_not_used(document: Make, run: Run, store: ResultStore) -> None:
    key = next(s.key for s in run(document(CARS)).steps if s.id == "clean")
    entry = store.folder / key[:2] / key
    (entry / "table.parquet").unlink()
    assert steps_of(run(document(CARS)))["score"] in ("done", "reused")
    (entry / "meta.json").write_text("{")
    assert run(document(CARS)).status is Status.DONE


LATE = """
- {id: people, type: dataset, params: {dataset: german-credit}}
- {id: label, type: set_label, params: {column: credit-risk}}
- {id: scale, type: normalize_data, params: {method: zscore}}
- {id: split, type: split_data, params: {train_fraction: 0.7, random_state: 3}}
- {id: train, type: train_model, params: {algorithm: {type: logistic_regression}}}
- {id: score, type: score_model}
- {id: evaluate, type: evaluate_model}
"""


def test_a_split_written_after_a_fitted_step_runs_as_if_written_before(document: Make, run: Run) -> None:
    late = document(LATE)
    early = edits.MoveStep("split", 2).apply(late)
    assert run(late).metrics == run(early).metrics


def noise(rows: int = 400, columns: int = 300) -> pd.DataFrame:
    generator = np.random.default_rng(11)
    frame = pd.DataFrame(generator.normal(size=(rows, columns)), columns=[f"x{i}" for i in range(columns)])
    return frame.assign(label=np.where(generator.random(rows) < 0.5, "yes", "no"))


NOISE = """
- {id: noise, type: dataset, params: {dataset: noise}}
- {id: label, type: set_label, params: {column: label}}
- {id: select, type: select_features, params: {score: f, k: 10}}
- {id: validate, type: cross_validate_model, params: {algorithm: {type: logistic_regression}, n_folds: 5}}
- {id: split, type: split_data, params: {train_fraction: 0.6, random_state: 1}, inputs: {table: select}}
- {id: train, type: train_model, params: {algorithm: {type: logistic_regression}}}
- {id: score, type: score_model}
- {id: evaluate, type: evaluate_model}
"""


def test_feature_selection_on_pure_noise_scores_no_better_than_chance(
    workspace: Workspace, document: Make, tmp_path: Path
) -> None:
    workspace.datasets.add_frame("noise", noise())
    without_split = "\n".join(NOISE.strip().splitlines()[:4])
    result = Runner(WholeDatasets(workspace.datasets), ResultStore(tmp_path / "a")).run(
        leak_proof(resolve(document(without_split)))
    )
    assert 0.40 < result.metrics["roc_auc"] < 0.60
    straight = "\n".join(line for line in NOISE.strip().splitlines() if "validate" not in line)
    result = Runner(WholeDatasets(workspace.datasets), ResultStore(tmp_path / "b")).run(
        leak_proof(resolve(document(straight)))
    )
    assert 0.36 < result.metrics["roc_auc"] < 0.64


def test_changing_only_test_rows_changes_no_fitted_value(workspace: Workspace, document: Make, tmp_path: Path) -> None:
    steps = """
- {id: rows, type: dataset, params: {dataset: rows}}
- {id: label, type: set_label, params: {column: label}}
- {id: split, type: split_data, params: {train_fraction: 0.6, random_state: 1}}
- {id: scale, type: normalize_data, params: {method: zscore}}
- {id: select, type: select_features, params: {score: f, k: 3}}
- {id: train, type: train_model, params: {algorithm: {type: logistic_regression}}}
- {id: score, type: score_model, params: {rows: train}}
"""
    frame = noise(200, 8)
    workspace.datasets.add_frame("rows", frame)
    store = ResultStore(tmp_path / "c")
    first = Runner(WholeDatasets(workspace.datasets), store).run(leak_proof(resolve(document(steps))))
    marks = store.partition(next(s.key for s in first.steps if s.id == "split"))
    assert marks is not None
    changed = frame.copy()
    changed.loc[(marks == "test").to_numpy(), [c for c in frame if c != "label"]] *= 1000.0
    workspace.datasets.add_frame("rows", changed)
    second = Runner(WholeDatasets(workspace.datasets), store).run(leak_proof(resolve(document(steps))))
    scored = [store.table(next(s.key for s in r.steps if s.id == "score")).frame for r in (first, second)]
    pd.testing.assert_frame_equal(scored[0], scored[1])
