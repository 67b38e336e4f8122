"""True values that come later, joined to samples as the gateway writes them."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from pipelines.document import codec
from pipelines.errors import InputError
from pipelines.records import utc_now
from pipelines.sdk import Workspace
from pipelines.serving.monitoring.samples import Answered, Sampler, truth_folder
from tests.pipelines.serving.monitoring.loans import LOANS


def _sampled(workspace: Workspace, rows: pd.DataFrame, answers: list[dict[str, object]], deployment: str) -> None:
    """Requests r0, r1 … of ten rows each."""
    sampler = Sampler(workspace.home, 10_000)
    for at in range(0, len(rows), 10):
        table = rows.iloc[at : at + 10].to_dict("split")
        asked = json.dumps({"dataframe_split": {"columns": table["columns"], "data": table["data"]}}).encode()
        content = json.dumps({"predictions": answers[at : at + 10]}).encode()
        sampler.offer(Answered("loans", utc_now(), f"r{at // 10}", deployment, "models:/loans/1", asked, content))
    sampler.close()


def test_true_values_are_joined_to_the_samples_and_measured(credit: Workspace, tmp_path: Path) -> None:
    credit.models.publish(credit.run(codec.loads(LOANS)).run_id, "loans")
    made, _key = credit.endpoints.create("loans", "models:/loans/1")
    endpoints, deployment = credit.endpoints, made.deployments[0].name
    known = credit.datasets.read("german-credit").head(100)
    rows = known.drop(columns="credit-risk").assign(case=[f"c{i}" for i in range(100)])
    truth = known["credit-risk"].tolist()
    wrong = next(v for v in known["credit-risk"].unique() if v != truth[0])
    answers: list[dict[str, object]] = [{"Scored Labels": v, "Scored Probabilities": 0.5} for v in truth]
    answers[0]["Scored Labels"] = wrong
    assert endpoints.live_metrics("loans").reason == "No true values were given yet."
    _sampled(credit, rows, answers, deployment)

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
