"""The gateway: endpoints behind keys. It checks who asks, and passes the request on to the model's server."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse

from pipelines.errors import NotFoundError, SekkeiError
from pipelines.messages import Joined, _, declared
from pipelines.records import Database, EndpointState
from pipelines.serving.keys import NOBODY
from pipelines.serving.protocols.base import JSON, Asked, Protocol
from pipelines.serving.protocols.library import PROTOCOLS
from pipelines.serving.refused import Refused
from pipelines.serving.servers import Keeper, ModelServer, Route
from pipelines.settings import settings
from pipelines.workspace import Home

RETRY_SECONDS = "2"
_REQUEST_ID = re.compile(r"[\w.-]{1,128}")

_logger = logging.getLogger(__name__)
router = APIRouter()


def create_app(home: Home) -> FastAPI:
    """The API's application; its lifespan keeps the model servers. Run it in a process's main thread."""
    app = FastAPI(title="Sekkei", openapi_url=None, docs_url=None, redoc_url=None, lifespan=keep(home))
    app.include_router(router)
    return app


def keep(home: Home) -> Any:
    """A lifespan for an application that includes ``router``: as long as it lasts, the model servers are kept."""

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        database = Database(home.database_url)
        await asyncio.to_thread(database.upgrade)
        connector = aiohttp.TCPConnector(limit=1000, keepalive_timeout=30.0)
        timeout = aiohttp.ClientTimeout(total=settings().endpoint_timeout, sock_connect=5.0)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=False) as client:
            keeper = Keeper(home, database, client)
            app.state.keeper = keeper
            keeping = asyncio.create_task(keeper.run())
            try:
                yield
            finally:
                keeping.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await keeping
                database.close()

    return lifespan


@router.get("/health")
async def health() -> Response:
    return Response('{"status":"ok"}', media_type=JSON)


@router.get("/endpoints/{name}/health")
async def endpoint_health(name: str, request: Request) -> Response:
    """200 when the endpoint answers predictions, 503 with the reason when it does not. Needs no key."""
    keeper: Keeper = request.app.state.keeper
    if name not in keeper.routes:
        await keeper.refresh()
    route = keeper.routes.get(name)
    if route is None:
        return JSONResponse({"message": _("There is no endpoint {name!r}.", name=name)}, 404)
    server = keeper.server(route)
    serving = server is not None and server.is_serving
    state = server.state if server is not None else "stopped"
    content = {"name": name, "state": str(state), "reason": server.reason if server is not None else ""}
    return JSONResponse(content, 200 if serving else 503)


def _handler(protocol: Protocol) -> Callable[[Request], Awaitable[Response]]:
    """What answers requests in one protocol, refusals too."""

    async def handle(request: Request) -> Response:
        name = request.path_params["name"]
        given = request.headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        try:
            answer = await _invoke(name, request, protocol)
        except Refused as refused:
            answer = protocol.refuse(refused, request_id)
        except SekkeiError as error:
            answer = protocol.refuse(Refused(error.status, error.message, error.fix), request_id)
        except Exception:
            _logger.exception("Request %s to endpoint %s failed.", request_id, name)
            answer = protocol.refuse(Refused(500, _("The gateway could not handle this request.")), request_id)
        answer.headers["x-request-id"] = request_id
        return answer

    return handle


# Plain routes: FastAPI's own reading of parameters would take longer than all else here.
for _protocol in PROTOCOLS:
    router.add_route(_protocol.path, _handler(_protocol), methods=["POST"])


async def _invoke(name: str, request: Request, protocol: Protocol) -> Response:
    keeper: Keeper = request.app.state.keeper
    route = await _authorised(keeper, name, request)
    server = _serving(keeper, route)
    asked = await protocol.read(request, route.contract)
    status, content, content_type = await _asked(keeper.client, server, asked)
    if status == 200:
        return protocol.answer(asked, content, content_type)
    raise Refused(status, await asyncio.to_thread(protocol.explain, asked, status, content))


async def _authorised(keeper: Keeper, name: str, request: Request) -> Route:
    scheme, _space, key = request.headers.get("authorization", "").partition(" ")
    key = key.strip() if scheme.casefold() == "bearer" else ""
    route = keeper.routes.get(name)
    if not (route.key if route else NOBODY).matches(key):
        # The endpoint or its key may be newer than what is remembered.
        await keeper.refresh()
        route = keeper.routes.get(name)
        fits = (route.key if route else NOBODY).matches(key)
        if route is None:
            raise NotFoundError("endpoint", name)
        if not fits:
            fix = _("Send the header 'Authorization: Bearer KEY' with the endpoint's key.")
            raise Refused(401, _("The key is missing or wrong."), fix, {"www-authenticate": "Bearer"})
    assert route is not None
    return route


def _serving(keeper: Keeper, route: Route) -> ModelServer:
    server = keeper.server(route)
    if server is None:
        raise Refused(
            503, _("The endpoint {name!r} is stopped.", name=route.name), _("Start it first."), {"retry-after": "60"}
        )
    if not server.is_serving:
        raise _not_now(server)
    return server


def _not_now(server: ModelServer) -> Refused:
    if server.state is EndpointState.HEALTHY:  # its process has just been taken away
        return _gone(server)
    state = declared(server.state.value)
    words = Joined([_("The endpoint {name!r} is {state}.", name=server.route.name, state=state), server.reason])
    return Refused(503, words, _("Try again in a moment."), {"retry-after": RETRY_SECONDS})


async def _asked(client: aiohttp.ClientSession, server: ModelServer, asked: Asked) -> tuple[int, bytes, str]:
    """Status, body and content type of the model server's answer; Refused when none comes."""
    try:
        status, content, content_type = await _post(client, server, asked.body, asked.content_type)
    except TimeoutError:
        server.timeouts += 1
        raise Refused(
            504,
            _(
                "The prediction took longer than {seconds:g} seconds.",
                seconds=settings().endpoint_timeout,
            ),
        ) from None
    except aiohttp.ClientError:
        server.doubted = True
        raise _gone(server) from None
    if status == 200:
        server.timeouts, server.answered = 0, time.monotonic()
    elif status == 504:
        server.timeouts += 1
    return status, content, content_type


async def _post(
    client: aiohttp.ClientSession, server: ModelServer, sent: bytes, content_type: str
) -> tuple[int, bytes, str]:
    """Status, body and content type of the model server's answer."""
    try:
        return await _post_once(client, server, sent, content_type)
    except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
        # A kept connection that the server has just closed. A prediction changes nothing, so it may be asked twice.
        return await _post_once(client, server, sent, content_type)


async def _post_once(
    client: aiohttp.ClientSession, server: ModelServer, sent: bytes, content_type: str
) -> tuple[int, bytes, str]:
    async with client.post(
        f"{server.url}/invocations", data=sent, headers={"content-type": content_type}, allow_redirects=False
    ) as answer:
        return answer.status, await answer.read(), answer.headers.get("content-type", JSON)


def _gone(server: ModelServer) -> Refused:
    words = _("The model server of {name!r} has just ended and is restarted.", name=server.route.name)
    return Refused(503, words, _("Try again in a moment."), {"retry-after": RETRY_SECONDS})
