"""Asks an endpoint without pause while its version is updated and its model servers are killed; counts what was lost.

    .venv/bin/python -m benchmarks.endpoints                      8 clients for 60 s, two updates, one kill -9
    .venv/bin/python -m benchmarks.endpoints --updates 20         updates, a random process killed in each

Automobile prices, three published versions whose answers differ, so that each answer tells which version gave it. A
wrong answer is one that no version gives; a lost request one without an answer, or refused. Requests under way on a
process that is killed are refused with status 503 and Retry-After: at most one for each client and kill.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pandas as pd

from pipelines import Pipeline, Workspace
from pipelines.addresses import status
from pipelines.errors import InputError
from pipelines.processes import free_port
from pipelines.serving.endpoints import Deployment, Endpoint

ALGORITHMS = ({"type": "ridge"}, {"type": "lasso", "alpha": 50.0}, {"type": "decision_tree_regressor", "max_depth": 4})
NAME = "prices"
ROWS = 40


@dataclass
class Heard:
    """What clients were told."""

    answers: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    wrong: list[Any] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def lost(self) -> int:
        return sum(n for s, n in self.statuses.items() if s != "200")


@dataclass
class Clients:
    """So many threads that ask one row after another and check each answer."""

    url: str
    key: str
    rows: list[dict[str, Any]]
    expected: dict[str, list[float]]
    heard: Heard = field(default_factory=Heard)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self, number: int) -> None:
        chance = random.Random(number)
        headers = {"authorization": f"Bearer {self.key}", "content-type": "application/json"}
        with httpx.Client(trust_env=False, timeout=60, headers=headers) as client:
            while not self.stop.is_set():
                i = chance.randrange(len(self.rows))
                self._ask(client, i)

    def _ask(self, client: httpx.Client, i: int) -> None:
        began = time.perf_counter()
        try:
            answer = client.post(self.url, content=json.dumps({"dataframe_records": [self.rows[i]]}).encode())
        except httpx.HTTPError as error:
            self.heard.statuses[type(error).__name__] += 1
            time.sleep(0.05)
            return
        self.heard.seconds.append(time.perf_counter() - began)
        if answer.status_code != 200:
            complete = answer.status_code == 503 and "retry-after" in answer.headers
            self.heard.statuses["503 with Retry-After" if complete else str(answer.status_code)] += 1
            if not complete or "healthy" in answer.text:
                self.heard.wrong.append(answer.text)
            return
        self.heard.statuses["200"] += 1
        found = answer.json()["predictions"][0]["Scored Labels"]
        versions = [v for v, values in self.expected.items() if abs(values[i] - found) < 1e-6 * abs(found)]
        if versions:
            self.heard.answers[versions[0]] += 1
        else:
            self.heard.wrong.append((i, found))


def published(workspace: Workspace) -> list[str]:
    """The versions' URIs."""
    found = []
    for algorithm in ALGORITHMS:
        pipeline = (
            Pipeline("prices")
            .add("dataset", dataset="automobile-price")
            .add("set_label", column="price")
            .add("split_data", train_fraction=0.7, random_state=0)
            .add("clean_missing_data", strategy="median")
            .add("train_model", algorithm=algorithm)
            .add("score_model")
            .add("evaluate_model")
        )
        run = workspace.run(pipeline)
        found.append(workspace.models.publish(run.run_id, NAME).model_uri)
    return found


def expected(
    workspace: Workspace, uris: list[str], folder: Path
) -> tuple[list[dict[str, Any]], dict[str, list[float]]]:
    """Rows to ask, and what each version answers in batch."""
    frame = workspace.datasets.read("automobile-price").drop(columns="price").head(ROWS)
    frame.to_parquet(folder / "rows.parquet", index=False)
    answers = {}
    for uri in uris:
        workspace.batch.score(uri, folder / "rows.parquet", folder / "scored.parquet")
        answers[uri] = [float(v) for v in pd.read_parquet(folder / "scored.parquet")["Scored Labels"]]
    return json.loads(frame.to_json(orient="records")), answers


@contextmanager
def studio(root: Path) -> Iterator[Workspace]:
    """A workspace with its services."""
    ports = {f"SEKKEI_{n}_PORT": str(free_port("127.0.0.1")) for n in ("MLFLOW", "API")}
    os.environ.update({"SEKKEI_HOME": str(root)} | ports)
    workspace = Workspace.open(root)
    with (root / "up.log").open("ab") as log:
        up = subprocess.Popen([sys.executable, "-m", "pipelines", "up"], stdout=log, stderr=log)
    try:
        while workspace.services.api_url is None:
            time.sleep(0.1)
        yield workspace
    finally:
        up.terminate()
        up.wait(60)


def shot(deployment: Deployment | None) -> str:
    """Kill one of a deployment's processes; whose it was."""
    living = [s.process for s in deployment.servers if s.process and s.process.is_alive] if deployment else []
    if deployment is None or not living or living[0] is None:
        return ""
    living[0].send(signal.SIGKILL)
    return deployment.name


def answering(endpoint: Endpoint) -> Deployment:
    return next(d for d in endpoint.deployments if d.traffic == 100)


def load(workspace: Workspace, uris: list[str], seconds: float) -> None:
    """Two updates and one kill, at a sixth, a half and five sixths of the time."""
    began = time.monotonic()

    def at(share: float) -> None:
        time.sleep(max(0.0, began + share * seconds - time.monotonic()))

    at(1 / 6)
    workspace.endpoints.update(NAME, uris[1], wait=True)
    print(f"{time.monotonic() - began:5.1f} s  updated to {uris[1]}", flush=True)
    at(1 / 2)
    print(f"{time.monotonic() - began:5.1f} s  killed {shot(answering(workspace.endpoints.get(NAME)))}", flush=True)
    at(4 / 6)
    workspace.endpoints.update(NAME, uris[2], wait=True)
    print(f"{time.monotonic() - began:5.1f} s  updated to {uris[2]}", flush=True)
    at(1)


def random_kills(workspace: Workspace, uris: list[str], updates: int, clients: Clients) -> None:
    """Update after update; in each, at a random moment, a process is killed: of the old, the new, or the gateway."""
    chance = random.Random(0)
    for number in range(updates):
        wanted = uris[(number + 1) % len(uris)]
        whose = chance.choice(["old", "new", "gateway"])
        before = clients.heard.lost()
        workspace.endpoints.update(NAME, wanted)
        time.sleep(chance.uniform(0, 8))
        endpoint = workspace.endpoints.get(NAME)
        killed = ""
        if whose == "gateway":
            os.kill(int(status(workspace.home)["api"].pid or 0), signal.SIGKILL)
            killed = whose
        else:
            killed = shot(endpoint.updating if whose == "new" else answering(endpoint))
        until = time.monotonic() + 180
        while time.monotonic() < until:
            endpoint = workspace.endpoints.get(NAME)
            if endpoint.state == "healthy" and endpoint.updating is None:
                break
            time.sleep(0.1)
        running = [(d.model_uri, d.traffic) for d in endpoint.running]
        good = running == [(wanted, 100)] and endpoint.state == "healthy"
        lost = clients.heard.lost() - before
        print(f"{number:3} {whose:8} {killed or '-':8} {'ok' if good else f'WRONG {running}'}  lost {lost}", flush=True)
        if not good:
            clients.heard.wrong.append((number, running, endpoint.state, endpoint.reason))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--updates", type=int, default=0, help="updates with a random kill in each, instead")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, studio(Path(folder) / "workspace") as workspace:
        uris = published(workspace)
        rows, answers = expected(workspace, uris, Path(folder))
        made, key = workspace.endpoints.create(NAME, uris[0], processes=given.processes, wait=True, timeout=180)
        if made.state != "healthy":
            raise InputError(made.reason)
        clients = Clients(made.url, key, rows, answers)
        threads = [threading.Thread(target=clients.run, args=(n,)) for n in range(given.clients)]
        for thread in threads:
            thread.start()
        try:
            if given.updates:
                random_kills(workspace, uris, given.updates, clients)
            else:
                load(workspace, uris, given.seconds)
        finally:
            clients.stop.set()
            for thread in threads:
                thread.join()
        heard = clients.heard
        times = sorted(heard.seconds)
        print(f"statuses {dict(heard.statuses)}")
        print(f"answers {dict(heard.answers)}")
        print(f"wrong {len(heard.wrong)} {heard.wrong[:3]}")
        median, most = statistics.median(times) * 1000, times[-1]
        print(f"median {median:.1f} ms, p99 {times[int(len(times) * 0.99)] * 1000:.1f} ms, longest {most:.1f} s")
        print(f"in the access log {len(workspace.endpoints.requests(NAME, 10**7))} of {sum(heard.statuses.values())}")


if __name__ == "__main__":
    main()
