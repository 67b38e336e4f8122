"""The page follows what is on its way, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from components import endpoint_follow
from pipelines.addresses import ServiceStatus
from pipelines.records import EndpointState
from pipelines.serving.endpoints import Deployment, Endpoint

UP = {"api": ServiceStatus("api", "running")}
THEN = datetime(2026, 1, 1, tzinfo=UTC)


def endpoint(state: EndpointState, *, beside: EndpointState | None = None, replaces: str | None = None) -> Endpoint:
    """An endpoint, with one more deployment where ``beside`` is given."""
    states = [(state, None)] + ([(beside, replaces)] if beside else [])
    deployments = tuple(
        Deployment(f"v{i}", s, "", f"models:/m/{i}", "m", str(i), 0, False, 1, 0, False, over, None, THEN, None)
        for i, (s, over) in enumerate(states)
    )
    return Endpoint("one", "", state, "", "models:/m/0", "m", "0", "", 0, THEN, deployments=deployments)


@pytest.mark.parametrize(
    ("state", "beside", "going"),
    [
        (EndpointState.STARTING, None, True),
        (EndpointState.RESTARTING, None, True),
        (EndpointState.UNHEALTHY, None, True),
        (EndpointState.HEALTHY, EndpointState.STARTING, True),
        (EndpointState.HEALTHY, EndpointState.FAILED, False),
        (EndpointState.HEALTHY, None, False),
        (EndpointState.FAILED, None, False),
        (EndpointState.STOPPED, EndpointState.STARTING, False),
    ],
)
def test_what_is_on_its_way(state: EndpointState, beside: EndpointState | None, going: bool) -> None:
    assert endpoint_follow.is_going([endpoint(state, beside=beside)], UP) is going


@pytest.mark.parametrize(("state", "going"), [("starting", True), ("restarting", True), ("stopped", False)])
def test_services_are_followed_too(state: str, going: bool) -> None:
    assert endpoint_follow.is_going([], {"api": ServiceStatus("api", state)}) is going


def test_a_step_on_the_way_is_news() -> None:
    starting, healthy = endpoint(EndpointState.STARTING), endpoint(EndpointState.HEALTHY)
    beside = endpoint(EndpointState.STARTING, beside=EndpointState.STARTING)
    assert endpoint_follow.news([starting], UP) == endpoint_follow.news([endpoint(EndpointState.STARTING)], UP)
    assert endpoint_follow.news([starting], UP) != endpoint_follow.news([healthy], UP)
    assert endpoint_follow.news([starting], UP) != endpoint_follow.news([beside], UP)
    assert endpoint_follow.news([starting], UP) != endpoint_follow.news([starting], {})
