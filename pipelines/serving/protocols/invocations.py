"""MLflow's scoring protocol: JSON as its model servers take it, or CSV with a header line."""

from __future__ import annotations

import json
from typing import Any

from fastapi import Request, Response

from pipelines.chain.contract import Contract
from pipelines.errors import InputError
from pipelines.messages import _, enumerated, listed
from pipelines.serving.csv_rows import read_csv
from pipelines.serving.protocols.base import JSON, Asked, Described, Protocol, told
from pipelines.serving.protocols.body import CSV, body, content_type, json_object, worked_out
from pipelines.serving.protocols.openapi import Model, ref, rows_schema
from pipelines.serving.protocols.rows import Rows, asked, from_columns, from_records, from_table
from pipelines.serving.refused import Refused

KEYS = ("dataframe_records", "dataframe_split", "instances", "inputs")
PARAMETERS = "params"
_CODES = {
    400: "INVALID_PARAMETER_VALUE",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "RESOURCE_DOES_NOT_EXIST",
}
_CODES |= {429: "RESOURCE_EXHAUSTED", 503: "TEMPORARILY_UNAVAILABLE", 504: "DEADLINE_EXCEEDED"}


class Invocations(Protocol):
    name = "invocations"
    paths = ("/endpoints/{name}/invocations", "/gateway/{name}/invocations")  # the latter: mlflow.deployments' client

    async def read(self, request: Request, contract: Contract | None) -> Asked:
        kind, charset = content_type(request)
        given = await body(request)
        if kind == CSV:
            if contract is None:
                return Asked(given, request.headers["content-type"])
            return await worked_out(given, lambda: asked(read_csv(given, contract, charset), contract))
        return await worked_out(given, lambda: _read(given, contract, charset))

    def answer(self, asked: Asked, content: bytes, content_type: str) -> Response:
        if asked.remarks and content.endswith(b"}"):
            more = json.dumps([r.to_dict() for r in asked.remarks]).encode()
            content = content[:-1] + b', "warnings": ' + more + b"}"
        return Response(content, headers=told(asked), media_type=content_type)

    def describe(self, model: Model) -> Described:
        names, values = list(model.row), list(model.row.values())
        table = {
            "type": "object",
            "required": ["data"],
            "properties": {
                "columns": {"type": "array", "items": {"type": "string"}},
                "data": {"type": "array", "items": {"type": "array", "items": {}}},
            },
        }
        forms = {"dataframe_records": rows_schema(), "dataframe_split": table, "instances": rows_schema()}
        forms["inputs"] = {"anyOf": [rows_schema(), {"type": "object"}]}
        parameters = {"type": "object", "description": "Parameters of the model."}
        body = [
            {"type": "object", "required": [key], "properties": {key: schema, PARAMETERS: parameters}}
            for key, schema in forms.items()
        ]
        examples = {
            "records": {"value": {"dataframe_records": [model.row]}},
            "split": {"value": {"dataframe_split": {"columns": names, "data": [values]}}},
        }
        answer = {
            "type": "object",
            "required": ["predictions"],
            "properties": {
                "predictions": {"type": "array", "items": ref("Prediction")} if model.contract else {},
                "warnings": {"type": "array", "items": ref("Warning")},
            },
        }
        bodies = {
            JSON: {"schema": {"anyOf": body}, "examples": examples},
            CSV: {"schema": {"type": "string", "description": "A header line, and a line for each row."}},
        }
        return Described("Predictions, as MLflow's model servers are asked for them.", bodies, answer)

    def refusal_fields(self, refused: Refused) -> dict[str, Any]:
        return {"error_code": _CODES.get(refused.status, "BAD_REQUEST" if refused.status < 500 else "INTERNAL_ERROR")}


def _read(given: bytes, contract: Contract | None, charset: str) -> Asked:
    found = json_object(given, charset)
    keys = [k for k in KEYS if k in found]
    if len(keys) != 1:
        wanted = listed(KEYS)
        if keys:
            raise InputError(
                _("The body has to have one of {wanted}; it has {given}.", wanted=wanted, given=enumerated(keys))
            )
        raise InputError(_("The body has to have one of {wanted}.", wanted=wanted))
    if contract is None:
        return Asked(given if charset == "utf-8" else json.dumps(found).encode())
    return asked(_rows(keys[0], found[keys[0]], contract), contract, found.get(PARAMETERS))


def _rows(key: str, rows: Any, contract: Contract) -> Rows:
    if key == "dataframe_records":
        return from_records(rows, contract)
    if key == "dataframe_split":
        if not isinstance(rows, dict) or "data" not in rows:
            raise InputError(_("dataframe_split is an object with columns and data."))
        return from_table(rows.get("columns"), rows["data"], contract)
    if isinstance(rows, dict):
        return from_columns(rows)
    if isinstance(rows, list) and rows and isinstance(rows[0], list):
        return from_table(None, rows, contract)
    return from_records(rows, contract)
