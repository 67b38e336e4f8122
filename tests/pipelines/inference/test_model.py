"""The logged model: what is in it, and how it answers where nothing of Sekkei is installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from pipelines.chain.chain import Chain
from pipelines.errors import ContractError, NotFoundError, SekkeiError
from pipelines.inference.loading import contract_of, folder_of, load
from pipelines.inference.packaging import plain_rows

FORMS = {
    "dataframe_records": lambda rows: rows,
    "dataframe_split": lambda rows: {"columns": list(rows[0]), "data": [list(r.values()) for r in rows]},
    "instances": lambda rows: rows,
    "inputs": lambda rows: {c: [r[c] for r in rows] for c in rows[0]},
}
ROW: dict[str, Any] = {
    "word": "NA", "rooms": 3, "zip": "01234", "size": 80.5, "garden": True, "since": "2021-03-04", "seldom": None,
}  # fmt: skip
CASES: dict[str, list[dict[str, Any]]] = {
    "as it is": [ROW, ROW | {"word": "None"}],
    "nothing given": [dict.fromkeys(ROW)],
    "39.5 for a whole number": [ROW | {"rooms": 3.5}],
    "numbers as text": [ROW | {"rooms": "3", "size": " 80.5 "}],
    "truths as text": [ROW | {"garden": "false"}, ROW | {"garden": 0}],
    "a zip code as a number": [ROW | {"zip": 98765}],
    "empty text": [ROW | {"word": ""}],
    "gaps": [ROW | {"rooms": None}, ROW, ROW | {"size": None, "garden": None, "since": None}],
    "a column more": [ROW | {"extra": {"a": 1}, "sold": "yes"}],
    "an optional column less": [{k: v for k, v in ROW.items() if k not in ("word", "rooms")}],
}

SERVED = """
import json, sys
from pathlib import Path
import mlflow.pyfunc
from mlflow.pyfunc import scoring_server
from starlette.testclient import TestClient
model = mlflow.pyfunc.load_model(sys.argv[1])
client = TestClient(scoring_server.init(model))
def ask(request):
    answer = client.post("/invocations", json=request)
    return [answer.status_code, answer.json()]
found = [ask(request) for request in json.loads(Path(sys.argv[2]).read_text())]
import pipelines
print(json.dumps({"engine": pipelines.__file__, "answers": found, "modules": sorted(sys.modules)}))
"""


@pytest.fixture(scope="module")
def elsewhere(tricky: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Answers of a copy of the model in a process that cannot import the project."""
    place = tmp_path_factory.mktemp("elsewhere")
    shutil.copytree(folder_of(tricky.workspace.home, tricky.model_uri), place / "model")
    requests = [{form: shape(rows)} for rows in CASES.values() for form, shape in FORMS.items()]
    requests += [
        {"dataframe_records": [{k: v for k, v in ROW.items() if k != "zip"}]},
        {"dataframe_records": [ROW, ROW | {"size": "big"}]},
        {"dataframe_records": [ROW | {"since": 5}]},
    ]
    (place / "requests.json").write_text(json.dumps(requests))
    (place / "serve.py").write_text(SERVED)
    command = [sys.executable, "-I", "serve.py", "model", "requests.json"]
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1]) | {"place": str(place)}


def answers(elsewhere: dict[str, Any], case: int, form: int) -> Any:
    return elsewhere["answers"][case * len(FORMS) + form]


def expected(chain: Chain, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return plain_rows(chain.predict(pd.DataFrame(rows))).to_dict("records")


def test_the_model_brings_the_engine_along_and_no_more(elsewhere: dict[str, Any]) -> None:
    assert elsewhere["engine"].startswith(elsewhere["place"])
    assert not {m for m in elsewhere["modules"] if m.startswith(("streamlit", "pipelines.execution", "pipelines.sdk"))}


@pytest.mark.parametrize("form", range(len(FORMS)), ids=list(FORMS))
@pytest.mark.parametrize("case", range(len(CASES)), ids=list(CASES))
def test_rest_answers_as_the_chain_in_memory(tricky: Any, elsewhere: dict[str, Any], case: int, form: int) -> None:
    status, body = answers(elsewhere, case, form)
    assert status == 200, body
    assert body["predictions"] == expected(tricky.chain(), list(CASES.values())[case])


@pytest.mark.parametrize(
    ("which", "words"),
    [(-3, "missing inputs ['zip']"), (-2, "Row 2, column 'size': found 'big', expected a number"), (-1, "found '5'")],
)
def test_rows_that_do_not_fit_are_a_clear_400(elsewhere: dict[str, Any], which: int, words: str) -> None:
    status, body = elsewhere["answers"][which]
    assert status == 400
    assert words in body["message"]
    assert "Traceback" not in json.dumps(body)
    if which != -3:  # that one is MLflow's own
        assert "Failed to predict data" not in body["message"]


def test_a_row_without_prediction_is_null_over_rest() -> None:
    from sklearn.linear_model import LinearRegression

    from pipelines.chain.chain import head_of
    from pipelines.chain.predictor import Predictor
    from pipelines.inference.model import ChainModel

    rows = pd.DataFrame({"x": [1.0, 2.0, 3.0, np.nan]})
    predictor = Predictor(LinearRegression(), "regression").fit(rows[:3], pd.Series([1.0, 2.0, 3.0]))
    model = ChainModel()
    model.chain = Chain([], predictor, head_of(rows)).serving(rows)
    found = model.predict(None, rows)["Scored Labels"].tolist()
    assert found[3] is None
    assert found[:3] == pytest.approx([1.0, 2.0, 3.0])


def test_nothing_in_the_model_is_a_pickle(tricky: Any) -> None:
    folder = folder_of(tricky.workspace.home, tricky.model_uri)
    files = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
    assert {"MLmodel", "model.py", "requirements.txt", "input_example.json", "artifacts/chain.skops"} <= files
    assert {"artifacts/contract.json", "code/pipelines/errors.py", "code/pipelines/chain/chain.py"} <= files
    assert not [f for f in files if f.endswith((".pkl", ".pickle", ".joblib", ".pyc", ".csv"))]
    assert not [f for f in files if f.startswith(("code/pipelines/samples", "code/pipelines/sdk", "code/tests"))]
    assert sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) < 2_000_000


def test_signature_asks_for_what_the_model_uses(tricky: Any) -> None:
    folder = folder_of(tricky.workspace.home, tricky.model_uri)
    card = yaml.safe_load((folder / "MLmodel").read_text())
    inputs = json.loads(card["signature"]["inputs"])
    assert {c["name"]: c["required"] for c in inputs} == {
        "word": False, "rooms": False, "zip": True, "size": False, "garden": True, "since": True, "seldom": False,
    }  # fmt: skip
    assert {c["type"] for c in inputs} == {"any"}
    outputs = {c["name"]: c["type"] for c in json.loads(card["signature"]["outputs"])}
    assert outputs == {"Scored Labels": "string", "Scored Probabilities": "double"}
    example = json.loads((folder / "input_example.json").read_text())
    assert "sold" not in example["columns"]
    assert len(example["data"]) == 3


def test_requirements_are_pinned_to_what_is_installed(tricky: Any) -> None:
    lines = (folder_of(tricky.workspace.home, tricky.model_uri) / "requirements.txt").read_text().split("\n")
    ours = {line for line in Path("requirements.txt").read_text().splitlines() if "==" in line}
    wanted = {name.split("==")[0] for name in lines if name}
    assert {"mlflow", "scikit-learn", "skops", "pandas", "numpy", "pyarrow", "pydantic"} <= wanted
    assert {line for line in lines if line} <= ours | {line.replace("'", '"') for line in ours}


def test_loading_leaves_the_search_path_alone(tricky: Any) -> None:
    before = list(sys.path)
    found = tricky.loaded()
    assert sys.path == before
    pd.testing.assert_frame_equal(found.predict(tricky.rows), tricky.chain().predict(tricky.rows))


def test_a_refused_row_is_the_contracts_own_error(tricky: Any) -> None:
    with pytest.raises(ContractError, match="Row 1, column 'size': found 'big'"):
        tricky.loaded().predict(pd.DataFrame([ROW | {"size": "big"}]))


@pytest.mark.parametrize(
    "uri", ["models:/none/1", "models:/m-0", "models:/none@champion", "/no/such/folder", "runs:/0/x"]
)
def test_a_model_that_is_not_there(tricky: Any, uri: str) -> None:
    with pytest.raises(SekkeiError) as found:
        load(tricky.workspace.home, uri)
    assert isinstance(found.value, NotFoundError)


def test_a_model_of_scikit_learn_is_read_by_its_signature(tricky: Any, tmp_path: Path) -> None:
    folder = foreign_model(tmp_path / "foreign")
    contract = contract_of(tricky.workspace.home, str(folder))
    assert contract is not None
    assert [(c.name, c.type, c.required) for c in contract.columns] == [
        ("a", "integer", True), ("b", "float", True), ("c", "text", True),
    ]  # fmt: skip
    assert contract["b"].example == 0.5
    model = load(tricky.workspace.home, str(folder))
    text = model.predict(pd.DataFrame({"a": ["1", "2"], "b": [1, 2], "c": ["x", 5]}))
    typed = model.predict(pd.DataFrame({"a": [1, 2], "b": [1.0, 2.0], "c": ["x", "5"]}))
    pd.testing.assert_frame_equal(text, typed)
    assert list(text.columns) == ["Scored Labels"]


def foreign_model(folder: Path) -> Path:
    """A typed model that Sekkei did not train."""
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    from pipelines.tracking.client import quiet

    rows = pd.DataFrame({"a": [0, 1, 2, 3], "b": [0.5, 1.5, 2.5, 3.5], "c": ["x", "y", "x", "y"]})
    encoder = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["c"]), remainder="passthrough")
    fitted = make_pipeline(encoder, LogisticRegression()).fit(rows, ["no", "no", "yes", "yes"])
    with quiet():
        import mlflow.sklearn
        from mlflow.models import infer_signature

        mlflow.sklearn.save_model(
            fitted,
            str(folder),
            signature=infer_signature(rows, fitted.predict(rows)),
            input_example=rows.iloc[:1],
            pip_requirements=["scikit-learn"],
            serialization_format="cloudpickle",
        )
    return folder
