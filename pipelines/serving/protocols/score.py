"""The Azure designer's protocol: a client of one of its endpoints changes address and key, and nothing else."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response

from pipelines.chain.contract import Contract
from pipelines.errors import InputError
from pipelines.messages import _, listed
from pipelines.serving.answers import predictions
from pipelines.serving.protocols.base import JSON, Asked, Described, Protocol, reply, told
from pipelines.serving.protocols.body import body, content_type, json_object, worked_out
from pipelines.serving.protocols.openapi import Model, ref, rows_schema
from pipelines.serving.protocols.rows import asked, from_records
from pipelines.serving.refused import Refused

INPUT, OUTPUT = "WebServiceInput0", "WebServiceOutput0"
LABELS = "Scored Labels"
_RECORDS = "records"
_CODES = {400: "BadArgument", 401: "Unauthorized", 403: "Forbidden", 404: "NotFound", 413: "RequestTooLarge"}
_CODES |= {415: "UnsupportedMediaType", 429: "TooManyRequests", 503: "ServiceUnavailable", 504: "Timeout"}


class Score(Protocol):
    """Rows come back with the predictions beside their own columns, as Score Model has it."""

    name = "score"
    paths = ("/endpoints/{name}/score",)

    async def read(self, request: Request, contract: Contract | None) -> Asked:
        _kind, charset = content_type(request, (JSON,))
        given = await body(request)
        return await worked_out(given, lambda: _read(given, contract, charset))

    def answer(self, asked: Asked, content: bytes, content_type: str) -> Response:
        given, rows = asked.options[_RECORDS], predictions(content, LABELS)
        if len(rows) == len(given):
            rows = [row | made for row, made in zip(given, rows, strict=True)]
        found: dict[str, Any] = {"Results": {OUTPUT: rows}}
        if asked.remarks:
            found["Warnings"] = [r.to_dict() for r in asked.remarks]
        return reply(found, headers=told(asked))

    def describe(self, model: Model) -> Described:
        body = {
            "type": "object",
            "required": ["Inputs"],
            "properties": {
                "Inputs": {"type": "object", "required": [INPUT], "properties": {INPUT: rows_schema()}},
                "GlobalParameters": {"type": "object"},
            },
        }
        example = {"Inputs": {INPUT: [model.row]}, "GlobalParameters": {}}
        rows = {"type": "array", "items": {"type": "object"}}
        answer = {
            "type": "object",
            "required": ["Results"],
            "properties": {
                "Results": {"type": "object", "required": [OUTPUT], "properties": {OUTPUT: rows}},
                "Warnings": {"type": "array", "items": ref("Warning")},
            },
        }
        return Described(
            "Predictions, as real-time endpoints of the Azure designer are asked for them.",
            {JSON: {"schema": body, "example": example}},
            answer,
        )

    def refusal_fields(self, refused: Refused) -> dict[str, Any]:
        code = _CODES.get(refused.status, "BadRequest" if refused.status < 500 else "InternalServerError")
        error: dict[str, Any] = {"code": code, "message": " ".join(filter(None, (refused.message, refused.fix)))}
        if refused.where.get("column"):
            error["details"] = [{"code": code, "target": refused.where["column"], "message": refused.message}]
        return {"error": error}


def _read(given: bytes, contract: Contract | None, charset: str) -> Asked:
    found = json_object(given, charset)
    inputs = found.get("Inputs")
    if not isinstance(inputs, dict) or not inputs:
        raise InputError(_("The body has to have Inputs, an object with {name!r}.", name=INPUT))
    if len(inputs) > 1 and INPUT not in inputs:
        raise InputError(
            _("The model takes one table; Inputs has {names}.", names=listed([repr(n) for n in inputs], 8)),
            fix=_("Send the rows as {name!r}.", name=INPUT),
        )
    records = inputs.get(INPUT) if INPUT in inputs else next(iter(inputs.values()))
    rows = from_records(records, contract)
    return asked(rows, contract, found.get("GlobalParameters"), {_RECORDS: records})
