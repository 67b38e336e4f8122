"""The gateway: endpoints behind keys. It checks who asks, and passes the request on to the model's server."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import time
import uuid
from collections.abc import AsyncIterator
from email.message import Message
from typing import Any

import aiohttp
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse

from pipelines.errors import NotFoundError, SekkeiError
from pipelines.messages import Joined, _, declared
from pipelines.records import Database
from pipelines.serving.answers import broken_json, refusal
from pipelines.serving.csv_rows import csv_to_json
from pipelines.serving.keys import NOBODY
from pipelines.serving.servers import Keeper, ModelServer, Route
from pipelines.settings import settings
from pipelines.workspace import Home

JSON = "application/json"
CSV = "text/csv"
RETRY_SECONDS = "2"
_REQUEST_ID = re.compile(r"[\w.-]{1,128}")

_logger = logging.getLogger(__name__)
router = APIRouter()


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """A request that ends here, with this status and words."""

    def __init__(self, status: int, message: str, fix: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.fix, self.headers = status, message, fix, headers or {}


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


async def invocations(request: Request) -> Response:
    """Predictions for the rows in the body: JSON as MLflow's model servers take it, or CSV with a header line."""
    name = request.path_params["name"]
    given = request.headers.get("x-request-id", "")
    request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
    try:
        answer = await _invoke(name, request)
    except Refused as refused:
        answer = _refusal(refused, request_id)
    except SekkeiError as error:
        answer = _refusal(Refused(error.status, error.message, error.fix), request_id)
    except Exception:
        _logger.exception("Request %s to endpoint %s failed.", request_id, name)
        answer = _refusal(Refused(500, _("The gateway could not handle this request.")), request_id)
    answer.headers["x-request-id"] = request_id
    return answer


# A plain route: FastAPI's own reading of parameters would take longer than all else here.
router.add_route("/endpoints/{name}/invocations", invocations, methods=["POST"])


async def _invoke(name: str, request: Request) -> Response:
    keeper: Keeper = request.app.state.keeper
    route = await _authorised(keeper, name, request)
    server = _serving(keeper, route)
    kind, charset = _content_type(request)
    body = await _body(request)
    if kind == CSV and route.contract is not None:
        sent = await asyncio.to_thread(csv_to_json, body, route.contract, charset)
        return await _answer(keeper.client, server, sent, JSON, body=None)
    kept = body if kind == JSON else None
    return await _answer(keeper.client, server, body, request.headers["content-type"], body=kept)


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
    state = declared(server.state.value)
    words = Joined([_("The endpoint {name!r} is {state}.", name=server.route.name, state=state), server.reason])
    return Refused(503, words, _("Try again in a moment."), {"retry-after": RETRY_SECONDS})


def _content_type(request: Request) -> tuple[str, str]:
    given = request.headers.get("content-type", "")
    if given in (JSON, CSV):
        return given, "utf-8"
    header = Message()
    header["content-type"] = given
    kind = header.get_content_type() if given else ""
    if kind not in (JSON, CSV):
        found = (
            _("The body is said to be {kind!r}.", kind=kind)
            if kind
            else _("The request does not say what its body is.")
        )
        raise Refused(415, found, _("Send it as {json} or {csv}.", json=JSON, csv=CSV))
    return kind, str(header.get_content_charset() or "utf-8")


async def _body(request: Request) -> bytes:
    limit = settings().max_request_mib * 2**20
    declared = request.headers.get("content-length", "0")
    chunks, size = [], 0
    if not declared.isdigit() or int(declared) <= limit:
        async for chunk in request.stream():
            chunks.append(chunk)
            size += len(chunk)
            if size > limit:
                break
        else:
            return b"".join(chunks)
    fix = _("Send fewer rows at a time, or score the file in batch.")
    raise Refused(
        413,
        _("The body is larger than {most} MiB.", most=settings().max_request_mib),
        fix,
        {"connection": "close"},
    )


async def _answer(
    client: aiohttp.ClientSession, server: ModelServer, sent: bytes, content_type: str, *, body: bytes | None
) -> Response:
    """The model server's answer to ``sent``; ``body`` is the caller's JSON, to explain a refusal by."""
    try:
        status, content, answered_type = await _post(client, server, sent, content_type)
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
        return Response(content, media_type=answered_type)
    if status == 504:
        server.timeouts += 1
    wrong = await asyncio.to_thread(broken_json, body) if body is not None and status < 500 else None
    raise Refused(status, wrong or refusal(status, content))


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


def _refusal(refused: Refused, request_id: str) -> JSONResponse:
    content = {"message": refused.message, "fix": refused.fix, "request_id": request_id}
    return JSONResponse(content, refused.status, refused.headers)
