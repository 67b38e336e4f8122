"""What is known of a model before it is served: which version it is, what it asks for, and a real example."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.chain.contract import Contract
from pipelines.errors import InputError, NotFoundError
from pipelines.messages import _
from pipelines.serving.signatures import contract_of, outputs_of
from pipelines.tracking.client import open_client, translate
from pipelines.tracking.facts import CONTRACT
from pipelines.workspace import Home

if TYPE_CHECKING:
    from mlflow import MlflowClient

_HOW = _("Write models:/NAME@champion or models:/NAME/VERSION.")
_REGISTERED = re.compile(r"models:/(?P<name>[^/@]+)(?:@(?P<alias>[^/]+)|/(?P<version>\d+|latest))/?")


@dataclass(frozen=True)
class ServedModel:
    """A model that can be served. ``uri`` names one version for good; outside the registry it has no name."""

    uri: str
    folder: Path
    name: str | None = None
    version: str | None = None
    contract: Contract | None = None
    example: dict[str, Any] = field(default_factory=dict)


def look_up(home: Home, model_uri: str) -> ServedModel:
    """The model behind any URI that MLflow can load; an alias or ``latest`` becomes the version it means now.

    NotFoundError when there is none, InputError when it cannot be served.
    """
    from mlflow.exceptions import MlflowException

    if not model_uri.strip() or any(ord(c) < 32 for c in model_uri):
        raise InputError(_("A model is named by its URI."), fix=_HOW)
    client = open_client(home)
    try:
        uri, name, version = _resolve(client, model_uri.strip())
        path = _fetch(client, home, uri, name, version)
    except MlflowException as error:
        if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            raise NotFoundError("model", model_uri) from error
        raise translate(error, "model", model_uri) from error
    except OSError as error:
        raise NotFoundError("model", model_uri) from error
    return _describe(path, uri, name, version)


def _resolve(client: MlflowClient, model_uri: str) -> tuple[str, str | None, str | None]:
    found = _REGISTERED.fullmatch(model_uri)
    if found is None and model_uri.startswith("models:") and not model_uri.startswith("models:/m-"):
        raise InputError(_("{model_uri!r} names no version of a model.", model_uri=model_uri), fix=_HOW)
    if found is None:
        return (model_uri if ":" in model_uri else str(Path(model_uri).expanduser().resolve())), None, None
    name, version = found["name"], found["version"]
    if found["alias"]:
        version = str(client.get_model_version_by_alias(name, found["alias"]).version)
    elif version == "latest":
        versions = client.search_model_versions(f"name = '{name}'") if "'" not in name else []
        if not versions:
            raise NotFoundError("model", model_uri)
        version = str(max(int(v.version) for v in versions))
    client.get_model_version(name, version)
    return f"models:/{name}/{version}", name, version


def _fetch(client: MlflowClient, home: Home, uri: str, name: str | None, version: str | None) -> Path:
    """The model's folder on this machine."""
    from mlflow.artifacts import download_artifacts

    # MLflow resolves models:/ in the process's own tracking server whatever it is told; so it is done here.
    place = uri
    if name is not None and version is not None:
        place = client.get_model_version_download_uri(name, version)
    if place.startswith("models:/m-"):
        place = client.get_logged_model(place.removeprefix("models:/")).artifact_location
    if place.startswith("/"):
        return Path(place)
    return Path(download_artifacts(artifact_uri=place, tracking_uri=home.tracking_uri))


def _describe(path: Path, uri: str, name: str | None, version: str | None) -> ServedModel:
    from mlflow.models import Model

    if not (path / "MLmodel").is_file():
        raise NotFoundError("model", uri)
    model = Model.load(str(path))
    if "python_function" not in model.flavors:
        raise InputError(
            _("The model {uri!r} has no Python function to serve.", uri=uri),
            fix=_("Log it with a flavor that has one."),
        )
    contract = read_contract(model.metadata or {})
    example = _example(model, path, contract)
    contract = contract or contract_of(model.signature, example)
    if contract is not None:
        contract = contract.model_copy(update={"outputs": outputs_of(model.signature)})
    return ServedModel(uri, path, name, version, contract, example)


def read_contract(metadata: dict[str, Any]) -> Contract | None:
    """The input contract in a model's metadata, None for a model that was made elsewhere."""
    written = metadata.get(CONTRACT)
    if written is None:
        return None
    return Contract.model_validate_json(written) if isinstance(written, str) else Contract.model_validate(written)


def _example(model: Any, path: Path, contract: Contract | None) -> dict[str, Any]:
    """One real row to try the model with: that logged along with it, else the contract's, else a blank one."""
    info = model.saved_input_example_info
    if info is not None and info.get("type") == "dataframe":
        content = json.loads((path / info["artifact_path"]).read_text())
        if content.get("data"):
            names = content.get("columns") or [str(i) for i in range(len(content["data"][0]))]
            return dict(zip(map(str, names), map(_finite, content["data"][0]), strict=True))
    if contract is not None:
        return {c.name: _finite(c.example) for c in contract.columns}
    inputs = model.get_input_schema()
    return dict.fromkeys(inputs.input_names()) if inputs is not None and inputs.has_input_names() else {}


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
