"""The REST face of batch endpoints: jobs are asked for, followed and cancelled with nothing but HTTP and a key."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, JSONResponse

from pipelines.errors import NotFoundError, SekkeiError
from pipelines.jobs import Jobs
from pipelines.messages import _
from pipelines.serving.batch_answers import job_answer
from pipelines.serving.batch_endpoints import BatchEndpoints, BatchJob
from pipelines.serving.batch_openapi import PARQUET
from pipelines.serving.batch_requests import read_request
from pipelines.serving.keeper import Keeper
from pipelines.serving.refused import Refused

MOST_BYTES = 2**20
MOST_KEY = 200
DEPLOYMENT = "azureml-model-deployment"

_logger = logging.getLogger(__name__)
router = APIRouter(prefix="/batch-endpoints/{name}", include_in_schema=False)  # batch_openapi has them


@router.post("/jobs", status_code=202)
async def start(name: str, request: Request) -> Response:
    """File a job: 202 with the job, and its address in ``Location``.

    The body is plain (``input``, ``output``, ``parameters``) or Azure's. With an ``Idempotency-Key`` a request that is
    repeated gets the job that it made the first time.
    """

    def file(endpoints: BatchEndpoints, body: bytes) -> BatchJob:
        key = request.headers.get("idempotency-key", "").strip()[:MOST_KEY] or None
        wanted = read_request(body, request.headers.get(DEPLOYMENT, "").strip())
        return endpoints.start(name, wanted, idempotency_key=key, caller=True)

    body = await _body(request)
    return await _answer(
        name, request, lambda endpoints: file(endpoints, body) if isinstance(body, bytes) else body, 202
    )


@router.get("/jobs")
async def jobs(name: str, request: Request) -> Response:
    """The endpoint's newest jobs."""
    return await _answer(name, request, lambda endpoints: endpoints.job_list(name))


@router.get("/jobs/{job_id}")
async def job(name: str, job_id: str, request: Request) -> Response:
    """How a job is: its state, its progress, its rows, and where they are."""
    return await _answer(name, request, lambda endpoints: endpoints.job(name, job_id))


@router.post("/jobs/{job_id}/cancel")
async def cancel(name: str, job_id: str, request: Request) -> Response:
    """Stop a job; 409 when it is over."""
    return await _answer(name, request, lambda endpoints: endpoints.cancel(name, job_id), 202)


@router.post("/jobs/{job_id}/resume")
async def resume(name: str, job_id: str, request: Request) -> Response:
    """Have a job that failed or was cancelled go on; 409 when there is nothing to go on with."""
    return await _answer(name, request, lambda endpoints: endpoints.resume(name, job_id), 202)


@router.get("/jobs/{job_id}/output")
async def output(name: str, job_id: str, request: Request) -> Response:
    """The file that a job wrote."""
    return await _answer(name, request, lambda endpoints: _file(endpoints.job(name, job_id), "output"))


@router.get("/jobs/{job_id}/rejected")
async def rejected(name: str, job_id: str, request: Request) -> Response:
    """The rows that could not be scored, each with the reason, as CSV."""
    return await _answer(name, request, lambda endpoints: _file(endpoints.job(name, job_id), "rejected_file"))


async def _answer(name: str, request: Request, act: Callable[[BatchEndpoints], Any], status: int = 200) -> Response:
    """What ``act`` finds, for a caller with the endpoint's key; refusals and errors as JSON."""
    keeper: Keeper = request.app.state.keeper
    endpoints = BatchEndpoints(keeper.home, keeper.database, Jobs(keeper.database, keeper.home))
    base = f"{str(request.base_url).rstrip('/')}/batch-endpoints/{name}/jobs"

    def work() -> Response:
        _authorise(endpoints, name, request)
        found = act(endpoints)
        if isinstance(found, Response):
            return found
        if isinstance(found, Path):
            kind = PARQUET if found.suffix in (".parquet", ".pq") else "text/csv"
            return FileResponse(found, filename=found.name, media_type=kind)
        if isinstance(found, BatchJob):
            content = job_answer(keeper.home, found, base)
            return JSONResponse(content, status, {"location": f"{base}/{found.id}"} if status == 202 else None)
        return JSONResponse({"jobs": [job_answer(keeper.home, each, base) for each in found]})

    try:
        return await asyncio.to_thread(work)
    except Refused as refused:
        return _refusal(refused.status, refused.message, refused.fix, refused.headers)
    except SekkeiError as error:
        return _refusal(error.status, error.message, error.fix)
    except Exception:
        _logger.exception("A request to batch endpoint %s failed.", name)
        return _refusal(500, _("The gateway could not handle this request."))


def _authorise(endpoints: BatchEndpoints, name: str, request: Request) -> None:
    scheme, _space, key = request.headers.get("authorization", "").partition(" ")
    if not endpoints.keys(name).match(key.strip() if scheme.casefold() == "bearer" else ""):
        raise Refused(
            401,
            _("The key is missing or wrong."),
            _("Send the header 'Authorization: Bearer KEY' with the endpoint's key."),
            {"www-authenticate": "Bearer"},
        )


async def _body(request: Request) -> bytes | Response:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return _refusal(413, _("The body is larger than {most} MiB.", most=1), headers={"connection": "close"})
    return body


def _file(made: BatchJob, kind: str) -> Path:
    path = Path(str(made.job.result.get(kind) or ""))
    if not path.is_file():
        raise NotFoundError("file", kind)
    return path


def _refusal(status: int, message: str, fix: str = "", headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"message": message, "fix": fix}, status, headers)
