"""True values that come later, joined to samples as the gateway writes them."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path
from threading import Barrier
from typing import Any

import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, f1_score, log_loss, mean_absolute_error, r2_score

from pipelines.document import codec
from pipelines.errors import InputError
from pipelines.inference.loading import load
from pipelines.records import utc_now
from pipelines.samples import install_sample_datasets
from pipelines.sdk import Workspace
from pipelines.serving.monitoring.samples import Answered, Sampler, truth_folder
from pipelines.workspace import TEMPORARY
from tests.pipelines.serving.monitoring.loans import LOANS


def _sampled(workspace: Workspace, name: str, rows: pd.DataFrame, answers: list[dict[str, Any]], made: str) -> None:
    """Requests r0, r1 … of ten rows each to version 1 of the model, by its endpoint's deployment ``made``."""
    sampler = Sampler(workspace.home, 10_000)
    for at in range(0, len(rows), 10):
        table = rows.iloc[at : at + 10].to_dict("split")
        asked = json.dumps({"dataframe_split": {"columns": table["columns"], "data": table["data"]}}).encode()
        content = json.dumps({"predictions": answers[at : at + 10]}).encode()
        sampler.offer(Answered(name, utc_now(), f"r{at // 10}", made, f"models:/{name}/1", asked, content))
    sampler.close()


def test_true_values_are_joined_to_the_samples_and_measured(credit: Workspace, tmp_path: Path) -> None:
    credit.models.publish(credit.run(codec.loads(LOANS)).run_id, "loans")
    made, _key = credit.endpoints.create("loans", "models:/loans/1")
    endpoints, deployment = credit.endpoints, made.deployments[0].name
    known = credit.datasets.read("german-credit").head(100)
    rows = known.drop(columns="credit-risk").assign(case=[f"c{i}" for i in range(100)])
    truth = known["credit-risk"].tolist()
    wrong = next(v for v in known["credit-risk"].unique() if v != truth[0])
    answers: list[dict[str, Any]] = [{"Scored Labels": v, "Scored Probabilities": 0.5} for v in truth]
    answers[0]["Scored Labels"] = wrong
    assert endpoints.live_metrics("loans").reason == "No true values were given yet."
    _sampled(credit, "loans", rows, answers, deployment)

    file = tmp_path / "truth.csv"
    told = pd.DataFrame({"request_id": [f"r{i // 10}" for i in range(50)], "row": [i % 10 + 1 for i in range(50)]})
    told["credit-risk"] = truth[:50]
    pd.concat([told, pd.DataFrame({"request_id": ["gone"], "row": [1], "credit-risk": [wrong]})]).to_csv(
        file, index=False
    )
    found = endpoints.add_truth("loans", file)
    assert (found.given, found.matched, found.rows) == (51, 50, 50)
    assert found.metrics["accuracy"] == pytest.approx(0.98)
    assert 0.5 < found.training["accuracy"] < 1
    assert endpoints.live_metrics("loans") == found

    cases = tmp_path / "cases.parquet"
    pd.DataFrame({"case": rows["case"], "outcome": truth}).to_parquet(cases)
    by_case = endpoints.add_truth("loans", cases, id_column="case")
    assert (by_case.given, by_case.matched, by_case.rows) == (151, 100, 100)
    assert by_case.metrics["accuracy"] == pytest.approx(0.99)

    for options, match in (
        ({"id_column": "nothing"}, "no column 'nothing' that says which row"),
        ({"column": "nothing"}, "no column 'nothing' with true values"),
    ):
        with pytest.raises(InputError, match=match):
            endpoints.add_truth("loans", file, **options)
    assert endpoints.live_metrics("loans") == by_case
    endpoints.delete("loans")
    assert not truth_folder(credit.home, "loans").exists()


OTHERS = """
format: 2
name: {name}
steps:
- {{id: rows, type: dataset, params: {{dataset: {dataset}}}}}
- {{id: label, type: set_label, params: {{column: {label}}}}}
- {{id: split, type: split_data, params: {{train_fraction: 0.7, random_state: 0}}}}
- {{id: train, type: train_model, params: {{algorithm: {{type: {algorithm}}}}}}}
- {{id: score, type: score_model}}
- {{id: evaluate, type: evaluate_model}}
"""


def _known(workspace: Workspace, name: str, dataset: str, label: str, algorithm: str, tmp_path: Path) -> Any:
    """A model's own answers to 300 rows whose true values are all given: truth, answers, and what was measured."""
    install_sample_datasets(workspace.datasets, [dataset])
    document = codec.loads(OTHERS.format(name=name, dataset=dataset, label=label, algorithm=algorithm))
    workspace.models.publish(workspace.run(document).run_id, name)
    made, _key = workspace.endpoints.create(name, f"models:/{name}/1")
    known = workspace.datasets.read(dataset).sample(300, random_state=0).reset_index(drop=True)
    answers = load(workspace.home, f"models:/{name}/1").predict(rows := known.drop(columns=label))
    _sampled(workspace, name, rows, json.loads(answers.to_json(orient="records")), made.deployments[0].name)
    file = tmp_path / "truth.csv"
    told = pd.DataFrame({"request_id": [f"r{i // 10}" for i in range(300)], "row": [i % 10 + 1 for i in range(300)]})
    told.assign(**{label: known[label]}).to_csv(file, index=False)
    found = workspace.endpoints.add_truth(name, file)
    assert (found.given, found.matched, found.rows, found.reason) == (300, 300, 300, "")
    return known[label], answers, found


def test_numbers_are_measured_as_in_training(credit: Workspace, tmp_path: Path) -> None:
    truth, answers, found = _known(credit, "wines", "wine-quality", "quality", "ridge", tmp_path)
    assert found.metrics["r2"] == pytest.approx(r2_score(truth, answers["Scored Labels"]))
    assert found.metrics["mean_absolute_error"] == pytest.approx(mean_absolute_error(truth, answers["Scored Labels"]))
    assert found.training["r2"] == pytest.approx(found.metrics["r2"], abs=0.15)


@pytest.mark.parametrize(
    ("name", "dataset", "label"), [("digits", "handwritten-digits", "digit"), ("grades", "wine-quality", "quality")]
)
def test_several_classes_are_measured_as_in_training(
    credit: Workspace, tmp_path: Path, name: str, dataset: str, label: str
) -> None:
    truth, answers, found = _known(credit, name, dataset, label, "decision_tree_classifier", tmp_path)
    truth, predicted = truth.astype(str), answers["Scored Labels"].astype(str)
    assert 0.5 < found.metrics["accuracy"] < 1
    assert found.metrics["accuracy"] == pytest.approx(accuracy_score(truth, predicted))
    classes = sorted(truth.unique())
    assert found.metrics["f1_macro"] == pytest.approx(f1_score(truth, predicted, average="macro", labels=classes))
    shares = answers[[f"Scored Probabilities_{c}" for c in classes]].to_numpy()
    assert found.metrics["log_loss"] == pytest.approx(log_loss(truth, shares, labels=classes))
    assert found.training["accuracy"] == pytest.approx(found.metrics["accuracy"], abs=0.15)


def _upload(workspace: Workspace, folder: Path, number: int, ready: Barrier) -> None:
    file = folder / f"{number}.csv"
    file.write_text("".join(["case,outcome\n", *(f"{number}-{row},good\n" for row in range(5))]))
    ready.wait(60)
    workspace.endpoints.add_truth("busy", file, id_column="case", column="outcome")


def test_of_uploads_at_once_none_is_lost(credit: Workspace, tmp_path: Path) -> None:
    credit.models.publish(credit.run(codec.loads(LOANS)).run_id, "busy")
    credit.endpoints.create("busy", "models:/busy/1")
    folder = truth_folder(credit.home, "busy")
    folder.mkdir(parents=True)
    (folder / f"{TEMPORARY}killed.parquet").write_bytes(b"PAR1")
    credit.database.close()
    fork = multiprocessing.get_context("fork")
    ready = fork.Barrier(8)
    uploads = [fork.Process(target=_upload, args=(credit, tmp_path, number, ready)) for number in range(8)]
    for upload in uploads:
        upload.start()
    for upload in uploads:
        upload.join(120)
        assert upload.exitcode == 0
    assert credit.endpoints.live_metrics("busy").given == 40
    assert [p.name for p in folder.iterdir()] == ["v1.parquet"]
