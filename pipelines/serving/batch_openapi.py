"""OpenAPI of the batch endpoints' addresses: what each takes, and every answer that it gives."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import models_json_schema

from pipelines.batch.order import INPUTS, OUTPUTS, Parameters
from pipelines.records import JobState
from pipelines.serving.batch_answers import AZURE
from pipelines.serving.protocols.base import JSON
from pipelines.serving.protocols.openapi import ref

BASE = "/batch-endpoints/{name}/jobs"
NAME = r"^[a-z0-9-]{1,63}$"
REFUSALS = {
    400: "The body cannot be understood, or what it asks for cannot be done.",
    401: "The key is missing or wrong, or there is no such endpoint.",
    403: "A path, a connection or a webhook's host is not allowed.",
    404: "There is no such job, deployment, dataset or file.",
    409: "The job's state does not allow it, or the idempotency key belongs to another request.",
    413: "The body is larger than 1 MiB.",
}
PARQUET = "application/vnd.apache.parquet"
_KINDS = [*INPUTS.values(), *OUTPUTS.values(), Parameters]
_TEXT: dict[str, Any] = {"type": "string"}
_COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
_ID = "3f0c8a52d1b94e7fa6c2"
_ADDRESS = f"http://127.0.0.1:8600{BASE.format(name='nightly')}"
_PLAIN = {"input": "dataset:cars", "output": "csv", "parameters": {"columns": "none", "reject_limit": "5%"}}
_OBJECTS = {"input": {"dataset": "cars", "version": 3}, "output": {"file": "scored", "partition_by": ["make"]}}
_AZURE = {
    "properties": {
        "InputData": {
            "rows": {"JobInputType": "UriFile", "Uri": "azureml:cars:3"},
            "batch_rows": {"JobInputType": "Literal", "Value": 1000},
        },
        "OutputData": {"score": {"JobOutputType": "UriFile", "Uri": "file:scored.csv"}},
    }
}
_JOB = {
    "id": _ID,
    "name": _ID,
    "endpoint": "nightly",
    "deployment": "v1",
    "model": "models:/price/1",
    "state": "done",
    "progress": 1.0,
    "rows": 205,
    "rejected": 0,
    "output": f"file:results/{_ID}/cars-scored.csv",
    "version": None,
    "engine": "local",
    "rejected_file": None,
    "error": None,
    "schedule": None,
    "webhook": None,
    "created_at": "2026-01-10T06:30:00+00:00",
    "started_at": "2026-01-10T06:30:01+00:00",
    "finished_at": "2026-01-10T06:30:09+00:00",
    "links": {"self": f"{_ADDRESS}/{_ID}", "output": f"{_ADDRESS}/{_ID}/output"},
    "properties": {"status": "Completed"},
}


def paths() -> dict[str, Any]:
    """The addresses with their operations."""
    one = f"{BASE}/{{job_id}}"
    csv = {"text/csv": {"schema": _TEXT}}
    files = {**csv, PARQUET: {"schema": {"type": "string", "format": "binary"}}}
    return {
        BASE: {
            "post": _operation(
                "batch-start",
                "File a job; a worker does it",
                {202: _accepted("The job, which waits for a worker."), **_refused(400, 403, 404, 409, 413)},
                parameters=[
                    _header("Idempotency-Key", "A request that is repeated with it gets the job it made before.", 200),
                    _header("azureml-model-deployment", "The deployment; the endpoint's default unless said."),
                ],
                body=_body(),
            ),
            "get": _operation("batch-jobs", "The endpoint's newest jobs", {200: _jobs()}),
        },
        one: {"get": _operation("batch-job", "How a job is", {200: _job("The job."), **_refused(404)}, of_job=True)},
        f"{one}/cancel": _change("batch-cancel", "Stop a job", "The job, which ends."),
        f"{one}/resume": _change(
            "batch-resume",
            "Have a job that failed or was cancelled go on after its last finished piece",
            "The job, which waits for a worker.",
        ),
        f"{one}/output": _download(
            "batch-output", "The file that a job wrote", "The rows with their predictions.", files
        ),
        f"{one}/rejected": _download(
            "batch-rejected", "The rows that could not be scored, each with the reason", "The rejected rows.", csv
        ),
    }


def schemas() -> dict[str, Any]:
    """The schemas that the operations refer to; those of inputs, outputs and parameters are the readers' own."""
    _names, made = models_json_schema(
        [(kind, "validation") for kind in _KINDS], ref_template="#/components/schemas/{model}"
    )
    places = {f"Batch{name}": schema for name, schema in made["$defs"].items()}
    return places | {
        "BatchRequest": {
            "type": "object",
            "description": "Without input or output, those of the batch pipeline that was derived with the model.",
            "additionalProperties": False,
            "properties": {
                "input": {
                    "description": "The rows: dataset:NAME, file:PATH, store:NAME/PATH, database:NAME/TABLE, "
                    "or an object.",
                    "anyOf": [_TEXT, {"type": "null"}, *(ref(f"Batch{k.__name__}") for k in INPUTS.values())],
                },
                "output": {
                    "description": "Where the result goes, as the input; csv or parquet alone: a file of the job's.",
                    "anyOf": [_TEXT, {"type": "null"}, *(ref(f"Batch{k.__name__}") for k in OUTPUTS.values())],
                },
                "parameters": {"anyOf": [ref("BatchParameters"), {"type": "null"}]},
                "deployment": {"type": ["string", "null"]},
                "webhook": {"type": ["string", "null"], "description": "An address that is told of the job's end."},
            },
        },
        "AzureBatchRequest": {
            "type": "object",
            "description": "As Azure's batch endpoints take it: at most one data input and one output, "
            "literals as the job's parameters.",
            "required": ["properties"],
            "properties": {
                "properties": {
                    "type": "object",
                    "properties": {
                        "InputData": {"type": "object", "additionalProperties": ref("AzureBatchInput")},
                        "OutputData": {"type": "object", "maxProperties": 1, "additionalProperties": _azure_output()},
                    },
                }
            },
        },
        "AzureBatchInput": {
            "type": "object",
            "properties": {
                "JobInputType": {"type": "string", "enum": ["UriFile", "UriFolder", "Literal"]},
                "Uri": _TEXT,
                "Value": {"description": "A literal's value."},
            },
        },
        "BatchJob": _job_schema(),
        "BatchRefusal": {
            "type": "object",
            "required": ["message", "fix"],
            "properties": {"message": _TEXT, "fix": _TEXT},
            "additionalProperties": False,
        },
    }


def _job_schema() -> dict[str, Any]:
    maybe, time = {"type": ["string", "null"]}, {"type": ["string", "null"], "format": "date-time"}
    properties = {
        "id": _TEXT,
        "name": _TEXT,
        "endpoint": _TEXT,
        "deployment": _TEXT,
        "model": {"type": "string", "description": "The version of the model, pinned when the job was filed."},
        "state": {"type": "string", "enum": [s.value for s in JobState]},
        "progress": {"type": "number", "minimum": 0, "maximum": 1},
        "rows": {**_COUNT, "description": "Rows that have predictions so far."},
        "rejected": {**_COUNT, "description": "Rows that could not be scored so far."},
        "output": {"type": "string", "description": "Where the result is, or will be."},
        "version": {"type": ["integer", "null"], "description": "Of a dataset that was written."},
        "engine": {**maybe, "description": "What scored the rows: local or spark."},
        "rejected_file": maybe,
        "error": {"anyOf": [ref("BatchRefusal"), {"type": "null"}]},
        "schedule": maybe,
        "webhook": {**maybe, "description": "How far telling the webhook is."},
        "created_at": {"type": "string", "format": "date-time"},
        "started_at": time,
        "finished_at": time,
        "links": {
            "type": "object",
            "required": ["self"],
            "properties": {n: {"type": "string", "format": "uri"} for n in ("self", "output", "rejected")},
            "additionalProperties": False,
        },
        "properties": {
            "type": "object",
            "description": "As Azure's batch endpoints tell it.",
            "required": ["status"],
            "properties": {"status": {"type": "string", "enum": list(AZURE.values())}},
        },
    }
    return {
        "type": "object",
        "required": list(properties),
        "properties": properties,
        "additionalProperties": False,
        "example": _JOB,
    }


def _azure_output() -> dict[str, Any]:
    kinds = {"type": "string", "enum": ["UriFile", "UriFolder"]}
    return {"type": "object", "properties": {"JobOutputType": kinds, "Uri": _TEXT}}


def _operation(
    identity: str,
    summary: str,
    answers: dict[int, Any],
    *,
    of_job: bool = False,
    parameters: list[dict[str, Any]] | None = None,
    body: dict[str, Any] | None = None,
) -> dict[str, Any]:
    named = {"name": "name", "in": "path", "required": True, "schema": {"type": "string", "pattern": NAME}}
    job = {"name": "job_id", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
    answers = answers | _refused(401)
    found = {
        "operationId": identity,
        "summary": summary,
        "security": [{"key": []}],
        "parameters": [named, *([job] if of_job else []), *(parameters or [])],
        "responses": {str(status): answers[status] for status in sorted(answers)},
    }
    return found | ({"requestBody": body} if body else {})


def _change(identity: str, summary: str, becomes: str) -> dict[str, Any]:
    """A change of one job: its state may not allow it."""
    answers = {202: _accepted(becomes), **_refused(404, 409)}
    return {"post": _operation(identity, summary, answers, of_job=True)}


def _download(identity: str, summary: str, text: str, content: dict[str, Any]) -> dict[str, Any]:
    answers = {200: {"description": text, "content": content}, **_refused(404)}
    return {"get": _operation(identity, summary, answers, of_job=True)}


def _body() -> dict[str, Any]:
    examples = {"plain": _PLAIN, "objects": _OBJECTS, "azure": _AZURE}
    schema = {"anyOf": [ref("BatchRequest"), ref("AzureBatchRequest")]}
    content = {JSON: {"schema": schema, "examples": {n: {"value": v} for n, v in examples.items()}}}
    return {"required": True, "content": content}


def _job(text: str) -> dict[str, Any]:
    return {"description": text, "content": {JSON: {"schema": ref("BatchJob")}}}


def _accepted(text: str) -> dict[str, Any]:
    place = {"description": "The job's address.", "required": True, "schema": {"type": "string", "format": "uri"}}
    return {**_job(text), "headers": {"location": place}}


def _jobs() -> dict[str, Any]:
    schema = {
        "type": "object",
        "required": ["jobs"],
        "properties": {"jobs": {"type": "array", "items": ref("BatchJob"), "maxItems": 50}},
    }
    return {"description": "The jobs, newest first.", "content": {JSON: {"schema": schema}}}


def _header(name: str, text: str, most: int = 63) -> dict[str, Any]:
    return {"name": name, "in": "header", "description": text, "schema": {"type": "string", "maxLength": most}}


def _refused(*statuses: int) -> dict[int, Any]:
    content = {JSON: {"schema": ref("BatchRefusal")}}
    found: dict[int, Any] = {status: {"description": REFUSALS[status], "content": content} for status in statuses}
    if 401 in found:
        found[401] = found[401] | {"headers": {"www-authenticate": {"required": True, "schema": _TEXT}}}
    return found
