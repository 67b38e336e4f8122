"""Several versions behind one endpoint, with real model servers: shares, shadows, updates, keys, limits, the log."""

from __future__ import annotations

import json
import signal
import threading
from collections import Counter
from contextlib import contextmanager

import httpx
import pytest

from pipelines.errors import ConflictError, InputError, NotFoundError
from pipelines.records import EndpointState

pytestmark = pytest.mark.services

DEPLOYMENT = "azureml-model-deployment"


@pytest.fixture(scope="module")
def served(gateway, endpoints):
    """An endpoint of the first version, and its key."""
    made, key = endpoints.create("many", "models:/echo/1", wait=True)
    assert made.state is EndpointState.HEALTHY, made.reason
    yield made.url, key
    endpoints.delete("many")


@pytest.fixture
def ask(served):
    """Asks for the label of ``a``; gives the answer."""

    def send(key=served[1], code="a", **headers):
        body = json.dumps({"dataframe_records": [{"code": code, "size": 1.0}]}).encode()
        headers = {"authorization": f"Bearer {key}", "content-type": "application/json"} | headers
        with httpx.Client(trust_env=False, timeout=60) as client:
            return client.post(served[0], content=body, headers=headers)

    return send


def label(answer):
    assert answer.status_code == 200, answer.text
    return answer.json()["predictions"][0]["Scored Labels"]


@contextmanager
def asking(ask, clients=3):
    """Asks without pause meanwhile; gives the labels, or the status where there was none."""
    heard, stop = [], threading.Event()

    def keep_on():
        while not stop.is_set():
            answer = ask()
            heard.append(label(answer) if answer.status_code == 200 else answer.status_code)

    threads = [threading.Thread(target=keep_on) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield heard
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def traffic(endpoint):
    return {d.name: d.traffic for d in endpoint.running}


def test_an_update_loses_no_request_and_a_broken_version_never_takes_any(ask, endpoints, served):
    with asking(ask) as heard:
        updated = endpoints.update("many", "models:/echo/2", wait=True)
        after = len(heard)
        with pytest.raises(InputError, match="own example") as refused:
            endpoints.update("many", "models:/echo/3", wait=True)
        assert label(ask()) == "two 'a'"
    assert "goes on answering" in refused.value.fix
    assert Counter(heard).keys() == {"'a'", "two 'a'"}
    assert set(heard[after + 10 :]) == {"two 'a'"}
    assert (updated.url, updated.state, traffic(updated)) == (served[0], EndpointState.HEALTHY, {"v2": 100})
    assert updated.model_uri == "models:/echo/2"
    assert updated.before.name == "v1"

    with asking(ask) as heard:
        back = endpoints.rollback("many", wait=True)
    assert set(heard) == {"'a'", "two 'a'"}
    assert (traffic(back), label(ask()), back.before.name) == ({"v1": 100}, "'a'", "v2")
    states = {d.name: d.state for d in back.deployments}
    assert states == {"v1": "healthy", "v2": "stopped", "v3": "failed"}
    with pytest.raises(ConflictError, match="already"):
        endpoints.update("many", "models:/echo/1")


def test_an_update_under_way_can_be_given_up(ask, endpoints, served):
    assert endpoints.update("many", "models:/echo/2").updating.name == "v2"
    given_up = endpoints.rollback("many", wait=True)
    assert (given_up.updating, traffic(given_up)) == (None, {"v1": 100})
    assert label(ask()) == "'a'"


def test_traffic_is_shared_by_percent_chosen_by_header_and_mirrored_to_a_shadow(ask, endpoints, served, until):
    endpoints.deploy("many", "models:/echo/2", deployment="green")
    until(lambda: endpoints.get("many").running[-1].state is EndpointState.HEALTHY)
    chosen = ask(**{DEPLOYMENT: "green"})
    assert (label(chosen), chosen.headers[DEPLOYMENT]) == ("two 'a'", "green")
    assert {label(ask()) for _ in range(20)} == {"'a'"}
    unknown = ask(**{DEPLOYMENT: "gren"})
    assert (unknown.status_code, "green" in unknown.text) == (404, True)

    endpoints.set_traffic("many", {"v1": 70, "green": 30})
    until(lambda: label(ask()) == "two 'a'")
    found = Counter(label(ask()) for _ in range(200))
    assert 25 < found["two 'a'"] < 100  # 60 of 200 on average; outside these bounds once in ten million times
    for wrong in ({"v1": 70}, {"v1": 70, "green": 40}, {"v1": -10, "green": 110}):
        with pytest.raises(InputError, match="100"):
            endpoints.set_traffic("many", wrong)
    with pytest.raises(ConflictError, match="gets traffic"):
        endpoints.remove("many", "green")

    endpoints.set_traffic("many", {"v1": 100})
    endpoints.set_shadow("many", "green")
    until(lambda: ask() and (endpoints.get("many").running[-1].compared or 0))
    endpoints.set_shadow("many", "green", False)
    endpoints.set_shadow("many", "green")
    assert {label(ask()) for _ in range(10)} == {"'a'"}
    compared = until(lambda: (c := endpoints.get("many").running[-1].compared) and c.different >= 10 and c)
    assert (compared.same, compared.failed) == (0, 0)
    assert compared.rows_different == compared.different
    with pytest.raises(NotFoundError, match="deployment"):
        endpoints.remove("many", "none")
    assert traffic(endpoints.remove("many", "green")) == {"v1": 100}


def test_of_several_processes_one_may_be_killed_or_grow_and_no_request_is_lost(ask, endpoints, served, until):
    endpoints.set_processes("many", "v1", 2)
    until(lambda: [s.state for s in endpoints.get("many").running[0].servers] == ["healthy", "healthy"])
    before = endpoints.get("many").running[0]
    with asking(ask) as heard:
        before.servers[0].process.send(signal.SIGKILL)
        until(lambda: endpoints.get("many").restarts == before.restarts + 1)
        until(lambda: endpoints.get("many").state is EndpointState.HEALTHY)
    assert {h for h in heard if h != 503} == {"'a'"}
    assert heard.count(503) <= 3  # those under way on the killed process
    endpoints.set_processes("many", "v1", 1)
    until(lambda: len(endpoints.get("many").running[0].servers) == 1)

    (server,) = endpoints.get("many").running[0].servers
    with asking(ask, clients=1) as heard:
        assert label(ask(code="grow")) == "'grow'"
        until(lambda: not server.is_alive)
    assert set(heard) == {"'a'"}
    assert endpoints.get("many").state is EndpointState.HEALTHY


def test_either_key_opens_and_is_changed_alone(ask, endpoints, served):
    primary, secondary = served[1], endpoints.rotate_key("many", "secondary")
    assert [ask(key=k).status_code for k in (primary, secondary)] == [200, 200]
    later = endpoints.rotate_key("many", "secondary")
    assert [ask(key=k).status_code for k in (primary, later)] == [200, 200]
    assert ask(key=later[:-1]).status_code == 401
    assert ask(key=secondary).status_code == 401  # what is remembered was read anew for the later key
    assert [k.slot for k in endpoints.get("many").keys] == ["primary", "secondary"]
    endpoints.revoke_key("many", "secondary")
    with pytest.raises(ConflictError, match="only key"):
        endpoints.revoke_key("many", "primary")
    with pytest.raises(InputError, match="tertiary"):
        endpoints.rotate_key("many", "tertiary")


def test_an_endpoint_s_own_limits_are_kept(ask, endpoints, served, until):
    endpoints.set_limits("many", requests_per_minute=3, max_request_mib=0.25)
    too_large = until(lambda: (a := ask(code="x" * 300_000)).status_code != 200 and a)
    assert (too_large.status_code, "0.25 MiB" in too_large.text) in ((413, True), (429, False))
    refused = until(lambda: (a := ask()).status_code == 429 and a)
    assert 1 <= int(refused.headers["retry-after"]) <= 20
    assert "3 requests a minute" in refused.json()["message"]
    found = endpoints.set_limits("many")
    assert (found.rate_limit, found.max_request_mib) == (None, None)
    until(lambda: ask().status_code == 200)
    with pytest.raises(InputError, match="at least one"):
        endpoints.set_limits("many", requests_per_minute=0)


def test_the_access_log_says_how_each_request_went_and_nothing_of_its_data(ask, endpoints, served):
    ask(**{"x-request-id": "first"})
    ask(code="a secret word", **{"x-request-id": "second"})
    ask(key="wrong", **{"x-request-id": "third"})
    third, second, first = endpoints.requests("many", limit=3)
    assert [a.id for a in (first, second, third)] == ["first", "second", "third"]
    assert (first.deployment, first.status, first.rows) == ("v1", 200, 1)
    assert (third.deployment, third.status, third.rows) == ("", 401, None)
    assert first.milliseconds > 0
    assert first.time < second.time < third.time
    assert not any("secret" in f.read_text() for f in endpoints.home.logs.glob("access-*"))
