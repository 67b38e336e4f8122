"""Small pieces: what they say of what they are given."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from streamlit.testing.v1 import AppTest

from components import comparison, endpoint_form, job_progress, model_picker, run_view, status
from pipelines.execution.result import Status, StepResult
from pipelines.jobs import Job
from pipelines.records import JobState
from pipelines.tracking import RegisteredModel

JOB = Job("1", "run", JobState.RUNNING, "cars", datetime(2026, 11, 24, tzinfo=UTC))
STEPS = (StepResult("a", "dataset", "A", Status.DONE), StepResult("b", "train_model", "B", Status.RUNNING))


def test_the_progress_of_a_run_counts_steps_and_the_part_of_the_one_that_runs() -> None:
    assert job_progress.progress(replace(JOB, steps=STEPS)) == 0.5
    assert job_progress.progress(replace(JOB, steps=STEPS, progress=0.5)) == 0.75
    assert job_progress.progress(replace(JOB, progress=0.2)) == 0.2
    assert job_progress.progress(JOB) == 0.0


def test_a_failed_step_is_shown_first_and_else_the_last_that_is_over() -> None:
    assert run_view._interesting(STEPS) == "a"
    assert run_view._interesting((*STEPS, StepResult("c", "x", "C", Status.FAILED))) == "c"
    assert run_view._interesting(()) is None


def test_a_failure_shows_step_column_and_fix_with_the_trace_folded() -> None:
    def page() -> None:
        from components import run_steps

        run_steps.failure(run_steps.example()[1], key="failed")

    at = AppTest.from_function(page).run()
    assert not at.exception
    assert "'prize'" in at.error[0].value
    assert "'price'" in at.error[0].value
    assert "Traceback" not in at.error[0].value
    assert [e.label for e in at.expander] == ["Trace, for a report"]


def test_pipelines_differ_in_words() -> None:
    one = "format: 1\nname: cars\nsteps:\n- {id: split, type: split_data, params: {train_fraction: 0.7}}\n"
    found = comparison.changes(one, one.replace("0.7", "0.8"))
    assert len(found) == 1
    assert "train_fraction" in found[0]
    assert "0.8" in found[0]
    assert comparison.changes(one, one) == []
    assert comparison.changes(one, "no: [pipeline")


def test_a_model_is_offered_by_alias_first_and_the_one_asked_for_is_there() -> None:
    models = [RegisteredModel("cars", 3, {"champion": 2})]
    assert model_picker.choices(models) == ["models:/cars@champion", "models:/cars/3"]
    assert model_picker.choices(models, "models:/cars/1")[0] == "models:/cars/1"
    assert model_picker.choices([]) == []


def test_an_endpoint_is_proposed_a_name_it_may_have() -> None:
    assert endpoint_form.endpoint_name("models:/Car Price_v2@champion") == "car-price-v2"
    assert endpoint_form.endpoint_name("models:/価格/3") == "endpoint"
    assert endpoint_form.endpoint_name("models:/くちばしの長さ(mm) of 調査-2023/1") == "endpoint"
    assert endpoint_form.endpoint_name("models:/Prix de l'été/1") == "prix-de-l-ete"


def test_a_running_service_is_good_and_a_running_job_is_on_its_way() -> None:
    assert status.service_colour("running") == "green"
    assert status.colour("running") == "blue"
    assert status.colour("unheard of") == "gray"


def test_the_profile_s_columns_are_drawn_with_facts_and_a_picture() -> None:
    def page() -> None:
        from components import data_profile

        data_profile.show(data_profile.example(), key="profile")

    at = AppTest.from_function(page).run()
    assert not at.exception
    assert len(at.get("vega_lite_chart")) == 1
    at.session_state["profile_column"] = "gone"
    at.run()
    assert not at.exception
    assert any("Every value is missing" in c.value for c in at.caption)
