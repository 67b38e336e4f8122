"""What list and canvas say of a step, and which results still fit an edited document."""

from __future__ import annotations

import pytest

from components.step_summary import summary
from components.step_view import fitting_results, views
from pipelines.document.edits import EnableStep, MoveStep, PlaceStep, SetParameter, SetTitle
from pipelines.document.model import PipelineDocument
from pipelines.execution.result import Status, StepResult
from pipelines.graph.order import resolve
from pipelines.samples.gallery import sample_document
from pipelines.sdk import Workspace


@pytest.fixture
def cars() -> PipelineDocument:
    return sample_document("automobile-price")


def done(document: PipelineDocument) -> dict[str, StepResult]:
    return {s.id: StepResult(s.id, s.type, "", Status.DONE, 0.25, 201, 26, "key") for s in document.steps}


def test_a_changed_parameter_unfits_the_step_and_all_that_is_made_from_it(cars: PipelineDocument) -> None:
    changed = SetParameter("clean", "strategy", "median").apply(cars)
    fitting = fitting_results(changed, resolve(changed), cars, done(cars))
    assert list(fitting) == ["cars", "columns", "label"]


@pytest.mark.parametrize("edit", [SetTitle("clean", "Tidy"), PlaceStep("clean", 10, 20)])
def test_what_a_step_is_called_and_where_it_stands_changes_no_result(cars: PipelineDocument, edit: SetTitle) -> None:
    changed = edit.apply(cars)
    assert fitting_results(changed, resolve(changed), cars, done(cars)) == done(cars)


def test_a_step_that_reads_another_one_now_has_no_result(cars: PipelineDocument) -> None:
    changed = MoveStep("clean", 1).apply(cars)
    assert list(fitting_results(changed, resolve(changed), cars, done(cars))) == ["cars"]


def test_nothing_fits_before_the_first_run(cars: PipelineDocument) -> None:
    assert fitting_results(cars, resolve(cars), None, done(cars)) == {}


def test_views_tell_status_problems_and_facts(furnished: Workspace, cars: PipelineDocument) -> None:
    document = EnableStep("evaluate", False).apply(SetParameter("label", "column", "prise").apply(cars))
    inspection = furnished.inspect(document)
    found = {v.id: v for v in views(document, resolve(document), inspection, {"cars": done(cars)["cars"]})}
    assert (found["cars"].status, found["cars"].detail) == ("done", "201 rows · 0.2 s")
    assert found["label"].status == "error"
    assert found["label"].errors >= 1
    assert found["evaluate"].status == "off"
    assert [v.number for v in found.values()] == list(range(1, 9))


def test_summaries_name_the_main_choice() -> None:
    nodes = {n.id: n for n in resolve(sample_document("german-credit")).nodes}
    said = {i: summary(n.step) for i, n in nodes.items() if n.step}
    assert said["applicants"] == "german-credit"
    assert said["scale"] == "zscore"
    assert said["split"] == "rows, stratify"
    assert said["forest"] == "Random Forest Classifier"
