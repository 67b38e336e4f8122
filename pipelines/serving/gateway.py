"""The gateway: endpoints behind keys. It checks who asks, and passes the request on to the model's server."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.background import BackgroundTask

from pipelines.chain.remarks import Remark
from pipelines.errors import SekkeiError
from pipelines.messages import _
from pipelines.records import Database, utc_now
from pipelines.serving import batch_api, discovery, metrics
from pipelines.serving.access_log import Access
from pipelines.serving.admission import admit
from pipelines.serving.keeper import Keeper
from pipelines.serving.monitoring.samples import Answered
from pipelines.serving.protocols.base import JSON, Protocol
from pipelines.serving.protocols.body import worked_out
from pipelines.serving.protocols.library import PROTOCOLS
from pipelines.serving.refused import Refused
from pipelines.serving.routing import DEPLOYMENT, ask, choose, leased, mirror
from pipelines.serving.tracing import Tracing
from pipelines.settings import settings
from pipelines.workspace import Home

PASSED_ON = (503, 504)  # of a model server's own failures; any other means that its answer cannot be used
_REQUEST_ID = re.compile(r"[\w.-]{1,128}")

_logger = logging.getLogger(__name__)
router = APIRouter()


def create_app(home: Home) -> FastAPI:
    """The API's application; its lifespan keeps the model servers. Run it in a process's main thread."""
    app = FastAPI(title="Sekkei", openapi_url=None, docs_url=None, redoc_url=None, lifespan=keep(home))
    app.include_router(router)
    app.include_router(discovery.router)
    app.include_router(batch_api.router)
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
            app.state.keeper, app.state.tracing = keeper, Tracing()
            keeping = asyncio.create_task(keeper.run())
            try:
                yield
            finally:
                keeping.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await keeping
                app.state.tracing.close()
                database.close()

    return lifespan


@router.get("/health")
async def health() -> Response:
    return Response('{"status":"ok"}', media_type=JSON)


@router.get("/endpoints/{name}/health", responses={404: {}, 503: {}})
async def endpoint_health(name: str, request: Request) -> Response:
    """200 when the endpoint answers predictions, 503 with the reason when it does not. Needs no key."""
    keeper: Keeper = request.app.state.keeper
    if name not in keeper.routes:
        await keeper.refresh()
    route = keeper.routes.get(name)
    if route is None:
        return JSONResponse({"message": _("There is no endpoint {name!r}.", name=name)}, 404)
    try:
        pool = choose(keeper, route)
    except Refused as refused:
        return JSONResponse({"name": name, "state": "unavailable", "reason": refused.message}, 503)
    content = {"name": name, "state": pool.state.value, "reason": pool.reason}
    return JSONResponse(content, 200 if pool.is_serving else 503)


@dataclass
class Seen:
    """What became known of a request on its way, for the access log and samples."""

    deployment: str = ""
    model: str = ""
    rows: int | None = None
    asked: bytes = b""
    content: bytes = b""
    remarks: tuple[Remark, ...] = ()


def _handler(protocol: Protocol) -> Callable[[Request], Awaitable[Response]]:
    """What answers requests in one protocol, refusals too."""

    async def handle(request: Request) -> Response:
        began, seen = time.perf_counter(), Seen()
        name = request.path_params["name"]
        given = request.headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        tracing: Tracing = request.app.state.tracing
        try:
            with tracing.span(f"{protocol.name} {name}", request.headers) as span:
                answer = await _invoke(name, request, protocol, seen)
                if span is not None:
                    span.set_attributes(_attributes(name, protocol, seen))
        except Refused as refused:
            answer = protocol.refuse(refused, request_id)
        except SekkeiError as error:
            answer = protocol.refuse(Refused.by(error), request_id)
        except Exception:
            _logger.exception("Request %s to endpoint %s failed.", request_id, name)
            answer = protocol.refuse(Refused(500, _("The gateway could not handle this request.")), request_id)
        answer.headers["x-request-id"] = request_id
        if seen.deployment:
            answer.headers[DEPLOYMENT] = seen.deployment
        milliseconds = round((time.perf_counter() - began) * 1000, 3)
        answer.background = BackgroundTask(
            _record, request.app.state.keeper, name, protocol, request_id, seen, answer.status_code, milliseconds
        )
        return answer

    return handle


async def _record(
    keeper: Keeper, name: str, protocol: Protocol, request_id: str, seen: Seen, status: int, milliseconds: float
) -> None:
    """Log, sample and count a request, once its answer is on its way and before another one is begun."""
    if name not in keeper.routes:
        return
    access = Access(utc_now(), request_id, seen.deployment, status, seen.rows, milliseconds)
    keeper.access.write(name, access)
    if status == 200:
        sample = (seen.deployment, seen.model, seen.asked, seen.content)
        keeper.samples.offer(Answered(name, access.time, request_id, *sample))
    metrics.count(name, seen.deployment, protocol.name, status, milliseconds / 1000, seen.rows, seen.remarks)


# Plain routes: FastAPI's own reading of parameters would take longer than all else here.
for _protocol in PROTOCOLS:
    for _path in _protocol.paths:
        router.add_route(_path, _handler(_protocol), methods=["POST"])


async def _invoke(name: str, request: Request, protocol: Protocol, seen: Seen) -> Response:
    keeper: Keeper = request.app.state.keeper
    route = await admit(keeper, name, request)
    with leased(keeper, route, request.headers.get(DEPLOYMENT, "")) as lease:
        seen.deployment = lease.pool.route.name
        asked = await protocol.read(request, lease.pool.route.contract)
        seen.remarks = asked.remarks
        with request.app.state.tracing.span("model server"):
            status, content, content_type = await ask(keeper, lease, asked)
        seen.deployment, seen.model = lease.pool.route.name, lease.pool.route.model_uri
    mirror(keeper, route, asked, status, content)
    if status == 200:
        seen.asked, seen.content = asked.body, content
        seen.rows = asked.rows if asked.rows is not None else await worked_out(content, lambda: _rows(content))
        return await worked_out(content, lambda: protocol.answer(asked, content, content_type))
    words = await asyncio.to_thread(protocol.explain, asked, status, content)
    raise Refused(status if status < 500 or status in PASSED_ON else 502, words)


def _rows(content: bytes) -> int | None:
    """How many rows a model server answered."""
    try:
        return len(json.loads(content)["predictions"])
    except (ValueError, KeyError, TypeError):
        return None


def _attributes(name: str, protocol: Protocol, seen: Seen) -> dict[str, str | int]:
    """What a span says of its request."""
    found: dict[str, str | int] = {"sekkei.endpoint": name, "sekkei.deployment": seen.deployment}
    return found | {"sekkei.protocol": protocol.name, "sekkei.rows": seen.rows or 0}
