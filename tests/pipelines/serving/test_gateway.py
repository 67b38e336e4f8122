"""The gateway and its model servers as real processes."""

from __future__ import annotations

import json
import signal
import threading
import time

import httpx
import pytest

from pipelines.errors import InputError, NotFoundError
from pipelines.records import EndpointState

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def echo(gateway, endpoints):
    _, key = endpoints.create("echo", "models:/echo@champion")
    end = time.monotonic() + 90
    while endpoints.get("echo").state is not EndpointState.HEALTHY:
        assert time.monotonic() < end
        time.sleep(0.1)
    return endpoints.get("echo"), key


@pytest.fixture
def ask(echo):
    endpoint, key = echo

    def send(body, content_type="application/json", url=None, **headers):
        headers = {"authorization": f"Bearer {key}", "content-type": content_type} | headers
        with httpx.Client(trust_env=False, timeout=30) as client:
            sent = {k: v for k, v in headers.items() if v}
            return client.post(url or endpoint.url, content=body, headers=sent)

    return send


def only_server(endpoints, name):
    """The one process of an endpoint's one deployment."""
    (deployment,) = endpoints.get(name).deployments
    (server,) = deployment.servers
    return server


def labels(answer):
    assert answer.status_code == 200, answer.text
    return [row["Scored Labels"] for row in answer.json()["predictions"]]


def test_json_and_csv_and_the_test_form_give_the_same_answers(ask, as_records, endpoints):
    rows = [{"code": c, "size": 1.5} for c in ("NA", "None", "", "x")]
    expected = ["'NA'", "'None'", "''", "'x'"]
    assert labels(ask(as_records(*rows))) == expected
    assert labels(ask("size,code\n1.5,NA\n1.5,None\n1.5,\n1.5,x\n", "text/csv; charset=utf-8")) == expected
    assert [p["Scored Labels"] for p in endpoints.test("echo", rows)["predictions"]] == expected


def test_rows_tried_by_hand_are_answered_and_warned_of_as_the_gateway_does(ask, as_records, endpoints):
    rows = [{"code": "x", "size": 1.5}, {"code": "x", "size": 70.0}]
    answer = ask(as_records(*rows)).json()
    for content, kind in ((json.dumps(rows), "json"), ("size,code\n1.5,x\n70,x\n", "csv")):
        tried = endpoints.try_rows("echo", content.encode(), kind)
        assert tried.answers == answer["predictions"]
        assert [r.to_dict() for r in tried.remarks] == answer["warnings"]
    with pytest.raises(InputError, match="needs column 'code'"):
        endpoints.try_rows("echo", b'[{"size": 1}]')
    with pytest.raises(NotFoundError):
        endpoints.try_rows("echo", json.dumps(rows).encode(), deployment="v9")


def test_a_served_model_is_asked_why_and_what_would_change_its_answer(ask, endpoints):
    why = endpoints.explain("echo", {"code": "x", "size": 3.0, "other": 1})
    assert [(e.column, e.value, e.typical, e.effect) for e in why.effects] == [("size", 3.0, 2.5, 0.5)]
    assert why.answer == {"Scored Labels": "'x'", "Scored Probabilities": 3.0}
    assert endpoints.counterfactuals("echo", {"code": "x", "size": 3.0}).found == ()  # text that never came twice
    with pytest.raises(InputError, match="needs column 'code'"):
        endpoints.explain("echo", {"size": 1})
    with pytest.raises(NotFoundError):
        endpoints.counterfactuals("echo", {"code": "x", "size": 3.0}, deployment="v9")


def test_a_request_has_an_id_of_its_own_or_the_one_it_came_with(ask, as_records):
    row = as_records({"code": "a", "size": 1})
    assert ask(row, **{"x-request-id": "mine-1"}).headers["x-request-id"] == "mine-1"
    assert len(ask(row, **{"x-request-id": "a b\tc"}).headers["x-request-id"]) == 32


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic {key}", "{key}", "Bearer {key}x", "Bearer é"])
def test_without_the_key_nothing_is_answered(ask, echo, as_records, header):
    value = header.format(key=echo[1]).encode()
    answer = ask(as_records({"code": "a", "size": 1}), authorization=value)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "predictions" not in answer.text


def test_an_endpoint_that_does_not_exist_is_not_found(ask, echo):
    for name in ("none", "..%2f..%2fetc", "%00", "echo%20"):
        assert ask(b"{}", url=echo[0].url.replace("echo", name)).status_code == 404


@pytest.mark.parametrize(
    ("body", "content_type", "status", "words"),
    [
        (b'{"dataframe_records": [', "application/json", 400, "not valid JSON"),
        (b"[]", "application/json", 400, "array"),
        (b'{"dataframe_records": [{"size": 1}]}', "application/json", 400, "code"),
        (b'{"dataframe_records": [{"code": "bug", "size": 1}]}', "application/json", 400, ""),
        (b"size\n1\n", "text/csv", 400, "code"),
        (b"code,size\na,much\n", "text/csv", 400, "much"),
        (b"\xff", "text/csv", 400, "utf-8"),
        (b"code=a", "application/x-www-form-urlencoded", 415, "text/csv"),
        (b"{}", "", 415, "application/json"),
        (b" " * (2**20 + 1), "application/json", 413, "1 MiB"),
    ],
)
def test_a_request_that_cannot_be_answered_is_refused_in_words(ask, body, content_type, status, words):
    answer = ask(body, content_type)
    assert answer.status_code == status
    assert words in answer.text
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert "Traceback" not in answer.text
    assert "stack_trace" not in answer.text


def test_a_body_without_a_length_is_limited_too(ask):
    assert ask(iter([b" " * 2**19] * 4)).status_code == 413


def test_a_slow_prediction_ends_in_a_timeout(ask, as_records):
    answer = ask(as_records({"code": "wait", "size": 1}))
    assert answer.status_code == 504
    assert labels(ask(as_records({"code": "a", "size": 1}))) == ["'a'"]


def test_the_test_form_says_what_the_model_says(endpoints, echo):
    with pytest.raises(InputError, match="code"):
        endpoints.test("echo", [{"size": 1}])


def test_a_new_key_counts_from_now_on(ask, endpoints, echo, as_records, until):
    endpoints.create("rotated", "models:/echo/1")
    until(lambda: endpoints.get("rotated").state is EndpointState.HEALTHY)
    url, row = endpoints.get("rotated").url, as_records({"code": "a", "size": 1})
    key = endpoints.rotate_key("rotated")
    assert ask(row, url=url, authorization=f"Bearer {key}").status_code == 200
    assert ask(row, url=url).status_code == 401

    endpoints.stop("rotated")
    stopped = until(lambda: (a := ask(row, url=url, authorization=f"Bearer {key}")).status_code == 503 and a)
    assert "stopped" in stopped.text
    assert endpoints.start("rotated").state in (EndpointState.STARTING, EndpointState.RESTARTING)
    until(lambda: ask(row, url=url, authorization=f"Bearer {key}").status_code == 200)

    server = only_server(endpoints, "rotated").process
    endpoints.delete("rotated")
    until(lambda: not server.is_alive)
    assert ask(row, url=url, authorization=f"Bearer {key}").status_code == 404


def test_a_killed_model_server_is_restarted_and_nobody_gets_a_wrong_answer_meanwhile(ask, endpoints, as_records, until):
    row = as_records({"code": "a", "size": 1})
    before = only_server(endpoints, "echo")
    restarts = endpoints.get("echo").restarts
    statuses, stop = [], threading.Event()

    def keep_asking():
        while not stop.is_set():
            statuses.append(ask(row).status_code)

    asking = threading.Thread(target=keep_asking)
    asking.start()
    try:
        before.process.send(signal.SIGKILL)
        until(lambda: endpoints.get("echo").restarts > restarts)
        until(lambda: endpoints.get("echo").state is EndpointState.HEALTHY)
    finally:
        stop.set()
        asking.join()
    assert labels(ask(row)) == ["'a'"]
    assert endpoints.get("echo").restarts == restarts + 1
    assert set(statuses) <= {200, 503}
    assert statuses.count(503) <= 1  # that which was under way; the others wait for the next process


def test_a_model_that_cannot_be_loaded_fails_with_the_reason(gateway, endpoints, tmp_path, model_id, until):
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "MLmodel").write_text("flavors:\n  python_function:\n    loader_module: no_such_module\n")
    endpoints.create("broken", str(folder))
    failed = until(lambda: (e := endpoints.get("broken")).state is EndpointState.FAILED and e, 120)
    assert "no_such_module" in failed.reason
    assert failed.restarts == 2
    assert endpoints.start("broken").state is EndpointState.STARTING
    endpoints.delete("broken")


def test_model_servers_end_with_a_killed_gateway_and_come_back_with_the_next(
    ask, gateway, endpoints, start_gateway, as_records, until
):
    before = only_server(endpoints, "echo").process
    gateway[0].kill()
    gateway[0].wait()
    until(lambda: not before.is_alive)
    assert endpoints.get("echo").state is EndpointState.STOPPED
    gateway[0] = start_gateway()
    until(lambda: endpoints.get("echo").state is EndpointState.HEALTHY)
    assert labels(ask(as_records({"code": "a", "size": 1}))) == ["'a'"]
