"""Every page on a workspace with a real run: it opens without a trace, and says what there is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from components import session
from pipelines.sdk import Pipeline, Workspace
from pipelines.sdk.running import Finished
from pipelines.settings import settings

APP = Path(__file__).parents[2] / "app.py"
PAGES = [
    "home/home",
    "build/datasets",
    "review/runs",
    "review/run_detail",
    "review/compare_runs",
    "deploy/models",
    "deploy/endpoints",
    "deploy/batch_endpoints",
    "deploy/batch_jobs",
]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The workspace that the pages open, without services."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEKKEI_HOME", str(tmp_path_factory.mktemp("pages") / "workspace"))
        settings.cache_clear()
        session.workspace.clear()
        yield Workspace.open()
    settings.cache_clear()
    session.workspace.clear()


@pytest.fixture(scope="module")
def run(workspace: Workspace) -> Finished:
    """The car price pipeline, run."""
    return workspace.run(workspace.sample("automobile-price"))


@pytest.fixture(scope="module")
def failed(workspace: Workspace) -> Finished:
    """A run whose last step works on the sample and fails on all rows."""
    code = "def run(table):\n    if len(table) > 2000:\n        raise ValueError('too many rows')\n    return table"
    return workspace.run(Pipeline("fails").add("dataset", dataset="wine-quality").add("execute_python", code=code))


def _open(page: str, **query: str) -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=60).run()
    for name, value in query.items():
        at.query_params[name] = value
    at.switch_page(f"pages/{page}.py").run()
    assert not at.exception
    assert not [e for e in at.expander if e.label == "Details for a report"]
    return at


def _texts(at: AppTest) -> str:
    drawn = [*at.markdown, *at.caption, *at.html, *at.text, *at.error, *at.warning, *at.subheader]
    return "\n".join(str(getattr(d, "value", "") or getattr(d, "body", "")) for d in drawn)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_on_a_new_workspace(workspace: Workspace, page: str) -> None:
    at = _open(page)
    assert at.subheader[0].value
    assert not at.error


def test_every_page_begins_with_the_guard_and_none_lies_beside_the_folders() -> None:
    folder = APP.parent / "pages"
    assert [p.name for p in folder.glob("*.py")] == ["__init__.py"]
    for page in folder.glob("*/*.py"):
        lines = [line for line in page.read_text("utf-8").splitlines() if line == "guard.require_user()"]
        assert len(lines) == (page.name != "__init__.py"), page


def test_a_dataset_opens_with_its_rows(workspace: Workspace) -> None:
    at = _open("build/datasets", dataset="automobile-price")
    assert "201 rows · 26 columns" in _texts(at)
    assert len(at.dataframe[0].value) == 100
    assert at.dataframe[0].value["make"].tolist()[0] == "alfa-romero"


def test_rows_are_searched_and_sorted_by_the_server(workspace: Workspace) -> None:
    at = _open("build/datasets", dataset="automobile-price")
    next(w for w in at.text_input if w.key.endswith("_rows_search")).set_value("volvo")
    next(w for w in at.selectbox if w.key.endswith("_rows_sort")).set_value("price").run()
    frame = at.dataframe[0].value
    assert set(frame["make"]) == {"volvo"}
    assert frame["price"].dropna().is_monotonic_increasing


def test_a_dataset_that_is_not_there_is_told_with_the_nearest(workspace: Workspace) -> None:
    at = _open("build/datasets", dataset="automobile-prize")
    assert "automobile-price" in at.error[0].value


def test_a_dataset_is_not_deleted_before_it_is_confirmed(workspace: Workspace) -> None:
    workspace.datasets.add("mine", b"a,b\n1,2\n", file_name="mine.csv")
    at = _open("build/datasets", dataset="mine")
    at.button(key="data_detail_delete").click().run()
    assert "mine" in {d.name for d in workspace.datasets.list()}
    assert at.button(key="data_delete_agree").label == "Delete"


def test_a_pipeline_begins_with_the_dataset(workspace: Workspace) -> None:
    at = _open("build/designer", dataset="wine-quality")
    assert at.selectbox(key="start.dataset").value == "wine-quality"
    at.button(key="start.create").click().run()
    made = workspace.pipelines.open("wine-quality-2").document
    assert made.steps[0].params == {"dataset": "wine-quality"}


def test_a_run_shows_its_metrics_and_pictures(workspace: Workspace, run: Finished) -> None:
    at = _open("review/run_detail", run=run.run_id)
    shown = {m.label: m.value for m in at.metric}
    assert shown["R²"] == f"{run.result.metrics['r2']:.4g}"
    assert len(at.get("vega_lite_chart")) == 2
    assert "automobile-price v1" in _texts(at)


def test_a_failed_run_says_why_and_keeps_the_trace_folded(workspace: Workspace, failed: Finished) -> None:
    assert failed.result.failure is not None
    at = _open("review/run_detail", run=failed.run_id)
    assert failed.result.failure.message in at.error[0].value
    assert "Traceback" not in _texts(at)


def test_a_run_that_is_not_there_is_told_in_a_sentence(workspace: Workspace) -> None:
    at = _open("review/run_detail", run="0" * 32)
    assert at.error[0].value
    assert "Traceback" not in _texts(at)


def test_runs_are_compared_with_what_differs(workspace: Workspace, run: Finished) -> None:
    other = workspace.run(workspace.sample("automobile-price"), overrides={"split.train_fraction": 0.6})
    at = _open("review/compare_runs", runs=f"{run.run_id},{other.run_id}")
    texts = _texts(at)
    assert "train_fraction" in texts
    assert "0.6" in texts
    assert len(at.get("vega_lite_chart")) == 2


def test_home_says_what_stands_still_without_services(workspace: Workspace) -> None:
    assert "Runs and batch scoring wait" in _texts(_open("home/home"))


def test_home_opens_a_new_pipeline(workspace: Workspace) -> None:
    at = _open("home/home")
    next(w for w in at.text_input if w.label == "Name").set_value("brand new")
    at.button(key="home_start_new").click().run()
    assert workspace.pipelines.open("brand new").document.steps == ()


def test_a_batch_job_is_filed_and_waits(workspace: Workspace, run: Finished) -> None:
    at = _open("deploy/batch_jobs", model=workspace.runs.get(run.run_id).models[0].model_uri)
    at.selectbox(key="batch_form_dataset").set_value("automobile-price").run()
    at.button(key="batch_form_go").click().run()
    assert not at.exception
    jobs = workspace.jobs.list(kind="batch")
    assert jobs[0].payload["order"]["input"]["dataset"] == "automobile-price"
    assert jobs[0].payload["order"]["parameters"]["engine"] == "local"
    workspace.jobs.cancel(jobs[0].id)


@pytest.mark.parametrize("chosen", ["local", "spark"])
def test_a_visitor_says_what_scores_a_batch_job(workspace: Workspace, run: Finished, chosen: str) -> None:
    at = _open("deploy/batch_jobs", model=workspace.runs.get(run.run_id).models[0].model_uri)
    at.selectbox(key="batch_form_dataset").set_value("automobile-price").run()
    at.segmented_control(key="batch_form_engine").set_value(chosen).run()
    at.button(key="batch_form_go").click().run()
    assert not at.exception
    job = workspace.jobs.list(kind="batch")[0]
    assert job.payload["order"]["parameters"]["engine"] == chosen
    workspace.jobs.cancel(job.id)


def test_an_endpoints_job_has_the_engine_that_was_chosen(workspace: Workspace, run: Finished) -> None:
    workspace.batch_endpoints.create("prices", workspace.runs.get(run.run_id).models[0].model_uri)
    at = _open("deploy/batch_endpoints", endpoint="prices")
    at.selectbox(key="batch_prices_job_input").select("dataset:automobile-price").run()
    at.segmented_control(key="batch_prices_job_engine").set_value("spark").run()
    at.button(key="batch_prices_job_go").click().run()
    assert not at.exception
    (found,) = workspace.batch_endpoints.job_list("prices")
    assert found.job.payload["order"]["parameters"]["engine"] == "spark"
    workspace.batch_endpoints.cancel("prices", found.id)
    workspace.batch_endpoints.delete("prices")


def test_spark_is_offered_only_where_it_is_installed(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = _open("deploy/batch_jobs").segmented_control(key="batch_form_engine")
    assert wanted.options == ["The default", "This machine", "Spark"]
    monkeypatch.setitem(sys.modules, "pyspark", None)
    wanted = _open("deploy/batch_jobs").segmented_control(key="batch_form_engine")
    assert wanted.options == ["The default", "This machine"]
    assert "pip install pyspark" in wanted.help
