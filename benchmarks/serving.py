"""Asks the same model for one row through the gateway and through other servers, in turn, and compares the times.

    .venv/bin/python -m benchmarks.serving
    .venv/bin/python -m benchmarks.serving --bentoml OTHER/bin/python --mlserver ANOTHER/bin/python

Adult income, logistic regression over imputing, scaling and one-hot encoding. ``mlflow models serve``, the service by
hand, BentoML and MLServer serve a scikit-learn Pipeline of the same steps, each in one process. BentoML and MLServer
(with ``mlserver-sklearn``) need environments of their own, with the scikit-learn and pandas of this one.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import joblib
import mlflow
import pandas as pd
from sklearn.pipeline import Pipeline

from benchmarks import handwritten
from benchmarks.endpoints import studio
from benchmarks.run import benchmark_pipeline
from pipelines import Workspace
from pipelines.errors import InputError
from pipelines.processes import free_port

HOST = "127.0.0.1"
NAME = "income"
WAIT_SECONDS = 120.0
ALIKE = 0.95
GOALS = {
    "mlflow models serve": "at most 0.4",
    "FastAPI and joblib": "at most 0.7",
    "BentoML": "under 1",
    "MLServer": "under 1",
    "the model server alone": "adds under 1.5 ms",
}


@dataclass(frozen=True)
class Way:
    """A server, and the body with which it is asked for a row; ``label`` reads the label of its answer."""

    name: str
    url: str
    body: Callable[[dict[str, Any]], Any]
    label: Callable[[Any], str]
    headers: dict[str, str]


def records(row: dict[str, Any]) -> dict[str, Any]:
    return {"dataframe_records": [row]}


def split(row: dict[str, Any]) -> dict[str, Any]:
    return {"dataframe_split": {"columns": list(row), "data": [list(row.values())]}}


def tensors(row: dict[str, Any]) -> dict[str, Any]:
    """The row as the Open Inference Protocol has it, which MLServer makes a DataFrame of."""
    inputs = []
    for name, value in row.items():
        text = isinstance(value, str) or value is None
        one = {"name": name, "shape": [1], "datatype": "BYTES" if text else "FP64", "data": [value or ""]}
        inputs.append(one | ({"parameters": {"content_type": "str"}} if text else {"data": [value]}))
    return {"parameters": {"content_type": "pd"}, "inputs": inputs}


def ours(workspace: Workspace) -> list[Way]:
    """The gateway, and the model server behind it."""
    run = workspace.run(benchmark_pipeline())
    uri = workspace.models.publish(run.run_id, NAME).model_uri
    made, key = workspace.endpoints.create(NAME, uri, wait=True, timeout=180)
    if made.state != "healthy":
        raise InputError(made.reason)
    server = made.deployments[0].servers[0]

    def label(answer: Any) -> str:
        return str(answer["predictions"][0]["Scored Labels"])

    alone = f"http://{HOST}:{server.port}/invocations"
    return [
        Way("Sekkei", made.url, records, label, {"authorization": f"Bearer {key}"}),
        Way("the model server alone", alone, split, label, {}),
    ]


@contextmanager
def stock(folder: Path, fitted: Pipeline, rows: pd.DataFrame) -> Iterator[Way]:
    """``mlflow models serve`` on the Pipeline, as its documentation has it."""
    mlflow.sklearn.save_model(
        fitted,
        str(folder / "stock"),
        signature=mlflow.models.infer_signature(rows.head(100), fitted.predict(rows.head(100))),
        pip_requirements=["scikit-learn", "pandas", "skops"],
        skops_trusted_types=["numpy.dtype", "sklearn.compose._column_transformer.make_column_selector"],
    )
    port = free_port(HOST)
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", str(folder / "stock"), "-p", str(port)]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with _served([*command, "--env-manager", "local"], folder, f"http://{HOST}:{port}/ping", PATH=path):
        yield Way(
            "mlflow models serve", f"http://{HOST}:{port}/invocations", split, lambda a: str(a["predictions"][0]), {}
        )


@contextmanager
def by_hand(folder: Path) -> Iterator[Way]:
    """FastAPI and joblib."""
    port = free_port(HOST)
    command = [sys.executable, "-m", "uvicorn", "benchmarks.app_by_hand:app", "--port", str(port), "--no-access-log"]
    with _served(command, folder, f"http://{HOST}:{port}/openapi.json"):
        yield Way("FastAPI and joblib", f"http://{HOST}:{port}/invocations", records, _labelled, {})


@contextmanager
def bentoml(python: str, folder: Path) -> Iterator[Way]:
    """BentoML, by the Python that has it."""
    port = free_port(HOST)
    service = Path(__file__).with_name("bento_by_hand.py")
    command = [python, "-m", "bentoml", "serve", f"{service.name}:Income", "--host", HOST, "--port", str(port)]
    with _served(
        command, folder, f"http://{HOST}:{port}/readyz", cwd=service.parent, BENTOML_DO_NOT_TRACK="True", PYTHONPATH=""
    ):
        yield Way("BentoML", f"http://{HOST}:{port}/invocations", records, _labelled, {})


@contextmanager
def mlserver(python: str, folder: Path) -> Iterator[Way]:
    """MLServer with its runtime for scikit-learn, by the Python that has it."""
    ports = [free_port(HOST) for _ in range(3)]
    place = folder / "mlserver"
    place.mkdir()
    settings = {"host": HOST, "http_port": ports[0], "grpc_port": ports[1], "metrics_port": ports[2]}
    model = {"name": NAME, "implementation": "mlserver_sklearn.SKLearnModel"}
    model |= {"parameters": {"uri": str(folder / "model.joblib")}}
    (place / "settings.json").write_text(json.dumps(settings | {"parallel_workers": 0, "debug": False}))
    (place / "model-settings.json").write_text(json.dumps(model))
    command = [str(Path(python).with_name("mlserver")), "start", str(place)]
    base = f"http://{HOST}:{ports[0]}/v2/models/{NAME}"
    with _served(command, folder, f"{base}/ready", PYTHONPATH=""):
        yield Way("MLServer", f"{base}/infer", tensors, lambda a: str(a["outputs"][0]["data"][0]), {})


def _labelled(answer: Any) -> str:
    return str(answer["predictions"][0]["label"])


@contextmanager
def _served(
    command: list[str], folder: Path, ready: str, cwd: Path | None = None, **environment: str
) -> Iterator[None]:
    with (folder / "servers.log").open("ab") as log:
        variables = os.environ | {"MODEL": str(folder / "model.joblib")} | environment
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=cwd, env=variables, start_new_session=True)
        try:
            _until(ready, process, folder / "servers.log")
            yield
        finally:
            os.killpg(process.pid, 15)
            process.wait(30)


def _until(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(url, trust_env=False, timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise InputError(f"{url} did not come up: {log.read_text('utf-8', 'replace')[-2000:]}")


def latencies(ways: list[Way], rows: list[dict[str, Any]], count: int) -> dict[str, list[float]]:
    """Seconds of each way for one row after another, the ways in an order of chance.

    Two of them end at the same model server, and whoever asked last has left it warm.
    The models were fitted by different hands and on different rows: InputError where their labels differ often.
    """
    times: dict[str, list[float]] = {w.name: [] for w in ways}
    alike, order = 0, random.Random(0)
    with httpx.Client(trust_env=False, timeout=60) as client:
        for number in range(count + count // 10):
            row = rows[number % len(rows)]
            labels = {}
            for way in order.sample(ways, len(ways)):
                content = json.dumps(way.body(row)).encode()
                began = time.perf_counter()
                answer = client.post(way.url, content=content, headers=_headers(way))
                seconds = time.perf_counter() - began
                answer.raise_for_status()
                labels[way.name] = way.label(answer.json())
                if number >= count // 10:
                    times[way.name].append(seconds)
            alike += len(set(labels.values())) == 1
    if alike < ALIKE * (count + count // 10):
        raise InputError(f"The servers answer differently, at the end {labels}.")
    return times


def throughput(way: Way, rows: list[dict[str, Any]], clients: int, seconds: float) -> float:
    """Requests per second of so many clients that ask without pause."""
    counts = [0] * clients
    until = time.monotonic() + seconds

    def ask(place: int) -> None:
        bodies = [json.dumps(way.body(row)).encode() for row in rows]
        with httpx.Client(trust_env=False, timeout=60, headers=_headers(way)) as client:
            while time.monotonic() < until:
                client.post(way.url, content=bodies[counts[place] % len(bodies)]).raise_for_status()
                counts[place] += 1

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


def _headers(way: Way) -> dict[str, str]:
    return {"content-type": "application/json"} | way.headers


def report(times: dict[str, list[float]], speeds: dict[str, float]) -> None:
    """One line for each way: its times, and Sekkei's against it."""
    middle = {n: statistics.median(t) * 1000 for n, t in times.items()}
    print(f"{'':24} {'p50 ms':>8} {'p99 ms':>8} {'per s':>8}   {'p50':>6} {'p99':>6} {'per s':>6}   goal")
    for name, found in times.items():
        late, first = (sorted(t)[int(len(t) * 0.99)] * 1000 for t in (found, times["Sekkei"]))
        ratios = f"{middle['Sekkei'] / middle[name]:6.2f} {first / late:6.2f} {speeds['Sekkei'] / speeds[name]:6.2f}"
        print(f"{name:24} {middle[name]:8.2f} {late:8.2f} {speeds[name]:8.0f}   {ratios}   {GOALS.get(name, '')}")
    print(f"the gateway adds {middle['Sekkei'] - middle['the model server alone']:.2f} ms at p50")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=500, help="of each way, one after another")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=5.0, help="of asking each with all clients")
    parser.add_argument("--bentoml", help="a Python with bentoml")
    parser.add_argument("--mlserver", help="a Python with mlserver and mlserver-sklearn")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        workspace = stack.enter_context(studio(folder / "workspace"))
        ways = ours(workspace)
        frame = workspace.datasets.read("adult-income")
        X = frame.drop(columns=["income"])
        text = X.select_dtypes(exclude="number").columns
        X = X.astype(dict.fromkeys(text, object))
        fitted = handwritten.pipeline().fit(X, frame["income"].astype(object))
        joblib.dump(fitted, folder / "model.joblib")
        ways += [stack.enter_context(stock(folder, fitted, X)), stack.enter_context(by_hand(folder))]
        ways += [stack.enter_context(bentoml(given.bentoml, folder))] if given.bentoml else []
        ways += [stack.enter_context(mlserver(given.mlserver, folder))] if given.mlserver else []
        rows = json.loads(X.dropna().head(200).to_json(orient="records"))
        times = latencies(ways, rows, given.requests)
        report(times, {w.name: throughput(w, rows, given.clients, given.seconds) for w in ways})


if __name__ == "__main__":
    main()
