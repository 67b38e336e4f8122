"""MLflow's scoring protocol: JSON as its model servers take it, or CSV with a header line."""

from __future__ import annotations

import asyncio

from fastapi import Request, Response

from pipelines.chain.contract import Contract
from pipelines.serving.answers import broken_json, refusal
from pipelines.serving.csv_rows import csv_to_json
from pipelines.serving.protocols.base import JSON, Asked, Protocol
from pipelines.serving.protocols.body import CSV, body, content_type


class Invocations(Protocol):
    path = "/endpoints/{name}/invocations"

    async def read(self, request: Request, contract: Contract | None) -> Asked:
        kind, charset = content_type(request)
        given = await body(request)
        if kind == CSV and contract is not None:
            return Asked(await asyncio.to_thread(csv_to_json, given, contract, charset))
        return Asked(given, request.headers["content-type"], given if kind == JSON else None)

    def answer(self, asked: Asked, content: bytes, content_type: str) -> Response:
        return Response(content, media_type=content_type)

    def explain(self, asked: Asked, status: int, content: bytes) -> str:
        wrong = broken_json(asked.given) if asked.given is not None and status < 500 else None
        return wrong or refusal(status, content)
