"""What endpoints say of themselves: OpenAPI, the Open Inference Protocol's descriptions, and counts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import PlainTextResponse

from pipelines.errors import NotFoundError, SekkeiError
from pipelines.messages import _
from pipelines.serving import batch_openapi, metrics
from pipelines.serving.admission import authorised
from pipelines.serving.keeper import Keeper
from pipelines.serving.protocols.base import reply
from pipelines.serving.protocols.library import PROTOCOLS
from pipelines.serving.protocols.open_inference import datatype
from pipelines.serving.protocols.openapi import (
    REFUSALS,
    VERSION,
    Model,
    components,
    endpoint_document,
    operation,
    refusal,
)
from pipelines.serving.refused import Refused
from pipelines.serving.routes import DeploymentRoute, Route
from pipelines.serving.routing import choose, unavailable

NAME = r"^[a-z0-9-]{1,63}$"
_KEYED: dict[int | str, dict[str, Any]] = {status: refusal(REFUSALS[status]) for status in (401, 404)}
_SERVED: dict[int | str, dict[str, Any]] = {**_KEYED, 503: refusal(REFUSALS[503])}

router = APIRouter()
Page = Callable[[str, Request], Awaitable[Response]]


def refusing(page: Page) -> Page:
    """The page, with a refusal in place of an error."""

    @wraps(page)
    async def answered(name: str, request: Request) -> Response:
        try:
            return await page(name, request)
        except Refused as refused:
            return _refused(refused)
        except SekkeiError as error:
            return _refused(Refused.by(error))

    return answered


@router.get("/openapi.json", include_in_schema=False)
async def openapi(request: Request) -> Response:
    """The OpenAPI document of all that is answered here; an endpoint's own is its ``swagger.json``."""
    app: FastAPI = request.app
    if getattr(app.state, "openapi", None) is None:
        app.state.openapi = project_document(app)
    return reply(app.state.openapi)


@router.get("/metrics", response_class=PlainTextResponse)
async def prometheus(request: Request) -> Response:
    """Counts for Prometheus."""
    keeper: Keeper = request.app.state.keeper
    pools = [(d, keeper.pool(d)) for route in keeper.routes.values() for d in route.deployments]
    found = metrics.written((d.endpoint, d.name, pool is not None and pool.is_serving) for d, pool in pools)
    return Response(found, media_type=metrics.CONTENT_TYPE)


@router.get("/endpoints/{name}/swagger.json", responses=_SERVED)
@refusing
async def swagger(name: str, request: Request) -> Response:
    """The OpenAPI document of the endpoint's model."""
    route = await authorised(request.app.state.keeper, name, request)
    return reply(swagger_document(name, _main(route), str(request.base_url).rstrip("/")))


@router.get("/endpoints/{name}/ping", responses=_SERVED)
@refusing
async def ping(name: str, request: Request) -> Response:
    """200 when the endpoint answers predictions: the address at which MLflow's clients ask."""
    await _ready(name, request)
    return reply({})


@router.get("/v2")
async def server() -> Response:
    """What this server is, as the Open Inference Protocol asks."""
    try:
        number = version("sekkei")
    except PackageNotFoundError:
        number = ""
    return reply({"name": "sekkei", "version": number, "extensions": []})


@router.get("/v2/health/live")
async def live() -> Response:
    return reply({"live": True})


@router.get("/v2/health/ready")
async def ready() -> Response:
    return reply({"ready": True})


@router.get("/v2/models/{name}", responses=_SERVED)
@refusing
async def model(name: str, request: Request) -> Response:
    """Inputs and outputs of the endpoint's model."""
    route = await authorised(request.app.state.keeper, name, request)
    contract = _main(route).contract
    columns = contract.columns if contract is not None else ()
    outputs = contract.outputs if contract is not None else ()
    found = {
        "name": name,
        "versions": [d.name for d in route.deployments],
        "platform": "mlflow_pyfunc",
        "inputs": [{"name": c.name, "datatype": datatype(c.type), "shape": [-1]} for c in columns],
        "outputs": [{"name": o.name, "datatype": datatype(o.type), "shape": [-1]} for o in outputs],
    }
    return reply(found)


@router.get("/v2/models/{name}/ready", responses=_SERVED)
@refusing
async def model_ready(name: str, request: Request) -> Response:
    """200 when the endpoint answers predictions, 503 when it does not."""
    await authorised(request.app.state.keeper, name, request)
    await _ready(name, request)
    return reply({"name": name, "ready": True})


def swagger_document(name: str, deployment: Any, server: str) -> dict[str, Any]:
    """The OpenAPI document of an endpoint with this deployment, which has a contract and an example."""
    return endpoint_document(name, Model(deployment.contract, deployment.example), PROTOCOLS, server)


def project_document(app: FastAPI) -> dict[str, Any]:
    """OpenAPI of every address of the application."""
    found = get_openapi(
        title="Sekkei",
        version="1",
        openapi_version=VERSION,
        routes=app.routes,
        description="Endpoints and their models.",
    )
    parameter = {"name": "name", "in": "path", "required": True, "schema": {"type": "string", "pattern": NAME}}
    for protocol in PROTOCOLS:
        post = operation(protocol, protocol.describe(Model()))
        for number, path in enumerate(protocol.paths):
            identity = protocol.name if number == 0 else f"{protocol.name}-{number + 1}"
            found["paths"].setdefault(path, {})["post"] = post | {"operationId": identity, "parameters": [parameter]}
    found["paths"] |= batch_openapi.paths()
    own = components(Model())
    own["schemas"] |= batch_openapi.schemas()
    made = found.setdefault("components", {})
    for kind, parts in own.items():
        made[kind] = {**made.get(kind, {}), **parts}
    return found


def _main(route: Route) -> DeploymentRoute:
    """The deployment that gets most of the traffic."""
    if not route.deployments:
        raise Refused(503, _("The endpoint {name!r} is stopped.", name=route.name), _("Start it first."))
    return max(route.deployments, key=lambda d: d.traffic)


async def _ready(name: str, request: Request) -> None:
    keeper: Keeper = request.app.state.keeper
    if name not in keeper.routes:
        await keeper.refresh()
    route = keeper.routes.get(name)
    if route is None:
        raise NotFoundError("endpoint", name)
    pool = choose(keeper, route)
    if not pool.is_serving:
        raise unavailable(name, pool)


def _refused(refused: Refused) -> Response:
    content = {"message": refused.message, "fix": refused.fix, "request_id": ""}
    return reply(content, refused.status, refused.headers)
