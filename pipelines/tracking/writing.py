"""What a run writes to MLflow: parameters, metrics, lineage and files."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from pipelines.datasets.catalogue import Catalogue
from pipelines.document.model import PipelineDocument, StepNode
from pipelines.document.references import filled
from pipelines.errors import SekkeiError
from pipelines.execution.result import DatasetUse
from pipelines.records import Database
from pipelines.schema import ColumnType
from pipelines.steps import library
from pipelines.workspace import Home

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import DatasetInput

MAX_VALUE = 6000
MAX_KEY = 250
PARAMS_AT_ONCE = 100
METRICS_AT_ONCE = 1000
_MLFLOW_TYPES = {
    ColumnType.INTEGER: "long",
    ColumnType.FLOAT: "double",
    ColumnType.BOOLEAN: "boolean",
    ColumnType.DATETIME: "datetime",
    ColumnType.OTHER: "object",
}


def flat_params(document: PipelineDocument) -> dict[str, str]:
    """Every parameter of the enabled steps, defaults too, as ``step.parameter``: ``train.algorithm.max_depth``; before
    them the pipeline's own, as ``parameters.threshold``."""
    found: dict[str, str] = {}
    for parameter in document.parameters:
        _flatten(f"parameters.{parameter.name}", parameter.default, found)
    for node in document.steps:
        if node.enabled:
            for name, value in _values(node, document.defaults).items():
                _flatten(f"{node.id}.{name}", value, found)
    return found


def _values(node: StepNode, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    written = filled(node, parameters)
    try:
        return library.get(node.type).model_validate(written).model_dump(mode="json")
    except (SekkeiError, ValidationError):
        return written


def _flatten(name: str, value: Any, found: dict[str, str]) -> None:
    if isinstance(value, dict) and value and all(re.fullmatch(r"[A-Za-z_]\w*", str(k)) for k in value):
        for key, inner in value.items():
            _flatten(f"{name}.{key}", inner, found)
    elif isinstance(value, list) and all(isinstance(v, str | int | float) for v in value):
        found[name[:MAX_KEY]] = ", ".join(map(str, value))[:MAX_VALUE]
    else:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        found[name[:MAX_KEY]] = text[:MAX_VALUE]


def metric_name(name: str) -> str:
    """``name`` with what MLflow does not allow in one replaced."""
    return re.sub(r"[^\w\-. :/]", "_", name)[:MAX_KEY]


def log_values(
    client: MlflowClient,
    run_id: str,
    *,
    params: Mapping[str, str] | None = None,
    metrics: Mapping[str, float] | None = None,
    tags: Mapping[str, str] | None = None,
    at: int = 0,
) -> None:
    """Log everything in as few calls as MLflow's limits allow: one, for all but the largest pipelines."""
    from mlflow.entities import Metric, Param, RunTag

    parameters = [Param(k, v) for k, v in (params or {}).items()]
    numbers = [Metric(metric_name(k), float(v), at, 0) for k, v in (metrics or {}).items() if math.isfinite(v)]
    labels = [RunTag(k, v[:MAX_VALUE]) for k, v in (tags or {}).items()]
    room = PARAMS_AT_ONCE
    while parameters or numbers or labels:
        client.log_batch(
            run_id, metrics=numbers[: METRICS_AT_ONCE - 2 * room], params=parameters[:room], tags=labels[:room]
        )
        parameters, numbers, labels = parameters[room:], numbers[METRICS_AT_ONCE - 2 * room :], labels[room:]


def lineage(home: Home, uses: Iterable[DatasetUse]) -> list[DatasetInput]:
    """The dataset versions that a run read, as MLflow's inputs. Nothing of the rows is read or hashed for it."""
    from mlflow.entities import Dataset, DatasetInput, InputTag

    found: dict[tuple[str, int], DatasetInput] = {}
    catalogue = None
    for use in uses:
        if (use.name, use.version) in found:
            continue
        catalogue = catalogue or Catalogue(home, Database(home.database_url))
        schema, source = _described(catalogue, use)
        profile = json.dumps({"num_rows": use.rows})
        dataset = Dataset(use.name[:500], use.content_hash[:36], "local", source, schema, profile)
        found[use.name, use.version] = DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])
    return list(found.values())


def _described(catalogue: Catalogue, use: DatasetUse) -> tuple[str | None, str]:
    facts: dict[str, Any] = {"dataset": use.name, "version": use.version, "content_hash": use.content_hash}
    try:
        version = catalogue.get(use.name, use.version)
    except SekkeiError:  # deleted while the run went on
        return None, json.dumps(facts)
    columns = [
        {"type": _MLFLOW_TYPES.get(ColumnType(c.type), "string"), "name": c.name, "required": not c.missing}
        for c in version.columns
    ]
    schema = json.dumps({"mlflow_colspec": columns})
    return (schema if len(schema) < 2**20 - 1 else None), json.dumps({"uri": str(version.path)} | facts)
