"""OpenAPI 3.1 of an endpoint, from its contract; and the parts that every protocol's description is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.chain.contract import Contract, ContractColumn
from pipelines.chain.remarks import RemarkKind
from pipelines.schema import ColumnType
from pipelines.serving.protocols.base import JSON, REMARKS, Described, Protocol

VERSION = "3.1.0"
TYPES = {
    ColumnType.INTEGER: "integer",
    ColumnType.FLOAT: "number",
    ColumnType.BOOLEAN: "boolean",
}
REFUSALS = {
    400: "The rows, or the body, do not fit; row, column, what was found and what was expected are named.",
    401: "The key is missing or wrong.",
    404: "There is no such endpoint, or no such deployment.",
    413: "The body is too large.",
    415: "The body is of another kind.",
    429: "Too many requests.",
    502: "The model's answer cannot be used.",
    503: "The endpoint does not serve now.",
    504: "The prediction took too long.",
}
_TEXT: dict[str, Any] = {"type": "string"}
SCHEMAS: dict[str, Any] = {
    "Warning": {
        "type": "object",
        "description": "What is unusual about rows that were accepted.",
        "required": ["kind", "column", "message", "count", "rows", "found"],
        "properties": {
            "kind": {"type": "string", "enum": [k.value for k in RemarkKind]},
            "column": _TEXT,
            "message": _TEXT,
            "count": {"type": "integer", "description": "Rows that it is about."},
            "rows": {"type": "array", "items": {"type": "integer"}, "description": "The first of them, from 1."},
            "found": {"type": "array", "items": _TEXT},
        },
    },
    "Refusal": {
        "type": "object",
        "required": ["message", "fix", "request_id"],
        "properties": {
            "message": _TEXT,
            "fix": _TEXT,
            "request_id": _TEXT,
            "row": {"type": "integer", "description": "The row that does not fit, from 1."},
            "column": _TEXT,
            "found": _TEXT,
            "expected": _TEXT,
        },
    },
}


@dataclass(frozen=True)
class Model:
    """What is described: an endpoint's model, or any model where nothing is known of it."""

    contract: Contract | None = None
    example: Mapping[str, Any] = field(default_factory=dict)

    @property
    def row(self) -> dict[str, Any]:
        """A row to show."""
        if self.contract is None:
            return dict(self.example)
        return {c.name: self.example.get(c.name, c.example) for c in self.contract.columns}


def endpoint_document(name: str, model: Model, protocols: Iterable[Protocol], server: str) -> dict[str, Any]:
    """The OpenAPI document of one endpoint."""
    paths: dict[str, Any] = {}
    for protocol in protocols:
        paths[protocol.paths[0].replace("{name}", name)] = {"post": operation(protocol, protocol.describe(model))}
    return {
        "openapi": VERSION,
        "info": {"title": name, "version": "1", "description": f"Predictions of the model behind the endpoint {name}."},
        "servers": [{"url": server}],
        "security": [{"key": []}],
        "paths": paths,
        "components": components(model),
    }


def components(model: Model) -> dict[str, Any]:
    """The schemas and the key that operations refer to."""
    return {
        "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "One of the endpoint's keys."}},
        "schemas": {**SCHEMAS, "Row": row_schema(model), "Prediction": prediction_schema(model.contract)},
    }


def operation(protocol: Protocol, described: Described) -> dict[str, Any]:
    """The POST operation of a protocol."""
    headers = {"x-request-id": {"schema": _TEXT}}
    told = {REMARKS: {"description": "How many warnings there are.", "schema": {"type": "string"}}}
    answers: dict[str, Any] = {
        "200": {
            "description": "A prediction for each row.",
            "headers": {**headers, **told},
            "content": {JSON: {"schema": described.answer}},
        }
    }
    answers |= {str(status): {**refusal(text), "headers": headers} for status, text in REFUSALS.items()}
    return {
        "operationId": protocol.name,
        "summary": described.summary,
        "security": [{"key": []}],
        "requestBody": {"required": True, "content": described.bodies},
        "responses": answers,
    }


def refusal(text: str) -> dict[str, Any]:
    """The response object of a refusal."""
    return {"description": text, "content": {JSON: {"schema": ref("Refusal")}}}


def ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def rows_schema() -> dict[str, Any]:
    return {"type": "array", "items": ref("Row")}


def row_schema(model: Model) -> dict[str, Any]:
    """A row as an object, a property for each column of the contract."""
    found: dict[str, Any] = {"type": "object", "description": "A row, a value for each column."}
    if model.contract is not None:
        found["properties"] = {c.name: _cell(c) for c in model.contract.columns}
        found["required"] = [c.name for c in model.contract.columns if c.required]
    if model.row:
        found["example"] = model.row
    return found


def prediction_schema(contract: Contract | None) -> dict[str, Any]:
    """A prediction as an object, a property for each output."""
    if contract is None or not contract.outputs:
        return {"description": "A prediction."}
    kinds = {o.name: {"type": [TYPES.get(o.type, "string"), "null"]} for o in contract.outputs}
    return {"type": "object", "properties": kinds}


def _cell(c: ContractColumn) -> dict[str, Any]:
    kind = TYPES.get(c.type, "string")
    found: dict[str, Any] = {"type": kind if c.required else [kind, "null"], "description": _words(c)}
    if c.type is ColumnType.DATETIME:
        found["format"] = "date-time"
    if c.example is not None:
        found["examples"] = [c.example]
    if c.minimum is not None and c.maximum is not None:
        found["x-range-in-training"] = [c.minimum, c.maximum]
    if c.categories:
        found["x-values-in-training"] = c.categories
    if c.unit:
        found["x-unit"] = c.unit
    return found


def _words(c: ContractColumn) -> str:
    parts = [f"In {c.unit}." if c.unit else ""]
    if c.minimum is not None and c.maximum is not None:
        parts.append(f"From {c.minimum:g} to {c.maximum:g} in training.")
    if c.categories:
        more = len(c.categories) - 12
        parts.append(f"In training: {', '.join(c.categories[:12])}{f' and {more} more' if more > 0 else ''}.")
    parts.append("" if c.required else "May be missing.")
    return " ".join(p for p in parts if p)
