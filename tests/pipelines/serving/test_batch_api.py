"""Batch endpoints over HTTP, with a real gateway and a real worker: asked for, followed, repeated, cancelled, told."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipelines.serving.batch_endpoints import BatchEndpoints
from pipelines.serving.batch_requests import read_request
from pipelines.workspace import Home

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def heard() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """Somebody who is told of the ends of jobs: the address, and what came. The first call is refused."""
    calls: list[tuple[dict[str, str], bytes]] = []

    class Hear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            calls.append((dict(self.headers), body))
            self.send_response(500 if len(calls) == 1 else 200)
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            """Nothing on the screen."""

    server = HTTPServer(("127.0.0.1", 0), Hear)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/done", calls
    server.shutdown()
    server.server_close()


class Client:
    """A caller with nothing but HTTP and the endpoint's key."""

    def __init__(self, url: str, key: str) -> None:
        self.url, self.http = url, httpx.Client(trust_env=False, headers={"authorization": f"Bearer {key}"}, timeout=60)

    def __call__(self, method: str, path: str = "", body: Any = None, **headers: str) -> httpx.Response:
        sent = {"content": body} if isinstance(body, bytes) else {"json": body} if body is not None else {}
        return self.http.request(method, f"{self.url}{path}", headers=headers, **sent)


@pytest.fixture(scope="module")
def api(home: Home, batch: BatchEndpoints, start_gateway: Any) -> Iterator[Client]:
    """The endpoint ``nightly`` on a gateway, with a worker."""
    _made, key = batch.create("nightly", "models:/echo@champion", parameters={"reject_limit": 0})
    environment = os.environ | {"PYTHONPATH": str(ROOT), "SEKKEI_WEBHOOK_HOSTS": "127.0.0.1"}
    command = [sys.executable, "-m", "pipelines.services", "service", "worker", f"--home={home.root}"]
    with (home.root / "worker.log").open("ab") as log:
        worker = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    gateway = start_gateway()
    for _attempt in range(600):
        url = batch.get("nightly").url
        try:
            httpx.get(url, trust_env=False)
            break
        except httpx.HTTPError:
            threading.Event().wait(0.1)
    client = Client(url, key)
    yield client
    client.http.close()
    for process in (gateway, worker):
        process.terminate()
        process.wait(30)


def finished(api: Client, job_id: str, until: Callable[..., Any]) -> dict[str, Any]:
    def over() -> Any:
        found = api("GET", f"/{job_id}").json()
        return found if found["state"] in ("done", "failed", "cancelled") else None

    return dict(until(over))


@pytest.mark.services
def test_a_job_from_request_to_result(api: Client, until: Any, home: Home, heard: Any) -> None:
    address, calls = heard
    body = {"input": "dataset:echoes", "output": "csv", "parameters": {"batch_rows": 50}, "webhook": address}
    made = api("POST", "", body, **{"Idempotency-Key": "first"})
    assert made.status_code == 202
    job = made.json()
    assert made.headers["location"] == f"{api.url}/{job['id']}" == job["links"]["self"]
    assert job["output"] == f"file:results/{job['id']}/echoes-scored.csv"
    assert job["model"] == "models:/echo/1"
    again = api("POST", "", body, **{"Idempotency-Key": "first"})
    assert again.json()["id"] == job["id"]
    other = api("POST", "", body | {"output": "parquet"}, **{"Idempotency-Key": "first"})
    assert other.status_code == 409

    done = finished(api, job["id"], until)
    assert (done["state"], done["rows"], done["rejected"], done["progress"]) == ("done", 120, 0, 1.0)
    assert (done["name"], done["properties"]) == (job["id"], {"status": "Completed"})
    file = api("GET", f"/{job['id']}/output")
    assert file.text == (home.root / done["output"].removeprefix("file:")).read_text()
    assert file.text.splitlines()[1] == '"NA",0,"\'NA\'",0'
    assert [j["id"] for j in api("GET").json()["jobs"]] == [job["id"]]
    assert api("GET", f"/{job['id']}/rejected").status_code == 404
    assert api("POST", f"/{job['id']}/cancel").status_code == 409
    assert api("POST", f"/{job['id']}/resume").status_code == 409

    until(lambda: len(calls) == 2)
    assert len({headers["webhook-id"] for headers, _body in calls}) == 1


def test_webhooks_are_signed_as_the_standard_says(batch: BatchEndpoints, api: Client, heard: Any, until: Any) -> None:
    _address, calls = heard
    until(lambda: len(calls) >= 2)
    headers, body = calls[1]
    secret = base64.b64decode(batch.signing_secret("nightly").removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert (json.loads(body)["state"], json.loads(body)["rows"]) == ("done", 120)
    until(lambda: batch.job("nightly", headers["webhook-id"]).webhook_state == "delivered")


def test_azures_body_and_a_named_deployment(api: Client, batch: BatchEndpoints, until: Any, home: Home) -> None:
    batch.deploy("nightly", "models:/plain/1", deployment="other")
    (home.files / "rows.csv").write_text("a,b\n1,2\n3,4\n")
    body = {
        "properties": {
            "InputData": {
                "rows": {"JobInputType": "UriFile", "Uri": "file:rows.csv"},
                "columns": {"JobInputType": "Literal", "Value": "none"},
            },
            "OutputData": {"score": {"JobOutputType": "UriFile", "Uri": "file:predictions.csv"}},
        }
    }
    made = api("POST", "", body, **{"azureml-model-deployment": "other"})
    assert made.status_code == 202
    done = finished(api, made.json()["id"], until)
    assert (done["properties"]["status"], done["deployment"], done["output"]) == (
        "Completed", "other", "file:files/predictions.csv",
    )  # fmt: skip
    assert (home.files / "predictions.csv").read_text().splitlines()[0] == '"Scored Labels"'
    assert api("POST", "", body, **{"azureml-model-deployment": "none"}).status_code == 404


@pytest.mark.parametrize(
    ("uri", "text"),
    [
        ("azureml:cars:3", "dataset:cars@3"),
        ("azureml:cars@latest", "dataset:cars"),
        ("azureml:/subscriptions/s/resourceGroups/g/workspaces/w/data/cars/versions/2", "dataset:cars@2"),
        ("azureml://datastores/lake/paths/rows/new.csv", "store:lake/rows/new.csv"),
        ("azureml:/subscriptions/s/workspaces/w/datastores/lake/paths/rows/", "store:lake/rows/"),
        ("dataset:cars", "dataset:cars"),
    ],
)
def test_azures_addresses(uri: str, text: str) -> None:
    body = {"properties": {"InputData": {"in": {"JobInputType": "UriFolder", "Uri": uri}}}}
    assert read_request(body).input == text


def test_a_failed_job_says_why_and_a_rejected_row_is_told(api: Client, until: Any, home: Home) -> None:
    (home.files / "bad.csv").write_text("code,size\nx,1\nbug,2\nz,3\n")
    made = api("POST", "", {"input": "file:bad.csv"})
    done = finished(api, made.json()["id"], until)
    assert (done["state"], done["properties"]["status"]) == ("failed", "Failed")
    assert "Row 2 of 'bad.csv': The model cannot predict these rows" in done["error"]["message"]
    assert api("GET", f"/{done['id']}/output").status_code == 404
    made = api("POST", "", {"input": "file:bad.csv", "parameters": {"reject_limit": "50%"}})
    done = finished(api, made.json()["id"], until)
    assert (done["state"], done["rows"], done["rejected"]) == ("done", 2, 1)
    assert "bug,2" in api("GET", f"/{done['id']}/rejected").text
    assert done["rejected_file"] == f"results/{done['id']}/rejected.csv"


def test_what_is_refused(api: Client, batch: BatchEndpoints, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for body, status, words in (
        (b"{", 400, "no JSON"),
        (b"\xff", 400, "no JSON"),
        ([], 400, "no JSON object"),
        ({}, 400, "what is to be scored"),
        ({"input": 3}, 400, "no input"),
        ({"inputs": "dataset:echoes"}, 400, "inputs"),
        ({"input": "dataset:echoes", "webhook": "http://10.0.0.1/x"}, 403, "SEKKEI_WEBHOOK_HOSTS"),
        ({"input": "dataset:echoes", "webhook": "file:///etc/passwd"}, 403, "SEKKEI_WEBHOOK_HOSTS"),
        ({"input": "dataset:echoes", "deployment": 7}, 400, "no text"),
        ({"input": "dataset:echos"}, 404, "echoes"),
        ({"input": "file:../sekkei.db"}, 403, "may not use"),
        ({"input": "database:sales/rows"}, 403, "sales"),
        ({"input": "dataset:echoes", "output": "store:lake/x.csv"}, 403, "lake"),
        ({"input": "dataset:echoes", "parameters": {"batch_rows": 0}}, 400, "batch_rows"),
        ({"properties": {"InputData": {"a": {"Uri": "x"}, "b": {"Uri": "y"}}}}, 400, "2 data inputs"),
        ({"properties": 3}, 400, "properties"),
        ({"input": "dataset:echoes", "output": {"file": "x.csv", "engine": "y"}}, 400, "output"),
    ):
        answer = api("POST", "", body)
        assert answer.status_code == status, (body, answer.text)
        assert words in answer.text
    assert api("POST", "", b"x" * (2**20 + 1)).status_code == 413
    assert api("GET", "/nothing").status_code == 404
    stranger = Client(api.url, "sk_wrong")
    for path in ("", "/x", "/x/output"):
        assert stranger("GET", path).status_code == 401
    stranger.url = api.url.replace("nightly", "nobody")
    assert stranger("POST", "", {}).status_code == 401
    stranger.http.close()
    batch.allow("nightly", ["sales"])
    monkeypatch.setenv("SEKKEI_CONNECTION_SALES", f"sqlite:///{home.root}/none/sales.db")
    assert "sales" in api("POST", "", {"input": "database:sales/rows"}).text


@pytest.mark.parametrize(
    "body",
    [
        b'{"input": "dataset:echoes\\ud800"}',
        b'{"input": "dataset:echoes\\u0000"}',
        b'{"input": "dataset:echoes", "parameters": {"\\udfff": 1}}',
        '{"input": "dataset:echoes@²"}'.encode(),
        b'{"input": "dataset:echoes@' + b"9" * 5000 + b'"}',
        b'{"input": "file:' + b"a" * 400 + b'"}',
        b'{"input": "dataset:echoes", "output": "file:' + b"a" * 400 + b'.csv"}',
        b'{"input": "dataset:echoes", "parameters": {"reject_limit": NaN}}',
        b'{"input": "dataset:echoes", "parameters": {"reject_limit": 1e999}}',
        b'{"input": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"input": ' + b"9" * 5000 + b"}",
    ],
    ids=range(11),
)
def test_odd_bodies_are_refused_in_words(api: Client, body: bytes) -> None:
    answer = api("POST", "", body)
    assert answer.status_code in (400, 404), answer.text
    assert answer.json()["message"]


@pytest.mark.services
@pytest.mark.parametrize("values", [{}, {"job_id": "done"}, {"job_id": "cancelled"}], ids=["any", "done", "cancelled"])
def test_no_request_that_the_document_allows_is_answered_by_a_fault_or_undocumented(
    api: Client, until: Any, home: Home, faults: Any, values: dict[str, str]
) -> None:
    (home.files / "odd.csv").write_text("code,size\nx,1\nbug,2\nz,3\n")
    made = api("POST", "", {"input": "file:odd.csv", "parameters": {"reject_limit": 1}}).json()["id"]
    if values == {"job_id": "cancelled"}:
        api("POST", f"/{made}/cancel")
    finished(api, made, until)
    document = api.url.partition("/batch-endpoints/")[0] + "/openapi.json"
    key = api.http.headers["authorization"].partition(" ")[2]
    named = {"name": "nightly"} | ({"job_id": made} if values else {})
    assert faults(document, key, named, "--include-path-regex=^/batch-endpoints/") == ""


def test_either_key_opens_and_a_rotated_one_no_longer(api: Client, batch: BatchEndpoints) -> None:
    second = Client(api.url, batch.rotate_key("nightly", "secondary"))
    assert second("GET").status_code == api("GET").status_code == 200
    batch.rotate_key("nightly", "secondary")
    assert second("GET").status_code == 401
    assert api("GET").status_code == 200
    second.http.close()
