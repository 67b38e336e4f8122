from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd
import pytest

from pipelines.addresses import service_addresses
from pipelines.datasets import Catalogue
from pipelines.jobs import Jobs
from pipelines.processes import free_port
from pipelines.records import Database
from pipelines.serving.batch_endpoints import BatchEndpoints
from pipelines.serving.endpoints import Endpoints
from pipelines.settings import settings
from pipelines.workspace import Home

ROOT = Path(__file__).parents[3]
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,"
    "response_headers_conformance"
)

MODEL = """
import os, time
import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc import PythonModel

VERSION = ""
kept = []

class Echo(PythonModel):
    def predict(self, context, model_input, params=None):
        if "die" in set(model_input["code"].dropna()):
            os._exit(1)
        if "wait" in set(model_input["code"].dropna()):
            time.sleep(5)
        if "bug" in set(model_input["code"].dropna()):
            raise ValueError("secret place")
        if "grow" in set(model_input["code"].dropna()):
            kept.append(bytearray(os.urandom(2**20)) * 300)
        shown = model_input["code"].map(lambda v: "<missing>" if pd.isna(v) else VERSION + repr(v))
        return pd.DataFrame({"Scored Labels": shown, "Scored Probabilities": model_input["size"]})

set_model(Echo())
"""

LOG_MODELS = """
import pathlib, sys
import mlflow, pandas as pd
from mlflow.models import infer_signature
from sklearn.linear_model import LinearRegression
from pipelines.chain.contract import Contract
from pipelines.tracking.client import open_client
from pipelines.workspace import Home

home = Home.open(sys.argv[1])
open_client(home)
mlflow.set_tracking_uri(home.tracking_uri)
mlflow.set_experiment(experiment_id=mlflow.create_experiment("e", artifact_location=home.artifacts.as_uri()))
rows = pd.DataFrame({"code": ["NA", "", "x"], "size": [1.0, 2.5, 3.0]})
contract = Contract.of(rows, ["code", "size"])
code = pathlib.Path(sys.argv[2]).read_text()
for version in (code, code.replace('VERSION = ""', 'VERSION = "two "'), code.replace("VERSION +", "nothing +")):
    pathlib.Path(sys.argv[2]).write_text(version)
    mlflow.pyfunc.log_model(
        name="echo", python_model=sys.argv[2], signature=infer_signature(rows), pip_requirements=["pandas"],
        metadata={"sekkei_contract": contract.model_dump_json()}, registered_model_name="echo",
    )
numbers = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [4.0, 5.0, 7.0]})
with mlflow.start_run():
    made = mlflow.sklearn.log_model(
        LinearRegression().fit(numbers, [1.0, 2.0, 3.0]), name="plain", input_example=numbers,
        pip_requirements=["scikit-learn"], registered_model_name="plain",
    )
mlflow.MlflowClient().set_registered_model_alias("echo", "champion", "1")
print("MODEL", made.model_uri)
"""


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    return Home.open(tmp_path_factory.mktemp("serving") / "workspace")


@pytest.fixture(scope="session")
def model_id(home, tmp_path_factory):
    """Two models in the registry, ``echo`` with a contract, ``plain`` without; gives the URI of the latter's model.

    Version 2 of ``echo`` answers otherwise, version 3 with an error.
    """
    file = tmp_path_factory.mktemp("model") / "model.py"
    file.write_text(MODEL)
    command = [sys.executable, "-c", LOG_MODELS, str(home.root), str(file)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, cwd=file.parent, check=True, capture_output=True, text=True)
    return next(line.split()[1] for line in done.stdout.splitlines() if line.startswith("MODEL"))


@pytest.fixture(scope="session")
def endpoints(home, model_id):
    database = Database(home.database_url)
    database.upgrade()
    yield Endpoints(home, database)
    database.close()


@pytest.fixture(scope="session")
def start_gateway(home):
    """Starts the API service of the workspace alone; gives its process once it answers."""
    port = free_port("127.0.0.1")

    def start():
        command = [
            sys.executable,
            "-m",
            "pipelines.services",
            "service",
            "api",
            f"--home={home.root}",
            f"--port={port}",
        ]
        environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            "SEKKEI_ENDPOINT_TIMEOUT": "3",
            "SEKKEI_MAX_REQUEST_MIB": "1",
            "SEKKEI_ENDPOINT_GROWTH_MIB": "200",
        }
        with (home.root / "gateway.log").open("ab") as log:
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        until = time.monotonic() + 60
        while service_addresses(home).api_url is None:
            assert time.monotonic() < until, (home.root / "gateway.log").read_text()
            time.sleep(0.05)
        return process

    return start


@pytest.fixture(scope="module")
def gateway(start_gateway, endpoints):
    """The gateway's process, in a list, as a test may put another in its place."""
    running = [start_gateway()]
    yield running
    running[0].terminate()
    running[0].wait(30)


@pytest.fixture
def faults(tmp_path):
    """Asks what an OpenAPI document allows and does not; what was wrong with the answers, "" when nothing was."""

    def find(document, key, values, *options):
        lines = [f'"path.{name}" = "{value}"' for name, value in values.items()]
        (tmp_path / "schemathesis.toml").write_text("\n".join(["[parameters]", *lines]))
        command = [
            os.path.join(os.path.dirname(sys.executable), "schemathesis"),
            "run",
            document,
            "--url",
            "{0.scheme}://{0.netloc}".format(urlsplit(document)),
            f"--header=Authorization: Bearer {key}",
            f"--checks={CHECKS}",
            "--mode=all",
            "--phases=examples,coverage,fuzzing",
            "--max-examples=8",
            "--generation-deterministic",
            "--suppress-health-check=all",
            "--no-color",
            *options,
        ]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=240)
        return "" if done.returncode == 0 else done.stdout[-6000:] + done.stderr[-1000:]

    return find


@pytest.fixture
def until():
    def wait(condition, seconds=60):
        end = time.monotonic() + seconds
        while not (found := condition()):
            assert time.monotonic() < end, "it did not happen"
            time.sleep(0.05)
        return found

    return wait


@pytest.fixture
def as_records():
    return lambda *rows: json.dumps({"dataframe_records": list(rows)}).encode()


@pytest.fixture(scope="module")
def echoes() -> pd.DataFrame:
    """Rows that the model ``echo`` is asked for."""
    return pd.DataFrame({"code": ["NA", "x", "y"] * 40, "size": [float(n) for n in range(120)]})


@pytest.fixture(scope="module")
def batch(home: Home, model_id: str, echoes: pd.DataFrame) -> Iterator[BatchEndpoints]:
    database = Database(home.database_url)
    database.upgrade()
    Catalogue(home, database).add_frame("echoes", echoes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEKKEI_WEBHOOK_HOSTS", "127.0.0.1")
        settings.cache_clear()
        yield BatchEndpoints(home, database, Jobs(database, home))
    settings.cache_clear()
    database.close()
