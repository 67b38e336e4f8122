"""The whole path on tables nobody tidied: import, validate, run, compare, publish, and the same answers everywhere."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipelines.execution.cache import ResultStore
from pipelines.processes import free_port
from pipelines.records import JobState
from tests.journeys.studio import ROOT, Studio, call, until

pytestmark = pytest.mark.services

SAMPLES = ROOT / "pipelines" / "samples" / "datasets"
NOTES = ["paid late, twice", 'says "never again"', "two\nlines", "解約を検討中", "semi;colon\tand tab", "plain"]

SUBSCRIBERS = """
format: 1
name: subscribers
description: Who will cancel?
steps:
- {id: people, type: dataset, params: {dataset: subscribers}}
- {id: columns, type: select_columns, params: {columns: {kind: all, exclude: [internal memo, signed up]}}}
- {id: label, type: set_label, params: {column: cancelled, ids: [Customer ID]}}
- {id: split, type: split_data, params: {train_fraction: 0.7, random_state: 1, stratify: true}}
- {id: fill, type: clean_missing_data, params: {strategy: median, columns: {kind: numeric}}}
- {id: bins, type: group_into_bins, params: {n_bins: 4, columns: [score]}}
- {id: scale, type: normalize_data, params: {method: robust, columns: [visits, last invoice]}}
- {id: encode, type: encode_categories, params: {method: onehot}}
- {id: train, type: train_model, params: {algorithm: {type: logistic_regression, C: 0.5}}}
- {id: score, type: score_model}
- {id: evaluate, type: evaluate_model}
"""

TICKETS = """
format: 1
name: チケット
steps:
- {id: tickets, type: dataset, params: {dataset: チケット}}
- {id: label, type: set_label, params: {column: urgency, ids: [number]}}
- {id: split, type: split_data, params: {train_fraction: 0.8, random_state: 2}}
- {id: train, type: train_model, params: {algorithm: {type: boosted_trees_classifier, max_iter: 40}}}
- {id: score, type: score_model}
- {id: evaluate, type: evaluate_model}
"""


def subscribers(rows: int, seed: int) -> pd.DataFrame:
    """Rows of which every third looks wrong and is right. Strings as a CSV file has them come from ``as_csv``."""
    chance = np.random.default_rng(seed)
    plan = chance.choice(["basic", "NA", "None", "プロ", "null"], rows, p=[0.4, 0.2, 0.1, 0.2, 0.1])
    visits = pd.array(chance.poisson(9, rows), dtype="Int64")
    score = chance.normal(50, 12, rows).round(3)
    note = chance.choice(NOTES, rows)
    leaving = (
        (plan == "NA") * 1.2 + (note == NOTES[1]) * 1.5 - 0.15 * (np.asarray(visits, float) - 9) - 0.03 * (score - 50)
    )
    cancelled = np.where(leaving + chance.logistic(0, 1, rows) > 0.5, "yes", "no")
    visits[chance.random(rows) < 0.15] = pd.NA
    return pd.DataFrame(
        {
            "Customer ID": [f"C-{seed:02}{n:05}" for n in range(rows)],
            "signed up": pd.Timestamp("2021-03-01") + pd.to_timedelta(chance.integers(0, 900, rows), unit="D"),
            "plan": plan,
            "visits": visits,
            "score": np.where(chance.random(rows) < 0.1, np.nan, score),
            "newsletter": chance.random(rows) < 0.5,
            "note": np.where(chance.random(rows) < 0.05, None, note),
            "last invoice": np.where(chance.random(rows) < 0.2, np.nan, chance.gamma(2, 30, rows).round(2)),
            "internal memo": [f"see file {n}" for n in range(rows)],
            "cancelled": cancelled,
        }
    )


def tickets(rows: int, seed: int) -> pd.DataFrame:
    """Empty text is a value here, next to what is missing; whole numbers and truth values have gaps."""
    chance = np.random.default_rng(seed)
    area = chance.choice(["", "NA", "None", "billing", "ログイン"], rows)
    replies = pd.array(chance.poisson(3, rows), dtype="Int64")
    known = pd.array(chance.random(rows) < 0.5, dtype="boolean")
    weight = (area == "") * 2 + (area == "NA") + np.asarray(replies, float) / 3 + chance.normal(0, 0.4, rows)
    replies[chance.random(rows) < 0.2] = pd.NA
    known[chance.random(rows) < 0.2] = pd.NA
    found = pd.DataFrame({"number": np.arange(rows) + 10**6, "area": area, "replies": replies, "known": known})
    found["hours"] = np.where(chance.random(rows) < 0.3, np.nan, chance.exponential(5, rows))
    found.loc[chance.random(rows) < 0.1, "area"] = None
    found["urgency"] = np.select([weight > 2.5, weight > 1.4], ["high", "middle"], "low")
    return found


def as_csv(rows: pd.DataFrame, **options: Any) -> bytes:
    return rows.to_csv(index=False, lineterminator="\r\n", **options).encode()


def as_json(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as a caller would write them: null for what is missing, dates as text."""
    return list(json.loads(rows.to_json(orient="records", date_format="iso", double_precision=15)))


@dataclass(frozen=True)
class Published:
    """A published model, fresh rows for it, and where it answers."""

    name: str
    uri: str
    run_id: str
    step: str
    rows: pd.DataFrame
    url: str
    key: str


def as_job(studio: Studio, document: str, **settings: Any) -> str:
    """Run as a job, watched to its end; the id of its run."""
    workspace = studio.workspace
    job = workspace.submit(document, **settings)
    seen = set()

    def over() -> Any:
        now = workspace.jobs.get(job.id)
        seen.update((s.id, str(s.status)) for s in now.steps)
        return now.state.is_final and now

    ended = until(over, "the job ends")
    assert ended.state is JobState.DONE, (ended.error, workspace.jobs.log(job.id))
    assert {s.status for s in ended.steps} <= {"done", "reused"}
    events = [(e.data["id"], e.data["status"]) for e in workspace.jobs.events(job.id) if e.kind == "step"]
    assert [e for e in events if e[0] == "train"] == [("train", "running"), ("train", "done")]
    assert ended.progress == 1.0
    run = workspace.runs.get(str(ended.run_id)).summary
    assert run.seconds == ended.result["seconds"]
    assert run.started_at is not None
    assert ended.started_at is not None
    assert abs(run.started_at - ended.started_at) < timedelta(milliseconds=2)
    return str(ended.run_id)


@pytest.fixture(scope="module")
def runs(studio: Studio, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Both tables imported by the command line, and three runs of them as jobs; run ids by name."""
    folder = tmp_path_factory.mktemp("files")
    table = subscribers(900, seed=1)
    (folder / "abonnés 2021.csv").write_bytes(
        as_csv(table.assign(score=table["score"].map(lambda v: "?" if v != v else v)))
    )
    made = studio.cli("dataset", "add", "subscribers", folder / "abonnés 2021.csv", "--missing", "?")
    found = {c["name"]: (c["type"], c["missing"]) for c in made["columns"]}
    assert made["rows"] == 900
    assert found["plan"] == ("text", 0), "NA, None and null are plans"
    assert found["visits"] == ("float", int(table["visits"].isna().sum()))
    assert found["score"] == ("float", int(table["score"].isna().sum()))
    assert (found["newsletter"][0], found["signed up"][0]) == ("boolean", "datetime")
    assert found["note"] == ("text", int(table["note"].isna().sum()))

    tickets(800, seed=2).to_parquet(folder / "tickets.parquet")
    made = studio.cli("dataset", "add", "チケット", folder / "tickets.parquet")
    found = {c["name"]: (c["type"], c["missing"]) for c in made["columns"]}
    assert found["area"] == ("text", int(tickets(800, seed=2)["area"].isna().sum()))
    assert (found["replies"][0], found["known"][0]) == ("float", "boolean")

    for name, text in {"subscribers": SUBSCRIBERS, "tickets": TICKETS}.items():
        (folder / f"{name}.yaml").write_text(text)
        assert studio.cli("validate", folder / f"{name}.yaml")["ok"]
    return {
        "logistic": as_job(studio, SUBSCRIBERS),
        "less": as_job(studio, SUBSCRIBERS, overrides={"train.algorithm.C": 0.001}),
        "tickets": as_job(studio, TICKETS),
    }


@pytest.fixture(scope="module")
def published(studio: Studio, runs: dict[str, str]) -> Callable[[str], Published]:
    """Publishes and deploys a run's model once, by the command line."""
    made: dict[str, Published] = {}
    rows = {"logistic": subscribers(60, seed=3), "tickets": tickets(60, seed=4)}
    rows["logistic"]["last invoice"] = np.nan
    rows["logistic"].loc[:3, "plan"] = ["never seen", "", "  ", "NaN"]
    rows["logistic"].loc[5, "newsletter"] = True
    rows["tickets"].loc[:2, "area"] = ["new area", "null", 'a,b\n"c"']

    def get(name: str) -> Published:
        if name not in made:
            version = studio.cli("publish", runs[name], f"{name} モデル")
            assert version["version"] == 1
            endpoint = studio.cli("endpoint", "create", name, version["model_uri"])
            assert endpoint["state"] == "healthy", endpoint
            made[name] = Published(
                version["name"], version["model_uri"], runs[name], "train", rows[name], endpoint["url"], endpoint["key"]
            )
        return made[name]

    return get


def in_memory(studio: Studio, model: Published, rows: pd.DataFrame) -> pd.DataFrame:
    """The chain as the run's training made it."""
    workspace = studio.workspace
    key = next(s.key for s in workspace.runs.get(model.run_id).steps if s.id == model.step)
    chain = ResultStore(studio.home.cache).model(key)
    assert chain is not None
    return chain.predict(rows)


def same(expected: pd.DataFrame, given: Any, way: str) -> None:
    """Labels exactly, probabilities to 1e-9."""
    if isinstance(given, list):
        given = pd.DataFrame(given)
    assert len(given) == len(expected), way
    scores = [c for c in given.columns if str(c).startswith("Scored ")]
    assert scores == list(expected.columns), way
    for column in expected:
        one, other = expected[column].to_numpy(), given[column].to_numpy()
        if expected[column].dtype.kind == "f":
            np.testing.assert_allclose(np.asarray(other, float), one, rtol=0, atol=1e-9, err_msg=f"{way}: {column}")
        else:
            assert list(map(str, other)) == list(map(str, one)), f"{way}: {column}"


LOAD = """
import importlib.util, json, sys
assert importlib.util.find_spec("pipelines") is None, "the engine must come with the model"
import mlflow, pandas as pd
rows = pd.read_parquet(sys.argv[2])
model = mlflow.pyfunc.load_model(sys.argv[1])
model.predict(rows).to_json(sys.argv[3], orient="records", double_precision=15)
"""


def elsewhere(studio: Studio) -> dict[str, str]:
    """The environment of somebody who has MLflow and the address of the studio's MLflow server, and no more."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SEKKEI", "MLFLOW", "PYTHON"))}
    path = os.pathsep.join((str(Path(sys.executable).parent), kept.get("PATH", "")))
    return kept | {
        "MLFLOW_TRACKING_URI": str(studio.service("mlflow").url), "MLFLOW_DISABLE_TELEMETRY": "true", "PATH": path
    }  # fmt: skip


def by_pyfunc(studio: Studio, model: Published, rows: pd.DataFrame, folder: Path) -> list[dict[str, Any]]:
    rows.to_parquet(folder / "rows.parquet")
    command = [sys.executable, "-I", "-c", LOAD, model.uri, str(folder / "rows.parquet"), str(folder / "out.json")]
    done = subprocess.run(command, cwd=folder, env=elsewhere(studio), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return list(json.loads((folder / "out.json").read_text()))


def predictions(answer: tuple[int, dict[str, Any], Any]) -> list[dict[str, Any]]:
    assert answer[0] == 200, answer
    return list(answer[1]["predictions"])


def bodies(rows: pd.DataFrame) -> dict[str, Any]:
    records = as_json(rows)
    columns = list(rows.columns)
    return {
        "dataframe_records": records,
        "dataframe_split": {"columns": columns, "data": [[r[c] for c in columns] for r in records]},
        "instances": records,
        "inputs": {c: [r[c] for r in records] for c in columns},
    }


@pytest.mark.parametrize("name", ["logistic", "tickets"])
def test_the_same_rows_get_the_same_answers_on_every_way(
    studio: Studio, published: Callable[[str], Published], tmp_path: Path, name: str
) -> None:
    model = published(name)
    rows = model.rows
    expected = in_memory(studio, model, rows)
    assert expected["Scored Labels"].notna().all()
    assert expected["Scored Labels"].nunique() > 1

    same(expected, by_pyfunc(studio, model, rows, tmp_path), "pyfunc elsewhere")
    rows.to_parquet(tmp_path / "in.parquet")
    (tmp_path / "in.csv").write_bytes(as_csv(rows))
    told = studio.cli("score", model.uri, tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert told["rows"] == len(rows)
    assert studio.workspace.batch.score(model.uri, tmp_path / "in.parquet", tmp_path / "out.csv").rows == len(rows)
    same(expected, pd.read_parquet(tmp_path / "out.parquet"), "batch, Parquet")
    same(expected, pd.read_csv(tmp_path / "out.csv"), "batch, Parquet to CSV")
    for field, value in bodies(rows).items():
        answer = call(model.url, json.dumps({field: value}).encode(), model.key)
        same(expected, predictions(answer), f"REST, {field}")

    # In a CSV file a blank cell is missing, or empty text where the training rows had that: it cannot be both.
    plain = rows[rows["area"].notna()] if name == "tickets" else rows
    expected = in_memory(studio, model, plain)
    (tmp_path / "in.csv").write_bytes(as_csv(plain))
    studio.cli("score", model.uri, tmp_path / "in.csv", tmp_path / "from-csv.parquet")
    same(expected, pd.read_parquet(tmp_path / "from-csv.parquet"), "batch, CSV")
    same(expected, predictions(call(model.url, as_csv(plain), model.key, "text/csv")), "REST, CSV")


@pytest.fixture(scope="module")
def plain_server(
    studio: Studio, published: Callable[[str], Published], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """MLflow's own server, started as MLflow's documentation says, without Sekkei."""
    port, folder = free_port("127.0.0.1"), tmp_path_factory.mktemp("plain")
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", published("logistic").uri]
    command += ["--env-manager", "local", "--host", "127.0.0.1", "--port", str(port)]
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=elsewhere(studio), stdout=log, stderr=log, start_new_session=True
        )
    url = f"http://127.0.0.1:{port}/invocations"

    def answers() -> bool:
        assert process.poll() is None, (folder / "serve.log").read_text()[-3000:]
        try:
            return call(url, b"{}")[0] > 0
        except (OSError, ValueError):
            return False

    until(answers, "mlflow models serve")
    yield url
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_mlflows_own_server_answers_alike(
    studio: Studio, published: Callable[[str], Published], plain_server: str
) -> None:
    model = published("logistic")
    expected = in_memory(studio, model, model.rows)
    for field, value in bodies(model.rows).items():
        same(expected, predictions(call(plain_server, json.dumps({field: value}).encode())), f"mlflow serve, {field}")
    status, answer, _ = call(plain_server, json.dumps({"dataframe_records": [{"plan": "basic"}]}).encode())
    assert status == 400
    assert "note" in str(answer) or "newsletter" in str(answer) or "missing" in str(answer)


def test_the_signature_asks_for_what_is_used_and_nothing_else(
    studio: Studio, published: Callable[[str], Published]
) -> None:
    from mlflow.models import Model

    version = studio.workspace.models.get(published("logistic").uri)
    info = Model.load(version.location.removeprefix("file://"))
    names = ["plan", "visits", "score", "newsletter", "note", "last invoice"]
    assert info.signature.inputs.input_names() == names
    assert [c.name for c in version.contract.columns] == names
    assert [c.name for c in info.signature.outputs.inputs] == ["Scored Labels", "Scored Probabilities"]
    required = {c.name: c.required for c in version.contract.columns}
    assert required == {
        "plan": True, "visits": False, "score": False, "newsletter": True, "note": False, "last invoice": False
    }  # fmt: skip
    assert version.contract["plan"].categories == ["basic", "NA", "プロ", "None", "null"] or {
        "NA", "None", "null", "basic", "プロ"
    } == set(version.contract["plan"].categories)  # fmt: skip


def test_rows_that_differ_from_training_get_an_answer_or_a_sentence(
    studio: Studio, published: Callable[[str], Published], tmp_path: Path
) -> None:
    model = published("logistic")
    row = as_json(model.rows.iloc[[10]])[0] | {"visits": 4, "score": 51.5}

    def ask(*rows: dict[str, Any]) -> tuple[int, dict[str, Any], Any]:
        return call(model.url, json.dumps({"dataframe_records": rows}).encode(), model.key)

    base = predictions(ask(row))
    needless = ("Customer ID", "signed up", "internal memo", "cancelled")
    assert predictions(ask({k: v for k, v in row.items() if k not in needless})) == base
    assert predictions(ask(row | {"surprise": [1, {"a": None}], "cancelled": "maybe"})) == base
    gaps = predictions(ask(row | {"visits": None, "last invoice": None}))
    assert predictions(ask({k: v for k, v in row.items() if k not in ("visits", "last invoice")})) == gaps
    assert predictions(ask(row | {"plan": "unseen 新", "note": 'also, "unseen"\n'}))[0]["Scored Labels"] in (
        "yes",
        "no",
    )
    assert predictions(ask(row | {"visits": "4", "newsletter": str(row["newsletter"])})) == base

    for wrong, words in [
        ({k: v for k, v in row.items() if k != "plan"}, "plan"),
        ({k if k != "plan" else "Plan": v for k, v in row.items()}, "Plan"),
        (row | {"visits": "many"}, "visits"),
        (row | {"newsletter": "perhaps"}, "newsletter"),
    ]:
        status, answer, _ = ask(row, wrong) if "plan" in wrong else ask(wrong)
        assert status == 400
        assert words in answer["message"] + answer["fix"]
        assert "Traceback" not in json.dumps(answer)
    assert "found 'many'" in ask(row, row | {"visits": "many"})[1]["message"]
    assert "Row 2" in ask(row, row | {"visits": "many"})[1]["message"]

    model.rows.drop(columns=["plan"]).to_csv(tmp_path / "short.csv", index=False)
    told = studio.cli("score", model.uri, tmp_path / "short.csv", tmp_path / "out.csv", code=1)
    assert "plan" in told["error"]["message"]
    assert list(tmp_path.glob("*out*")) == []


def test_runs_are_compared(studio: Studio, runs: dict[str, str]) -> None:
    found = studio.workspace.runs.compare([runs["logistic"], runs["less"]])
    assert "train.algorithm.C" in str(found)
    one, other = (studio.workspace.runs.get(runs[n]) for n in ("logistic", "less"))
    assert one.params["train.algorithm.C"] == "0.5"
    assert other.params["train.algorithm.C"] == "0.001"
    assert one.summary.metrics["roc_auc"] > 0.65
    assert one.summary.metrics["log_loss"] != other.summary.metrics["log_loss"]
    reused = {s.id: str(s.status) for s in other.steps}
    assert [reused[s] for s in ("split", "fill", "bins", "scale", "encode")] == ["reused"] * 5


def test_mlflow_holds_all_there_is_to_know_of_a_run(
    studio: Studio, runs: dict[str, str], published: Callable[[str], Published]
) -> None:
    from mlflow import MlflowClient

    published("logistic")
    client = MlflowClient(tracking_uri=str(studio.service("mlflow").url))
    run = client.get_run(runs["logistic"])
    assert run.info.status == "FINISHED"
    expected = {"split.train_fraction": "0.7", "train.algorithm.type": "logistic_regression", "scale.method": "robust"}
    assert expected.items() <= run.data.params.items()
    assert {"accuracy", "roc_auc", "f1", "log_loss", "precision", "recall"} <= run.data.metrics.keys()
    assert [d.dataset.name for d in run.inputs.dataset_inputs] == ["subscribers"]
    folder = Path(run.info.artifact_uri.removeprefix("file://"))
    assert {"pipeline.yaml", "evaluation"} <= {a.path for a in client.list_artifacts(runs["logistic"])}
    assert "C: 0.5" in (folder / "pipeline.yaml").read_text()
    pictures = [p for p in folder.rglob("*.png") if p.read_bytes().startswith(b"\x89PNG")]
    assert {"roc.png", "confusion_matrix.png"} <= {p.name for p in pictures}, pictures
    (output,) = run.outputs.model_outputs
    model = client.get_logged_model(output.model_id)
    place = Path(model.artifact_location.removeprefix("file://"))
    card = (place / "MLmodel").read_text()
    assert "signature:" in card
    assert "saved_input_example_info:" in card
    assert not [p for p in place.rglob("*") if p.suffix in (".pkl", ".pickle", ".joblib")]
    version = client.get_model_version_by_alias("logistic モデル", "champion")
    assert version.run_id == runs["logistic"]


def test_a_model_sekkei_did_not_train_is_scored_and_served(studio: Studio, tmp_path: Path) -> None:
    script = """
import sys, mlflow, pandas as pd
from sklearn.linear_model import LinearRegression
rows = pd.DataFrame({"area in m²": [50.0, 80.0, 120.0, 35.0], "rooms": [2, 3, 5, 1]})
with mlflow.start_run():
    mlflow.sklearn.log_model(LinearRegression().fit(rows, [1.0, 1.7, 2.4, 0.8]), name="rent", input_example=rows,
                             registered_model_name="rent", pip_requirements=["scikit-learn"])
"""
    environment = elsewhere(studio) | {"MLFLOW_EXPERIMENT_NAME": "by hand", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    rows = pd.DataFrame({"area in m²": [64.5, 90.0], "rooms": [2, 4], "street": ["a, b", 'c "d"']})
    rows.to_csv(tmp_path / "flats.csv", index=False)
    studio.cli("score", "models:/rent/1", tmp_path / "flats.csv", tmp_path / "out.parquet")
    scored = pd.read_parquet(tmp_path / "out.parquet")
    assert list(scored["street"]) == list(rows["street"])
    endpoint = studio.cli("endpoint", "create", "rent", "models:/rent/1")
    assert endpoint["state"] == "healthy"
    body = json.dumps({"dataframe_records": rows.drop(columns="street").to_dict("records")}).encode()
    served = predictions(call(endpoint["url"], body, endpoint["key"]))
    np.testing.assert_allclose(scored["Scored Labels"], served, rtol=0, atol=1e-9)
    assert {"rent", "tickets", "logistic"} >= {e["name"] for e in studio.cli("endpoint", "list")["endpoints"]}
    studio.cli("endpoint", "delete", "rent")
    until(lambda: call(endpoint["url"], body, endpoint["key"])[0] == 404, "the endpoint is gone")


def test_a_dataset_scored_as_a_job_becomes_a_dataset(studio: Studio, published: Callable[[str], Published]) -> None:
    model, workspace = published("tickets"), studio.workspace
    job = workspace.batch.submit(model.uri, "チケット", "dataset:scored チケット")
    ended = until(lambda: (now := workspace.jobs.get(job.id)).state.is_final and now, "batch")
    assert ended.state is JobState.DONE, ended.error
    assert (ended.result["rows"], ended.result["dataset"]) == (800, "scored チケット")
    given, scored = workspace.datasets.read("チケット"), workspace.datasets.read("scored チケット")
    pd.testing.assert_frame_equal(scored[list(given.columns)], given)
    same(in_memory(studio, model, given), scored, "batch job")


# Published facts.


def imported(studio: Studio, name: str, file: Path) -> None:
    studio.cli("dataset", "add", name, file, "--missing", "?")


def test_adult_income_by_boosted_trees(studio: Studio, tmp_path: Path) -> None:
    from sklearn.metrics import accuracy_score, roc_auc_score

    imported(studio, "adult", SAMPLES / "adult_income_train.csv")
    document = """
format: 1
name: adult
steps:
- {id: people, type: dataset, params: {dataset: adult}}
- {id: label, type: set_label, params: {column: income}}
- {id: train, type: train_model, params: {algorithm: {type: boosted_trees_classifier}}}
"""
    (tmp_path / "adult.yaml").write_text(document)
    run = studio.cli("run", tmp_path / "adult.yaml")
    model = studio.cli("publish", run["run_id"], "adult")
    studio.cli("score", model["model_uri"], SAMPLES / "adult_income_test.csv", tmp_path / "out.csv")
    scored = pd.read_csv(tmp_path / "out.csv", keep_default_na=False)
    assert len(scored) == 16_281
    truth = scored["income"].str.strip().str.rstrip(".")
    labels = scored["Scored Labels"].str.strip().str.rstrip(".")
    assert set(truth) == set(labels)
    assert accuracy_score(truth, labels) >= 0.868
    assert roc_auc_score(truth == max(set(truth)), scored["Scored Probabilities"].astype(float)) >= 0.92


def test_automobile_price_by_linear_regression(studio: Studio, tmp_path: Path) -> None:
    imported(studio, "cars", SAMPLES / "automobile_price.csv")
    document = """
format: 1
name: cars
steps:
- {id: cars, type: dataset, params: {dataset: cars}}
- {id: columns, type: select_columns, params: {columns: {kind: all, exclude: [normalized-losses]}}}
- {id: label, type: set_label, params: {column: price}}
- {id: clean, type: clean_missing_data, params: {strategy: drop_rows}}
- {id: split, type: split_data, params: {train_fraction: 0.7, random_state: 0}}
- {id: train, type: train_model, params: {algorithm: {type: linear_regression}}}
- {id: score, type: score_model}
- {id: evaluate, type: evaluate_model}
"""
    for seed in range(5):
        run = studio.workspace.run(document, overrides={"split.random_state": seed})
        rows = {s.id: s.rows for s in run.result.steps}
        assert (rows["cars"], rows["clean"]) == (201, 193)
        assert 0.66 <= round(run.result.metrics["r2"], 2) <= 0.93, seed


def test_noise_stays_noise(studio: Studio) -> None:
    """Features selected before the model learn nothing from the rows they are judged on."""
    chance = np.random.default_rng(5)
    noise = pd.DataFrame(chance.normal(size=(400, 300)), columns=[f"x{n}" for n in range(300)])
    noise["y"] = chance.permutation(np.repeat(["a", "b"], 200))
    workspace = studio.workspace
    workspace.datasets.add_frame("noise", noise)
    document = """
format: 1
name: noise
steps:
- {id: noise, type: dataset, params: {dataset: noise}}
- {id: label, type: set_label, params: {column: y}}
- {id: split, type: split_data, params: {train_fraction: 0.5, random_state: 0, stratify: true}}
- {id: select, type: select_features, params: {score: f, k: 10}}
- {id: folds, type: cross_validate_model, params: {algorithm: {type: logistic_regression}, n_folds: 5}}
- {id: train, type: train_model, params: {algorithm: {type: logistic_regression}}, inputs: {table: select}}
- {id: score, type: score_model}
- {id: evaluate, type: evaluate_model}
"""
    run = workspace.run(document)
    for step in ("folds", "evaluate"):
        # 200 rows, half of each class: the standard error of the AUC of noise is 0.041.
        assert abs(run.result.reports[step].metrics["roc_auc"] - 0.5) < 3.3 * 0.041, step
