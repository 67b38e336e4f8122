"""What every protocol does: reads a request into rows for the model server, and writes its answer or a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from pipelines.chain.contract import Contract
from pipelines.serving.answers import refusal
from pipelines.serving.refused import Refused

JSON = "application/json"


@dataclass(frozen=True)
class Asked:
    """Rows as they go to the model server; ``given`` is the caller's own body where it is passed on as it came."""

    body: bytes
    content_type: str = JSON
    given: bytes | None = None


class Protocol:
    """One way to ask for predictions. ``path`` holds ``{name}``, the endpoint's."""

    path: str

    async def read(self, request: Request, contract: Contract | None) -> Asked:
        """The request's rows; Refused or an InputError where there are none that the model can be asked with."""
        raise NotImplementedError

    def answer(self, asked: Asked, content: bytes, content_type: str) -> Response:
        """The reply with the model server's predictions in it."""
        raise NotImplementedError

    def explain(self, asked: Asked, status: int, content: bytes) -> str:
        """Why the model server refused, in words. May take long for a large body."""
        return refusal(status, content)

    def refuse(self, refused: Refused, request_id: str) -> Response:
        """The reply to a request that ends without a prediction."""
        content: dict[str, Any] = {"message": refused.message, "fix": refused.fix, "request_id": request_id}
        return JSONResponse(content, refused.status, refused.headers)
