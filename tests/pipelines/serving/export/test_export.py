from __future__ import annotations

import os
import subprocess
import sys
import zipfile

import kubernetes_validate
import pandas as pd
import pytest
import yaml

from pipelines.errors import ConflictError, InputError, NotFoundError
from pipelines.serving.export import TARGETS, export
from pipelines.tracking.client import quiet

pytestmark = pytest.mark.usefixtures("model_id")


def objects(path):
    return list(yaml.safe_load_all(path.read_text()))


def test_an_archive_scores_a_csv_where_the_project_is_not(home, tmp_path):
    path = export(home, "models:/echo/1", "archive", tmp_path / "echo.zip")
    with zipfile.ZipFile(path) as file:
        file.extractall(tmp_path)
    (tmp_path / "rows.csv").write_text('id,code,size\n1,NA,2\n2,"",\n3,None,1.5\n')
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [sys.executable, str(tmp_path / "echo" / "score.py"), "rows.csv", "scored.csv"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "3 rows scored" in done.stdout
    scored = pd.read_csv(tmp_path / "scored.csv", keep_default_na=False)
    assert scored.columns.tolist() == ["id", "code", "size", "Scored Labels", "Scored Probabilities"]
    assert scored["Scored Labels"].tolist() == ["'NA'", "''", "'None'"]
    assert (tmp_path / "echo" / "requirements.txt").read_text() == (
        tmp_path / "echo" / "model" / "requirements.txt"
    ).read_text()


def test_a_container_is_what_mlflow_makes_of_the_model(home, tmp_path):
    place = export(home, "models:/plain/1", "container", tmp_path / "image")
    dockerfile = (place / "Dockerfile").read_text()
    assert dockerfile.splitlines()[-1].startswith("ENTRYPOINT")
    (copied,) = (line.split()[1] for line in dockerfile.splitlines() if line.startswith("COPY"))
    assert (place / copied / "MLmodel").is_file()
    assert str(home.root) not in dockerfile


@pytest.mark.parametrize("target", ["kubernetes", "kserve"])
def test_manifests_fit_the_schemas_of_kubernetes(home, tmp_path, target):
    place = export(home, "models:/echo/1", target, tmp_path / "out", image="registry.example.com:5000/team/echo:1")
    (manifest,) = place.glob("*.yaml")
    for each in objects(manifest):
        if each["kind"] == "InferenceService":  # its predictor is a pod's specification with a few fields more
            assert each["apiVersion"] == "serving.kserve.io/v1beta1"
            predictor = dict(each["spec"]["predictor"])
            assert predictor.pop("minReplicas") == 1
            each = {"apiVersion": "v1", "kind": "Pod", "metadata": each["metadata"], "spec": predictor}
        kubernetes_validate.validate(each, "1.36", strict=True)
        assert each["metadata"]["name"] == "echo"
    assert "registry.example.com:5000/team/echo:1" in manifest.read_text()
    assert "&" not in manifest.read_text()
    assert (place / "image" / "Dockerfile").is_file()


def test_the_probes_ask_what_the_container_answers(home, tmp_path):
    place = export(home, "models:/echo/1", "kubernetes", tmp_path / "out")
    deployment, service = objects(place / "deployment.yaml")
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "echo:1"
    with quiet():
        from mlflow.models.container import DEFAULT_NGINX_SERVER_PORT
    assert container["ports"][0]["containerPort"] == DEFAULT_NGINX_SERVER_PORT
    assert service["spec"]["selector"].items() <= deployment["spec"]["template"]["metadata"]["labels"].items()


def test_what_cannot_be_exported_is_said_and_nothing_is_left(home, tmp_path):
    with pytest.raises(NotFoundError, match=r"Did you mean 'kserve'\?"):
        export(home, "models:/echo/1", "kserv", tmp_path / "out")
    with pytest.raises(NotFoundError, match="model"):
        export(home, "models:/nobody/1", "archive", tmp_path / "out")
    with pytest.raises(InputError, match="cannot name a container image"):
        export(home, "models:/echo/1", "container", tmp_path / "out", image="Not A Name")
    (tmp_path / "there").mkdir()
    with pytest.raises(ConflictError, match="already"):
        export(home, "models:/echo/1", "archive", tmp_path / "there")
    assert [p.name for p in tmp_path.iterdir()] == ["there"]


def test_every_target_is_named_for_people():
    for name, target in TARGETS.items():
        assert target.name == name
        assert target.title
        assert target.help.endswith(".")
