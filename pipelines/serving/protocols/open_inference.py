"""The Open Inference Protocol, version 2, over REST: a tensor for each column."""

from __future__ import annotations

import json
import math
from typing import Any

from fastapi import Request, Response

from pipelines.chain.contract import Contract
from pipelines.errors import ContractError, InputError
from pipelines.messages import _, listed
from pipelines.schema import ColumnType
from pipelines.serving.answers import predictions
from pipelines.serving.protocols.base import JSON, Asked, Described, Protocol, reply, told
from pipelines.serving.protocols.body import body, content_type, json_object, worked_out
from pipelines.serving.protocols.openapi import Model
from pipelines.serving.protocols.rows import Rows, asked, from_columns, from_table
from pipelines.serving.refused import Refused

DATATYPES = {ColumnType.INTEGER: "INT64", ColumnType.FLOAT: "FP64", ColumnType.BOOLEAN: "BOOL"}
PREDICTIONS = "predictions"
_NAME, _ID, _WANTED = "name", "id", "outputs"


class OpenInference(Protocol):
    name = "v2"
    paths = ("/v2/models/{name}/infer",)

    async def read(self, request: Request, contract: Contract | None) -> Asked:
        _kind, charset = content_type(request, (JSON,))
        given = await body(request)
        name = str(request.path_params["name"])
        return await worked_out(given, lambda: _read(given, contract, charset, name))

    def answer(self, asked: Asked, content: bytes, content_type: str) -> Response:
        records = predictions(content, PREDICTIONS)
        names = list(records[0]) if records else []
        wanted = asked.options[_WANTED] or names
        unknown = [n for n in wanted if n not in names]
        if unknown and records:
            shown = listed([repr(n) for n in names], 8)
            raise InputError(
                _("The model has no output {name!r}.", name=unknown[0]), fix=_("Its outputs are {names}.", names=shown)
            )
        found: dict[str, Any] = {"model_name": asked.options[_NAME]}
        if asked.options[_ID] is not None:
            found["id"] = asked.options[_ID]
        if asked.remarks:
            found["parameters"] = {"warnings": json.dumps([r.to_dict() for r in asked.remarks])}
        found["outputs"] = [_tensor(n, [r.get(n) for r in records]) for n in wanted if n in names]
        return reply(found, headers=told(asked))

    def describe(self, model: Model) -> Described:
        text = {"type": "string"}
        tensor = {
            "type": "object",
            "required": ["name", "shape", "datatype", "data"],
            "properties": {
                "name": text,
                "shape": {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 1},
                "datatype": text,
                "data": {"type": "array", "items": {}},
            },
        }
        body = {
            "type": "object",
            "required": ["inputs"],
            "properties": {
                "id": text,
                "parameters": {"type": "object"},
                "inputs": {"type": "array", "items": tensor, "minItems": 1},
                "outputs": {
                    "type": "array",
                    "items": {"type": "object", "required": ["name"], "properties": {"name": text}},
                },
            },
        }
        kinds = {c.name: datatype(c.type) for c in model.contract.columns} if model.contract else {}
        example = {
            "inputs": [
                {"name": n, "shape": [1], "datatype": kinds.get(n, "BYTES"), "data": [v]} for n, v in model.row.items()
            ]
        }
        answer = {
            "type": "object",
            "required": ["model_name", "outputs"],
            "properties": {
                "model_name": text,
                "id": text,
                "parameters": {"type": "object", "properties": {"warnings": text}},
                "outputs": {"type": "array", "items": tensor},
            },
        }
        return Described(
            "Predictions by the Open Inference Protocol, a tensor for each column.",
            {JSON: {"schema": body, "example": example}},
            answer,
        )

    def refusal_fields(self, refused: Refused) -> dict[str, Any]:
        return {"error": " ".join(filter(None, (refused.message, refused.fix)))}


def datatype(kind: ColumnType) -> str:
    """The tensor type of a contract's column; text and times are BYTES."""
    return DATATYPES.get(kind, "BYTES")


def _read(given: bytes, contract: Contract | None, charset: str, name: str) -> Asked:
    found = json_object(given, charset)
    inputs = found.get("inputs")
    if not isinstance(inputs, list) or not inputs or not all(isinstance(i, dict) for i in inputs):
        raise InputError(_("The body has to have inputs, a list with a tensor for each column."))
    wanted = found.get("outputs") or []
    if not isinstance(wanted, list) or not all(isinstance(o, dict) and isinstance(o.get("name"), str) for o in wanted):
        raise InputError(_("The outputs are no list of objects with a name."))
    options = {_NAME: name, _ID: _identity(found), _WANTED: [o["name"] for o in wanted]}
    return asked(_rows(inputs, contract), contract, found.get("parameters"), options)


def _identity(found: dict[str, Any]) -> str | None:
    given = found.get("id")
    if given is not None and not isinstance(given, str):
        raise InputError(_("The id is no text."))
    return given


def _rows(inputs: list[dict[str, Any]], contract: Contract | None) -> Rows:
    """One tensor for each column; or one for all, with a row for each row, in the contract's order."""
    columns: dict[str, list[Any]] = {}
    for tensor in inputs:
        name, shape, values = _checked(tensor)
        if len(inputs) == 1 and contract is not None and name not in contract.names and len(shape) == 2:
            width = shape[1]
            return from_table(None, [values[i : i + width] for i in range(0, len(values), width or 1)], contract)
        if len(shape) > 2 or (len(shape) == 2 and shape[1] != 1):
            raise ContractError(
                _("The tensor {name!r} has the shape {shape}, and a column is expected.", name=name, shape=str(shape)),
                column=name,
                found=str(shape),
                expected=_("[rows] or [rows, 1]"),
            )
        if name in columns:
            raise ContractError(
                _("The rows have two columns {twice!r}.", twice=name), fix=_("Give every column a name of its own.")
            )
        columns[name] = values
    return from_columns(columns)


def _checked(tensor: dict[str, Any]) -> tuple[str, list[int], list[Any]]:
    """Name, shape and flat values of a tensor."""
    name, shape, data = tensor.get("name"), tensor.get("shape"), tensor.get("data")
    if not isinstance(name, str):
        raise InputError(_("A tensor has no name."))
    if not isinstance(shape, list) or not shape or any(type(n) is not int or n < 0 for n in shape):
        raise InputError(_("The tensor {name!r} has no shape, as in [2] for two rows.", name=name))
    if not isinstance(data, list):
        raise InputError(_("The tensor {name!r} has no data.", name=name))
    values = _flat(data)
    if math.prod(shape) != len(values):
        raise ContractError(
            _(
                "The tensor {name!r} has the shape {shape} and {count} values.",
                name=name,
                shape=str(shape),
                count=len(values),
            ),
            column=name,
        )
    return name, shape, values


def _flat(data: list[Any]) -> list[Any]:
    while data and all(isinstance(v, list) for v in data):
        data = [value for part in data for value in part]
    return data


def _tensor(name: str, values: list[Any]) -> dict[str, Any]:
    kinds = set(map(type, values)) - {type(None)}
    if kinds and all(isinstance(v, list) for v in values) and len(set(map(len, values))) == 1:
        width = len(values[0])
        return _tensor(name, _flat(values)) | {"shape": [len(values), width]}
    names = {frozenset({str}): "BYTES", frozenset({bool}): "BOOL", frozenset({int}): "INT64"}
    kind = names.get(frozenset(kinds), "FP64" if kinds <= {int, float} else "BYTES")
    if kind == "BYTES":
        values = [v if v is None or isinstance(v, str) else json.dumps(v) for v in values]
    return {"name": name, "datatype": kind, "shape": [len(values)], "data": values}
