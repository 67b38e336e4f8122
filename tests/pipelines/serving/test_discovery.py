"""Endpoints asked in every protocol by the protocols' own clients, and what they say of themselves, on real servers."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pandas as pd
import pytest
from openapi_spec_validator import validate
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from pipelines.records import EndpointState
from pipelines.tracking.client import quiet

with quiet():
    from mlflow.deployments import get_deploy_client
    from mlflow.pyfunc.scoring_server.client import ScoringServerClient

pytestmark = pytest.mark.services

ROWS = [{"code": c, "size": 1.5} for c in ("NA", "None", "", "x")]
EXPECTED = ["'NA'", "'None'", "''", "'x'"]


@pytest.fixture(scope="module")
def spans():
    """The spans that a collector was sent; it stands where the environment says."""
    found = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for scope in resource.scope_spans:
                    found.extend(scope.spans)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *words):
            pass

    with HTTPServer(("127.0.0.1", 0), Collector) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        patch.setenv("OTEL_BSP_SCHEDULE_DELAY", "200")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield found
        server.shutdown()


@pytest.fixture(scope="module")
def asked(start_gateway, endpoints, spans):
    """A client of a gateway with the endpoints ``spoken`` (contract) and ``foreign`` (signature), and their keys."""
    process = start_gateway()
    keys = {}
    for name, uri in (("spoken", "models:/echo/1"), ("foreign", "models:/plain/1")):
        _made, keys[name] = endpoints.create(name, uri)
    for name in keys:
        assert endpoints.wait(name, 120).state is EndpointState.HEALTHY
    base = endpoints.get("spoken").url.removesuffix("/endpoints/spoken/invocations")
    with httpx.Client(base_url=base, trust_env=False, timeout=30) as client:
        yield client, keys
    for name in keys:
        endpoints.delete(name)
    process.terminate()
    process.wait(30)


def post(asked, path, body, name="spoken"):
    client, keys = asked
    answer = client.post(path, json=body, headers={"authorization": f"Bearer {keys[name]}"})
    return answer


def test_every_protocol_gives_the_same_answers(asked):
    found = post(asked, "/endpoints/spoken/invocations", {"inputs": ROWS}).json()
    assert [r["Scored Labels"] for r in found["predictions"]] == EXPECTED

    azure = post(asked, "/endpoints/spoken/score", {"Inputs": {"WebServiceInput0": ROWS}, "GlobalParameters": {}})
    assert azure.json()["Results"]["WebServiceOutput0"] == [
        {**row, "Scored Labels": label, "Scored Probabilities": 1.5} for row, label in zip(ROWS, EXPECTED, strict=True)
    ]

    tensors = [{"name": n, "shape": [4], "datatype": "BYTES", "data": [r[n] for r in ROWS]} for n in ("code", "size")]
    v2 = post(asked, "/v2/models/spoken/infer", {"id": "7", "inputs": tensors}).json()
    assert v2["outputs"][0] == {"name": "Scored Labels", "datatype": "BYTES", "shape": [4], "data": EXPECTED}
    assert v2["id"] == "7"


def test_warnings_and_refusals_come_in_every_protocol(asked):
    odd, wrong = {"code": "x", "size": 99}, {"code": "x", "size": "big"}
    for path, body in (
        ("/endpoints/spoken/invocations", lambda row: {"dataframe_records": [row]}),
        ("/endpoints/spoken/score", lambda row: {"Inputs": {"WebServiceInput0": [row]}}),
        (
            "/v2/models/spoken/infer",
            lambda row: {"inputs": [{"name": n, "shape": [1], "datatype": "", "data": [v]} for n, v in row.items()]},
        ),
    ):
        told = post(asked, path, body(odd))
        assert (told.status_code, told.headers["x-sekkei-warnings"]) == (200, "1")
        assert "99 lies outside the range in training, 1 to 3" in told.text
        refused = post(asked, path, body(wrong))
        assert refused.status_code == 400
        assert [refused.json()[n] for n in ("row", "column", "found", "expected")] == [1, "size", "big", "a number"]


def test_mlflows_own_clients_work(asked, monkeypatch):
    client, keys = asked
    address = f"{client.base_url.host}:{client.base_url.port}"
    scoring = ScoringServerClient(
        f"mlflow:{keys['spoken']}@{client.base_url.host}", f"{client.base_url.port}/endpoints/spoken"
    )
    scoring.ping()
    found = scoring.invoke(pd.DataFrame(ROWS)).get_predictions()
    assert found["Scored Labels"].tolist() == EXPECTED

    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", keys["foreign"])
    numbers = {"dataframe_split": {"columns": ["a", "b"], "data": [[1.0, 4.0], [2.0, 5.0]]}}
    answer = get_deploy_client(f"http://{address}").predict(endpoint="foreign", inputs=numbers)
    assert answer["predictions"] == pytest.approx([1.0, 2.0])


def test_a_model_made_elsewhere_has_a_contract_of_its_signature(asked):
    answer = post(asked, "/endpoints/foreign/invocations", {"dataframe_records": [{"a": "one", "b": 1}]}, "foreign")
    assert answer.status_code == 400
    assert answer.json()["message"] == "Row 1, column 'a': found 'one', expected a number."
    missing = post(asked, "/endpoints/foreign/score", {"Inputs": {"WebServiceInput0": [{"a": 1}]}}, "foreign")
    assert missing.json()["column"] == "b"
    good = post(asked, "/endpoints/foreign/score", {"Inputs": {"WebServiceInput0": [{"a": 1, "b": 4}]}}, "foreign")
    assert good.json()["Results"]["WebServiceOutput0"][0]["Scored Labels"] == pytest.approx(1.0)


def test_an_endpoint_describes_itself_to_those_with_a_key(asked, endpoints):
    client, keys = asked
    key = {"authorization": f"Bearer {keys['spoken']}"}
    document = client.get("/endpoints/spoken/swagger.json", headers=key).json()
    validate(document)
    assert document == endpoints.swagger("spoken")
    assert document["components"]["schemas"]["Row"]["example"] == {"code": "NA", "size": 2.5}
    model = client.get("/v2/models/spoken", headers=key).json()
    assert model["inputs"][1] == {"name": "size", "datatype": "FP64", "shape": [-1]}
    assert client.get("/v2/models/spoken/ready", headers=key).json() == {"name": "spoken", "ready": True}
    for path in ("/endpoints/spoken/swagger.json", "/v2/models/spoken", "/v2/models/spoken/ready"):
        assert client.get(path).status_code == 401
        assert client.get(path.replace("spoken", "none"), headers=key).status_code == 404
    for path in ("/v2", "/v2/health/live", "/v2/health/ready", "/endpoints/spoken/health", "/endpoints/spoken/ping"):
        assert client.get(path).status_code == 200
    validate(client.get("/openapi.json").json())


@pytest.mark.parametrize("path", ["/openapi.json", "/endpoints/spoken/swagger.json"])
def test_no_request_that_the_documents_allow_is_answered_by_a_fault_or_undocumented(asked, path, faults):
    client, keys = asked
    document = f"{client.base_url}".rstrip("/") + path
    told = faults(document, keys["spoken"], {"name": "spoken"}, "--exclude-path-regex=^/batch-endpoints/")
    assert told == ""


def test_requests_are_counted_and_traced(asked, spans, until):
    client, _keys = asked
    parent = "0af7651916cd43dd8448eb211c80319c"
    answer = client.post(
        "/endpoints/spoken/invocations",
        json={"dataframe_records": [{"code": "x", "size": 99}] * 3},
        headers={"authorization": f"Bearer {_keys['spoken']}", "traceparent": f"00-{parent}-b7ad6b7169203331-01"},
    )
    assert answer.status_code == 200
    counts = client.get("/metrics")
    assert counts.headers["content-type"].startswith("text/plain")
    lines = counts.text.splitlines()
    deployment = answer.headers["azureml-model-deployment"]
    who = f'deployment="{deployment}",endpoint="spoken"'
    told = next(line for line in lines if line.startswith(f'sekkei_endpoint_warnings_total{{{who},kind="out_of_range"'))
    assert float(told.split()[-1]) >= 3
    assert f"sekkei_endpoint_serving{{{who}}} 1.0" in lines
    assert any(line.startswith(f"sekkei_endpoint_request_seconds_bucket{{{who}") for line in lines)

    mine = until(lambda: [s for s in spans if s.trace_id.hex() == parent and s.name == "invocations spoken"])
    values = {a.key: a.value.string_value or a.value.int_value for a in mine[0].attributes}
    assert (values["sekkei.endpoint"], values["sekkei.rows"]) == ("spoken", 3)
    assert any(s.parent_span_id == mine[0].span_id for s in spans)
