"""What every protocol does: reads a request into rows for the model server, and writes its answer or a refusal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fastapi import Request, Response

from pipelines.chain.contract import Contract
from pipelines.chain.remarks import Remark
from pipelines.serving.answers import refusal
from pipelines.serving.refused import Refused

if TYPE_CHECKING:
    from pipelines.serving.protocols.openapi import Model

JSON = "application/json"
REMARKS = "x-sekkei-warnings"


@dataclass(frozen=True)
class Asked:
    """Rows as they go to the model server, and what the protocol remembers of the request.

    ``given`` is the caller's own body where it is passed on as it came; ``rows`` is then None.
    """

    body: bytes
    content_type: str = JSON
    given: bytes | None = None
    rows: int | None = None
    remarks: tuple[Remark, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Described:
    """A protocol as OpenAPI has it: ``bodies`` by media type, and the schema of the ``answer``."""

    summary: str
    bodies: dict[str, Any]
    answer: dict[str, Any]


class Protocol:
    """One way to ask for predictions. ``paths`` are its addresses; each holds ``{name}``, the endpoint's."""

    name: str
    paths: tuple[str, ...]

    async def read(self, request: Request, contract: Contract | None) -> Asked:
        """The request's rows; Refused or an InputError where there are none that the model can be asked with."""
        raise NotImplementedError

    def answer(self, asked: Asked, content: bytes, content_type: str) -> Response:
        """The reply with the model server's predictions in it, and what is unusual about the rows."""
        raise NotImplementedError

    def describe(self, model: Model) -> Described:
        """Requests and answers of the protocol for this model."""
        raise NotImplementedError

    def explain(self, asked: Asked, status: int, content: bytes) -> str:
        """Why the model server refused, in words. May take long for a large body."""
        return refusal(status, content)

    def refuse(self, refused: Refused, request_id: str) -> Response:
        """The reply to a request that ends without a prediction: the same fields in every protocol, and its own."""
        content: dict[str, Any] = {"message": refused.message, "fix": refused.fix, "request_id": request_id}
        content |= {name: value for name, value in refused.where.items() if value}
        return reply({**content, **self.refusal_fields(refused)}, refused.status, refused.headers)

    def refusal_fields(self, refused: Refused) -> dict[str, Any]:
        """What a client of this protocol looks for in a refusal."""
        return {}


def reply(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON reply; text that is no Unicode is escaped, not refused."""
    return Response(json.dumps(content).encode(), status, dict(headers or {}), JSON)


def told(asked: Asked) -> dict[str, str]:
    """The header that says how many remarks there are; none without any."""
    return {REMARKS: str(len(asked.remarks))} if asked.remarks else {}
