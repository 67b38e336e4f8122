"""Endpoints and services that are on their way: the page is drawn anew at each of their steps until they have settled.

Nothing of it takes room on the page, which therefore stays still under a visitor's hands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from components import live
from components.endpoint_list import is_moving
from pipelines.addresses import ServiceStatus
from pipelines.serving.endpoints import Endpoint

_COMING = ("starting", "restarting")


def show(
    endpoints: Callable[[], Sequence[Endpoint]],
    services: Callable[[], Mapping[str, ServiceStatus]],
    seen: Sequence[Endpoint],
    *,
    key: str,
) -> None:
    """Follow all that is on its way, as against what was ``seen`` when the page was drawn; else look no further."""
    now = services()
    if is_going(seen, now):
        live.watch(lambda: news(endpoints(), services()), news(seen, now), key=key)


def is_going(endpoints: Sequence[Endpoint], services: Mapping[str, ServiceStatus]) -> bool:
    """Whether an endpoint or a service is on its way to another state."""
    return any(s.state in _COMING for s in services.values()) or any(map(is_moving, endpoints))


def news(endpoints: Sequence[Endpoint], services: Mapping[str, ServiceStatus]) -> object:
    """All that a page says of their states; equal where it would say the same."""
    return (
        {name: s.state for name, s in services.items()},
        [
            (
                e.name,
                str(e.state),
                str(e.reason),
                [
                    (d.name, str(d.state), str(d.reason), d.traffic, d.shadow, d.retired, d.replaces, d.restarts)
                    for d in e.deployments
                ],
            )
            for e in endpoints
        ],
    )
