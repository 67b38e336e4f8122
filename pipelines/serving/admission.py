"""Who may ask an endpoint, and how often."""

from __future__ import annotations

import base64
import math

from fastapi import Request

from pipelines.errors import NotFoundError
from pipelines.messages import _, ngettext
from pipelines.serving.keeper import Keeper
from pipelines.serving.keys import Keys
from pipelines.serving.refused import Refused
from pipelines.serving.routes import Route
from pipelines.settings import settings

_NOBODY = Keys()


async def admit(keeper: Keeper, name: str, request: Request) -> Route:
    """The endpoint that the request asks, with one of its keys and within its limits; Refused otherwise.

    ``request.state.body_limit`` is then the largest body, in bytes.
    """
    route = await authorised(keeper, name, request)
    wait = keeper.limits.take(route.id, route.rate_limit)
    if wait:
        seconds = max(1, math.ceil(wait))
        raise Refused(
            429,
            ngettext(
                "The endpoint {name!r} takes {count} request a minute.",
                "The endpoint {name!r} takes {count} requests a minute.",
                route.rate_limit or 0,
                name=route.name,
            ),
            _("Try again in {seconds} s, or send more rows at a time.", seconds=seconds),
            {"retry-after": str(seconds)},
        )
    most = settings().max_request_mib * 2**20
    request.state.body_limit = min(most, route.body_limit or most)
    return route


async def authorised(keeper: Keeper, name: str, request: Request) -> Route:
    """The endpoint of this name, asked with one of its keys."""
    key = _key(request.headers.get("authorization", ""))
    route = keeper.routes.get(name)
    if not (route.keys if route else _NOBODY).match(key):
        # The endpoint or its key may be newer than what is remembered.
        await keeper.refresh()
        route = keeper.routes.get(name)
        fits = (route.keys if route else _NOBODY).match(key)
        if route is None:
            raise NotFoundError("endpoint", name)
        if not fits:
            fix = _("Send the header 'Authorization: Bearer KEY' with one of the endpoint's keys.")
            raise Refused(401, _("The key is missing or wrong."), fix, {"www-authenticate": "Bearer"})
    assert route is not None
    return route


def _key(header: str) -> str:
    """The key that the header holds: a bearer's, or as clients of MLflow send it, the password of whatever user."""
    scheme, _space, given = header.partition(" ")
    if scheme.casefold() == "bearer":
        return given.strip()
    if scheme.casefold() == "basic":
        try:
            return base64.b64decode(given.strip(), validate=True).decode().partition(":")[2]
        except ValueError:
            return ""
    return ""
